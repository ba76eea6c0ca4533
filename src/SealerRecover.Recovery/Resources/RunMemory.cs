using Filecoin.Primitives;
using Filecoin.Sealing.PreCommit;

namespace SealerRecover.Recovery.Resources;

/// <summary>How the memory of a run adds up.</summary>
internal static class RunMemory
{
    /// <summary>
    /// Bytes taken at most. Labels of as many sectors as go at once, and idle lanes, which take memory like used ones. Beside them trees of
    /// a sector that is labelled already, where there are several, and with free cores those of one that is being labelled.
    /// </summary>
    /// <param name="needs">What each sector needs.</param>
    /// <param name="largest">The largest sector's size.</param>
    /// <param name="cores">How the cores are divided.</param>
    public static long Of(IReadOnlyList<SealResources> needs, SectorSize largest, CorePlan cores)
    {
        int idleLanes = cores.Seats.Sum(seat => seat.Kernels.Sum(kernel => kernel.Sectors) - seat.Sectors);
        long labels = needs.Select(need => need.LabelMemory).OrderDescending().Take(cores.AtOnce).Sum() + (idleLanes * 2L * largest.Bytes);
        long trees = needs.Max(need => need.TreeMemory);
        int beside = (needs.Count > 1 ? 1 : 0) + (cores.FreeCores > 0 ? 1 : 0);
        return Math.Max(labels + (beside * trees), trees);
    }
}
