namespace Filecoin.Sealing.Steps;

/// <summary>
/// Adds up what threads have done in one step and reports it, at most a few hundred times a step; never more than all, even of what had to be
/// done twice.
/// </summary>
/// <param name="sink">Told; may be null.</param>
/// <param name="phase">The phase.</param>
/// <param name="step">1-based step within the phase.</param>
/// <param name="steps">How many steps the phase has.</param>
/// <param name="total">Units in the step.</param>
/// <param name="isWorthTelling">Asked before every report, for work that may go on behind other work; null: always.</param>
/// <param name="kernel">Name of the kernel that hashes what is counted; null where nothing is hashed.</param>
/// <param name="of">Of trees, what they belong to.</param>
public sealed class SealProgressCounter(
    IProgress<SealProgress>? sink,
    SealPhase phase,
    int step,
    int steps,
    long total,
    Func<bool>? isWorthTelling = null,
    string? kernel = null,
    StepsOf of = StepsOf.Sealing)
    : IProgress<long>
{
    private const int ReportsPerStep = 512;
    private readonly long _stride = Math.Max(1, total / ReportsPerStep);
    private long _done;

    /// <summary>As <see cref="Add"/>.</summary>
    public void Report(long value) => Add(value);

    /// <summary>Counts <paramref name="units"/> more as done; from any thread.</summary>
    public void Add(long units)
    {
        long now = Interlocked.Add(ref _done, units);
        if (sink is not null && isWorthTelling?.Invoke() != false && (now / _stride != (now - units) / _stride || now == total))
        {
            sink.Report(new SealProgress(phase, step, steps, Math.Min(now, total), total) { Kernel = kernel, Of = of });
        }
    }
}
