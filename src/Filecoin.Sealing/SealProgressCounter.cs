namespace Filecoin.Sealing;

/// <summary>Adds up what threads have done in one step and reports it, at most a few hundred times a step.</summary>
internal sealed class SealProgressCounter(IProgress<SealProgress>? sink, SealPhase phase, int step, int steps, long total)
{
    private const int ReportsPerStep = 512;
    private readonly long _stride = Math.Max(1, total / ReportsPerStep);
    private long _done;

    /// <summary>Counts <paramref name="units"/> more as done.</summary>
    public void Add(long units)
    {
        long now = Interlocked.Add(ref _done, units);
        if (sink is not null && (now / _stride != (now - units) / _stride || now == total))
        {
            sink.Report(new SealProgress(phase, step, steps, now, total));
        }
    }
}
