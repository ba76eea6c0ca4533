using SealerRecover.Recovery.Site;

namespace SealerRecover.Server;

/// <summary>Reads a site for all who watch: once a second at most, however many there are, and never twice at a time.</summary>
/// <param name="site">What is watched.</param>
/// <param name="time">The clock.</param>
internal sealed class SiteReading(ISite site, TimeProvider time)
{
    /// <summary>How old an answer may be, and how often something may have changed.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private Task<SiteState>? _read;
    private long _begun;

    /// <summary>How it stands.</summary>
    /// <exception cref="Filecoin.Primitives.OperatorException">It cannot be read now.</exception>
    public Task<SiteState> ReadAsync()
    {
        lock (_gate)
        {
            if (_read is null || (_read.IsCompleted && time.GetElapsedTime(_begun) >= Interval))
            {
                _begun = time.GetTimestamp();
                _read = Task.Run(site.Read);
            }

            return _read;
        }
    }
}
