using Filecoin.Sealing.Steps;

namespace SealerRecover.Recovery.Install;

/// <summary>Adds up bytes read or copied and passes them on as <see cref="SealPhase.Install"/>, a few times a second at most. From any thread.</summary>
internal sealed class InstallProgress(IProgress<SealProgress> target, TimeProvider time) : IProgress<long>
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);
    private readonly Lock _gate = new();
    private long _done;
    private long _total;
    private long _last;

    /// <summary>Starts a pass over <paramref name="total"/> bytes.</summary>
    public void Begin(long total)
    {
        _done = 0;
        _total = total;
        _last = time.GetTimestamp();
    }

    /// <inheritdoc/>
    public void Report(long value)
    {
        lock (_gate)
        {
            _done = Math.Min(_done + value, _total);
            if (_done == _total || time.GetElapsedTime(_last) >= Interval)
            {
                _last = time.GetTimestamp();
                target.Report(new SealProgress(SealPhase.Install, 1, 1, _done, _total));
            }
        }
    }

    /// <summary>The pass is over, whether or not it had to touch every byte.</summary>
    public void End() => target.Report(new SealProgress(SealPhase.Install, 1, 1, _total, _total));
}
