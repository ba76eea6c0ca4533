using Filecoin.Cryptography;
using Filecoin.Cryptography.Kernels.Poseidon;
using Filecoin.Primitives;
using Filecoin.Sealing.Pieces;
using Filecoin.Sealing.Trees;

namespace Filecoin.Sealing.Replica;

/// <summary>
/// Looks whether a replica that was found (a sector key, a sealed or an updated sector) is intact, by making comm_r_last from its content.
/// p_aux alone says nothing about the file beside it.
/// </summary>
public static class ReplicaCheck
{
    /// <summary>
    /// The root of tree_r_last over a replica; nothing is written. With comm_c it makes CommR (<see cref="CommRs"/>). Costs what building
    /// tree_r_last costs; memory: 1.2 MiB a thread.
    /// </summary>
    /// <param name="replica">The replica.</param>
    /// <param name="porep">Its shape.</param>
    /// <param name="cores">Cores to use.</param>
    /// <param name="progress">Told how far, as of building trees; may be null.</param>
    /// <param name="cancellation">Stops within a second.</param>
    /// <param name="poseidonKernel">Name of the kernel to use; null for the best on this machine.</param>
    /// <exception cref="OperatorException">The replica cannot be read.</exception>
    public static Bytes32 CommRLast(
        ISectorData replica,
        PorepParameters porep,
        ITreeCores cores,
        IProgress<SealProgress>? progress,
        CancellationToken cancellation,
        string? poseidonKernel = null)
    {
        ArgumentNullException.ThrowIfNull(replica);
        ArgumentNullException.ThrowIfNull(porep);
        ArgumentNullException.ThrowIfNull(cores);
        BaseTreeLayout layout = BaseTreeLayout.For(porep);
        PoseidonKernel poseidon8 = PoseidonKernel.Create(TreeShape.BaseArity, poseidonKernel);
        int chunkBytes = BaseTreeBuilder.ChunkLeaves(layout) * SectorSize.NodeBytes;
        using ReplicaChunkPool pool = new(chunkBytes);
        Bytes32[] roots = new Bytes32[porep.Shape.BaseTrees];
        for (int tree = 0; tree < roots.Length; tree++)
        {
            long start = tree * layout.Leaves * SectorSize.NodeBytes;
            SealProgressCounter counter = new(progress, SealPhase.Trees, tree + 1, roots.Length, layout.Leaves);
            BaseTreeBuilder builder = new(poseidon8, layout, NoTreeRows.Instance);
            Run.InOrder(
                BaseTreeBuilder.Chunks(layout),
                cores,
                "replica",
                chunk => pool.Use(buffers =>
                {
                    replica.Read(start + ((long)chunk * chunkBytes), buffers.Nodes);
                    builder.Reduce(chunk, buffers.Nodes, buffers.Scratch, _ => cancellation.ThrowIfCancellationRequested());
                    counter.Add(chunkBytes / SectorSize.NodeBytes);
                }),
                cancellation);
            roots[tree] = builder.Finish(_ => cancellation.ThrowIfCancellationRequested());
        }

        return TreeRoots.Join(porep.Shape, roots, poseidonKernel);
    }
}
