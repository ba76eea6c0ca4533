using Filecoin.Cryptography;
using Filecoin.Cryptography.Kernels.Poseidon;
using Filecoin.Primitives;
using Filecoin.Sealing.Pieces;
using Filecoin.Sealing.Steps;
using Filecoin.Sealing.Trees;

namespace Filecoin.Sealing.Replica;

/// <summary>Rows and nodes of tree_r_last made from a replica that was found, to compare tree_r_last files with. Memory: 1.2 MiB a thread.</summary>
public static class BaseTreeOfReplica
{
    /// <summary>The kept rows of one base tree over a replica, as its tree_r_last file has them. To be disposed.</summary>
    /// <param name="replica">The replica.</param>
    /// <param name="porep">Its shape.</param>
    /// <param name="tree">Which base tree, from 0.</param>
    /// <param name="lowestRow">Lowest row kept.</param>
    /// <param name="cores">Cores to use.</param>
    /// <param name="progress">Told how far; may be null.</param>
    /// <param name="cancellation">Stops within a second.</param>
    /// <param name="poseidonKernel">Name of the kernel to use; null for the best on this machine.</param>
    /// <param name="parts">
    /// Remembers the nodes of <see cref="RowOfParts"/> above each part of the replica, so that a reading goes on; a part that is begun is then
    /// finished before a cancellation stops the rest. Null for nobody.
    /// </param>
    /// <exception cref="OperatorException">The replica cannot be read.</exception>
    public static KeptRows Rows(
        ISectorData replica,
        PorepParameters porep,
        int tree,
        int lowestRow,
        ITreeCores cores,
        IProgress<SealProgress>? progress,
        CancellationToken cancellation,
        string? poseidonKernel = null,
        IReadParts? parts = null)
    {
        ArgumentNullException.ThrowIfNull(replica);
        ArgumentNullException.ThrowIfNull(porep);
        ArgumentNullException.ThrowIfNull(cores);
        KeptRows rows = new(BaseTreeLayout.For(porep), lowestRow);
        try
        {
            string kernel = PoseidonKernel.Create(TreeShape.BaseArity, poseidonKernel).Name;
            SealProgressCounter counter = new(progress, SealPhase.CheckReplica, tree + 1, porep.Shape.BaseTrees, rows.Layout.Leaves, kernel: kernel);
            PartsOfTree? known = parts is null ? null : new PartsOfTree(parts, rows, tree, RowOfParts(porep, lowestRow));
            _ = Build(
                replica, tree * rows.Layout.Leaves * SectorSize.NodeBytes, rows.Layout, known ?? (ITreeRows)rows, cores, counter, poseidonKernel, cancellation, known);
            return rows;
        }
        catch
        {
            rows.Dispose();
            throw;
        }
    }

    /// <summary>The row whose nodes are remembered of a part: the lowest kept one, or the highest beneath it that lies within a part.</summary>
    public static int RowOfParts(PorepParameters porep, int lowestRow) => Math.Min(lowestRow, BaseTreeBuilder.ChunkRows(BaseTreeLayout.For(porep)));

    /// <summary>Bytes of a replica that are read, and remembered, at once.</summary>
    public static long PartBytes(PorepParameters porep) => (long)BaseTreeBuilder.ChunkLeaves(BaseTreeLayout.For(porep)) * SectorSize.NodeBytes;

    /// <summary>
    /// One node of a base tree's row, from the replica's part beneath it: 8^<paramref name="row"/> leaves. On the calling thread.
    /// </summary>
    /// <param name="replica">The replica.</param>
    /// <param name="porep">Its shape.</param>
    /// <param name="tree">Which base tree, from 0.</param>
    /// <param name="row">Which row; 0 are the leaves.</param>
    /// <param name="index">Which node of the row.</param>
    /// <param name="cancellation">Stops within a second.</param>
    /// <param name="poseidonKernel">Name of the kernel to use; null for the best on this machine.</param>
    /// <exception cref="OperatorException">The replica cannot be read.</exception>
    public static Bytes32 Node(
        ISectorData replica, PorepParameters porep, int tree, int row, long index, CancellationToken cancellation, string? poseidonKernel = null)
    {
        ArgumentNullException.ThrowIfNull(replica);
        ArgumentNullException.ThrowIfNull(porep);

        // The tree beneath a node is a base tree of its own, only smaller.
        BaseTreeLayout whole = BaseTreeLayout.For(porep);
        BaseTreeLayout beneath = new(whole.Leaves / whole.RowNodes(row));
        return Build(
            replica,
            ((tree * whole.Leaves) + (index * beneath.Leaves)) * SectorSize.NodeBytes,
            beneath,
            NoTreeRows.Instance,
            new FixedTreeCores(1),
            counter: null,
            poseidonKernel,
            cancellation);
    }

    /// <summary>Builds a tree over a part of a replica.</summary>
    /// <param name="replica">The replica.</param>
    /// <param name="start">Where the part begins, in bytes.</param>
    /// <param name="layout">The tree over it.</param>
    /// <param name="rows">Takes the rows.</param>
    /// <param name="cores">Cores to use.</param>
    /// <param name="counter">Told how far; may be null.</param>
    /// <param name="poseidonKernel">Name of the kernel to use; null for the best on this machine.</param>
    /// <param name="cancellation">Stops within a second.</param>
    /// <param name="parts">The parts that need not be read; null for none.</param>
    /// <returns>The root.</returns>
    internal static Bytes32 Build(
        ISectorData replica,
        long start,
        BaseTreeLayout layout,
        ITreeRows rows,
        ITreeCores cores,
        SealProgressCounter? counter,
        string? poseidonKernel,
        CancellationToken cancellation,
        PartsOfTree? parts = null)
    {
        int chunkBytes = BaseTreeBuilder.ChunkLeaves(layout) * SectorSize.NodeBytes;
        using ReplicaChunkPool pool = new(chunkBytes);
        PoseidonKernel poseidon8 = PoseidonKernel.Create(TreeShape.BaseArity, poseidonKernel);
        return Undoubted.Each(1, [poseidon8], _ => BuildOnce(), Forget)[0];

        void Forget(int tree)
        {
            counter?.Add(-layout.Leaves);
            parts?.Forget();
        }

        Bytes32 BuildOnce()
        {
            // What was read and not remembered would be read again.
            CancellationToken within = parts is null ? cancellation : CancellationToken.None;
            BaseTreeBuilder builder = new(poseidon8, layout, rows);
            Run.InOrder(
                BaseTreeBuilder.Chunks(layout),
                cores,
                "replica",
                chunk => pool.Use(buffers =>
                {
                    int row = 0;
                    Span<byte> nodes = buffers.Nodes;
                    if (parts is not null && parts.TryRecall(chunk, nodes[..(chunkBytes >> (3 * parts.Row))]))
                    {
                        row = parts.Row;
                        nodes = nodes[..(chunkBytes >> (3 * row))];
                    }
                    else
                    {
                        replica.Read(start + ((long)chunk * chunkBytes), nodes);
                    }

                    builder.Reduce(chunk, nodes, buffers.Scratch, _ => within.ThrowIfCancellationRequested(), row);
                    counter?.Add(chunkBytes / SectorSize.NodeBytes);
                }),
                cancellation);
            return builder.Finish(_ => cancellation.ThrowIfCancellationRequested());
        }
    }
}
