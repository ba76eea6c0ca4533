using System.Collections.Immutable;

namespace Filecoin.Sealing.Labeling;

/// <summary>What a node of one layer costs a core, all lanes of a kernel together, used or idle.</summary>
/// <param name="Variant">The kernel.</param>
/// <param name="Cost">In blocks of 64 bytes that the platform's SHA-256 hashes on the same core.</param>
public sealed record KernelCost(LabelVariant Variant, double Cost);

/// <summary>The kernels that label some sectors together on one core.</summary>
/// <param name="Kernels">Most lanes first; the first takes the first sectors.</param>
/// <param name="Cost">What a node of one layer of all those sectors costs, as in <see cref="KernelCost.Cost"/>.</param>
public sealed record LanePlan(ImmutableArray<LabelVariant> Kernels, double Cost)
{
    /// <summary>Lanes, idle ones too: each takes the memory of two layers.</summary>
    public int Lanes => Kernels.Sum(kernel => kernel.Sectors);
}

/// <summary>The rule by which sectors on one core are split among kernels: once for planning, estimating and labelling.</summary>
public static class LabelLanes
{
    /// <summary>The kernels this machine can run, with costs measured on another (see docs/performance.md).</summary>
    public static IReadOnlyList<KernelCost> Costs { get; } =
    [
        .. LabelKernels.OfBatch.Rows.Where(row => row.IsHere)
            .Select(row => new KernelCost(new LabelVariant(row.Name, row.Kernel!.Lanes), row.Cost)),
    ];

    /// <summary>
    /// What look-ahead threads leave of the time of one sector: an assumption between what was measured with layers in cache and far outside
    /// of it. It decides only whether a core that is free serves labels or trees.
    /// </summary>
    public const double LookAheadShare = 0.9;

    /// <summary>The kernels that label <paramref name="sectors"/> sectors in the least time on one core, with a lane for each.</summary>
    /// <param name="sectors">At least 1.</param>
    /// <param name="costs">What there is to choose from; null for <see cref="Costs"/>.</param>
    public static LanePlan For(int sectors, IReadOnlyList<KernelCost>? costs = null)
    {
        IReadOnlyList<KernelCost> kernels = costs ?? Costs;
        KernelCost[] chosen = [.. LaneRule.Cheapest(sectors, kernels).Select(index => kernels[index])];
        return new LanePlan([.. chosen.Select(kernel => kernel.Variant)], chosen.Sum(kernel => kernel.Cost));
    }
}
