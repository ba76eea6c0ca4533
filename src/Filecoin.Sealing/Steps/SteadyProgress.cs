namespace Filecoin.Sealing.Steps;

/// <summary>Passes on how far a phase is, at most four times a second and once at its end. Safe from any number of threads.</summary>
internal sealed class SteadyProgress(IProgress<SealProgress>? sink, SealPhase phase, long total, TimeProvider time)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);

    private readonly Lock _lock = new();
    private long _done;
    private long _lastReport = time.GetTimestamp();

    /// <summary>Counts <paramref name="units"/> more.</summary>
    public void Add(long units)
    {
        if (sink is null)
        {
            return;
        }

        lock (_lock)
        {
            _done += units;
            if (_done >= total || time.GetElapsedTime(_lastReport) >= Interval)
            {
                _lastReport = time.GetTimestamp();
                sink.Report(new SealProgress(phase, 1, 1, _done, total));
            }
        }
    }
}
