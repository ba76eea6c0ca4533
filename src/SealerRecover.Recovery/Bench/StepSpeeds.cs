using Filecoin.Primitives;
using Filecoin.Sealing.Kernels;

namespace SealerRecover.Recovery.Bench;

/// <summary>What one node costs on one core, in seconds, by measurement; and what steps of one sector take by that, disks left out.</summary>
/// <param name="Label">The label of one layer, with layers that fit no cache.</param>
/// <param name="Column">The hash of a column of all layers.</param>
/// <param name="TreeNode">A node of an 8-ary tree, of which a tree has a seventh of its leaves.</param>
public sealed record StepSpeeds(double Label, double Column, double TreeNode)
{
    /// <summary>What devices that hash columns beside the processor are worth, in cores.</summary>
    public double ColumnCoresBeside { get; init; }

    /// <summary>What devices that hash nodes of trees beside the processor are worth, in cores.</summary>
    public double NodeCoresBeside { get; init; }

    private const double InnerNodes = 1.0 / (TreeShape.BaseArity - 1);

    /// <summary>Measures for a fifth of a second.</summary>
    /// <param name="porep">The seal proof.</param>
    /// <param name="kernels">Kernels asked for.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellation">Stops within a second.</param>
    public static StepSpeeds Measure(PorepParameters porep, KernelChoice kernels, TimeProvider time, CancellationToken cancellation)
    {
        BenchSettings quick = new()
        {
            TempFolder = string.Empty, // No disk is measured.
            Cores = 1,
            Kernels = kernels,
            Duration = TimeSpan.FromMilliseconds(50),
            LayerBytes = Math.Min(64L << 20, porep.SectorSize.Bytes),
        };
        return new MachineBench(quick, time).Steps(porep, cancellation);
    }

    /// <summary>All labels of a sector, in seconds.</summary>
    public double Labels(PorepParameters porep) => porep.Nodes * porep.Layers * Label;

    /// <summary>All columns of a sector and tree_c, in seconds.</summary>
    public double Columns(PorepParameters porep, int threads) => (porep.Nodes * Column / (threads + ColumnCoresBeside)) + Tree(porep, threads);

    /// <summary>One 8-ary tree over a replica, in seconds.</summary>
    public double Tree(PorepParameters porep, int threads) => porep.Nodes * InnerNodes * TreeNode / (threads + NodeCoresBeside);

    /// <summary>PreCommit1 and PreCommit2 of one sector, in seconds.</summary>
    public double Sealing(PorepParameters porep, int threads) => Labels(porep) + Columns(porep, threads) + Tree(porep, threads);
}
