using Filecoin.Primitives;
using Filecoin.Sealing.Kernels;
using SealerRecover.Recovery.Bench;
using SealerRecover.Recovery.Resources;

namespace SealerRecover.Recovery.Diagnosis;

/// <summary>
/// What sealing one sector again takes on this machine, from one short measurement: costs of kernels relative to SHA-256 are known
/// (<see cref="NodeCosts.Typical"/>), so only that is timed. Rougher than <c>bench</c>, and no disk is measured.
/// </summary>
public static class SealingCost
{
    private static readonly TimeSpan Measured = TimeSpan.FromMilliseconds(50);

    /// <summary>PreCommit1 and PreCommit2 of one sector, with the parent cache there.</summary>
    /// <param name="porep">The seal proof.</param>
    /// <param name="threads">Threads, at least 1.</param>
    /// <param name="kernels">Kernels asked for.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellation">Stops within the measurement.</param>
    public static TimeSpan Of(PorepParameters porep, int threads, KernelChoice kernels, TimeProvider time, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(porep);
        CorePlanner planner = new(CpuTopology.Flat(threads), threads, NodeCosts.Typical(porep, kernels));
        RunShape one = new(1, porep.Layers);
        RunTimes times = planner.Times(one, planner.For(one, 1));
        Speed yardstick = MachineBench.Yardstick(new RateMeter(time, Measured, cancellation));
        return TimeSpan.FromSeconds(times.Total * porep.Nodes / yardstick.PerSecond);
    }
}
