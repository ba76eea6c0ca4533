using Filecoin.Chain.Progress;

namespace Filecoin.Chain.Rpc;

/// <summary>
/// Tells that calls have to be repeated: once, however many fail together, and again only where that goes on. Safe for concurrent use.
/// </summary>
/// <param name="listener">Who is told; null for nobody.</param>
/// <param name="time">The clock.</param>
internal sealed class CallNews(IProgress<LookupReport>? listener, TimeProvider time)
{
    private readonly Lock _lock = new();
    private long? _told;

    /// <summary>A call is going to be repeated.</summary>
    internal void Repeated(IEnumerable<EndpointFailure> failures, TimeSpan wait, int tries)
    {
        lock (_lock)
        {
            if (_told is { } told && time.GetElapsedTime(told) < News.Quiet)
            {
                return;
            }

            _told = time.GetTimestamp();
        }

        listener?.Report(new CallRepeated(EndpointFailure.Sentence(failures), wait, tries));
    }
}
