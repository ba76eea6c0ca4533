using Filecoin.Cryptography.Kernels.Poseidon;
using Filecoin.Primitives;
using Filecoin.Sealing.Kernels;
using Filecoin.Sealing.Labeling;

namespace SealerRecover.Recovery.Roles;

/// <summary>
/// What a node costs in each step, in blocks of the yardstick: 64 bytes of the platform's SHA-256 on one core. Proportions are what
/// decides, and they carry over between machines of one kind.
/// </summary>
internal sealed record NodeCosts
{
    private const int TreeArity = 8;

    /// <summary>Labels of one layer by each kernel there is.</summary>
    public required IReadOnlyList<KernelCost> Labels { get; init; }

    /// <summary>What look-ahead leaves of the time of a sector's label.</summary>
    public double LookAheadShare { get; init; } = LabelLanes.LookAheadShare;

    /// <summary>Column hash, both trees, and digests of all layers, on one core.</summary>
    public required double Trees { get; init; }

    /// <summary>What devices that hash beside the processor are worth in building trees, in cores; 0 where there are none.</summary>
    public double DeviceCores { get; init; }

    /// <summary>Writing one layer to disk; 0 where that is not known.</summary>
    public double WriteLayer { get; init; }

    /// <summary>Reading all layers from disk; 0 where that is not known.</summary>
    public double ReadLayers { get; init; }

    /// <summary>The kernel that was asked for where sectors go side by side; null where the cheapest do.</summary>
    public KernelCost? SideBySide { get; init; }

    /// <summary>As measured elsewhere, for the kernels this machine runs.</summary>
    /// <param name="porep">The seal proof.</param>
    /// <param name="kernels">Kernels that were asked for.</param>
    public static NodeCosts Typical(PorepParameters porep, KernelChoice kernels)
    {
        string poseidon = kernels.Poseidon ?? PoseidonKernel.Best;
        return new NodeCosts
        {
            Labels = [.. LabelLanes.Costs.Where(cost => kernels.Label is null || cost.Variant.Kernel == kernels.Label || cost.Variant.Sectors > 1)],
            SideBySide = LabelLanes.Costs.FirstOrDefault(cost => cost.Variant.Kernel == (kernels.Many ?? kernels.Label)),
            Trees = TreesOf(porep, arity => PoseidonKernel.CostOf(arity, poseidon)),
            DeviceCores = DeviceCoresOf(
                porep, arity => PoseidonKernel.CostOf(arity, poseidon), arity => PoseidonKernel.CoresBesideOf(arity, kernels.Poseidon)),
        };
    }

    /// <summary>What devices are worth, in cores: of columns and of nodes, each by its part of the cost of a core's trees.</summary>
    public static double DeviceCoresOf(PorepParameters porep, Func<int, double> poseidon, Func<int, double> coresBeside)
    {
        double columns = poseidon(porep.Layers);
        double nodes = 2.0 / (TreeArity - 1) * poseidon(TreeArity);
        return ((columns * coresBeside(porep.Layers)) + (nodes * coresBeside(TreeArity))) / TreesOf(porep, poseidon);
    }

    /// <summary>Trees from the cost of Poseidon hashes: a column, two 8-ary trees of n/7 inner nodes, one digest of every layer's bytes.</summary>
    public static double TreesOf(PorepParameters porep, Func<int, double> poseidon) =>
        poseidon(porep.Layers) + (2.0 / (TreeArity - 1) * poseidon(TreeArity)) + (porep.Layers * SectorSize.NodeBytes / (double)Yardstick.BlockBytes);
}
