using Filecoin.Chain.Progress;
using Filecoin.Chain.Rpc;
using SealerRecover.Recovery.Events;
using SealerRecover.Rendering;

namespace SealerRecover.Commands;

/// <summary>Shows what asking a node is at, and what it waits for. From any thread.</summary>
/// <param name="context">The command's surroundings.</param>
internal sealed class NodeProgress(CommandContext context) : IProgress<LookupReport>
{
    private readonly Lock _lock = new();

    /// <inheritdoc/>
    public void Report(LookupReport value)
    {
        // Views are told one thing at a time.
        lock (_lock)
        {
            context.View.On(Event(context.Host.Time.GetUtcNow(), value));
        }
    }

    private static RecoveryEvent Event(DateTimeOffset now, LookupReport report) => report switch
    {
        LookupCount count => LookUpProgressed.Of(now, count),
        LookupSearch search => new SearchProgressed(now, search),
        EndpointPaused paused => new Notice(now, null, $"{paused.Endpoint} {paused.Why}; all calls to it wait for {Quantities.Duration(paused.Wait)}"),
        CallRepeated { Tries: 1 } last => new Notice(now, null, $"{last.Why}; it is asked once more, in {Quantities.Duration(last.Wait)}"),
        CallRepeated repeated => new Notice(
            now, null, FormattableString.Invariant($"{repeated.Why}; it is asked again in {Quantities.Duration(repeated.Wait)}, up to {repeated.Tries} times")),
        _ => throw new ArgumentOutOfRangeException(nameof(report), report, "a report without words"),
    };
}
