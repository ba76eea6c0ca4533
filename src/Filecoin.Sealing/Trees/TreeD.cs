using System.Buffers;
using System.Numerics;
using Filecoin.Cryptography;
using Filecoin.Cryptography.Kernels.Sha256;
using Filecoin.Primitives;
using Filecoin.Sealing.Files;
using Filecoin.Sealing.Pieces;

namespace Filecoin.Sealing.Trees;

/// <summary>
/// tree_d: the binary SHA-256 tree over the data's nodes, top two bits of every inner node cleared; its root is comm_d. File: rows from
/// the leaves up, 2n - 1 nodes. Memory: 1 MiB a thread and one node for each MiB of the sector.
/// </summary>
internal static class TreeD
{
    private const int ChunkNodes = SegmentDigests.SegmentBytes / SectorSize.NodeBytes;

    /// <summary>Builds the tree and returns its root.</summary>
    /// <param name="size">Sector size.</param>
    /// <param name="data">The data; null for zeros.</param>
    /// <param name="treeFile">Where to write the tree; null to compute the root only.</param>
    /// <param name="hash">The kernel to use.</param>
    /// <param name="cores">Cores to use.</param>
    /// <param name="progress">Told how far; may be null.</param>
    /// <param name="cancellation">Stops between chunks.</param>
    public static CommD Build(
        SectorSize size,
        ISectorData? data,
        string? treeFile,
        TwoToOneHash hash,
        ITreeCores cores,
        IProgress<SealProgress>? progress,
        CancellationToken cancellation)
    {
        using DurableFile? tree = treeFile is null ? null : DurableFile.Create(treeFile, ((2 * size.Nodes) - 1) * SectorSize.NodeBytes);
        SealProgressCounter counter = new(progress, SealPhase.TreeD, 1, 1, size.Nodes);
        int chunkNodes = (int)Math.Min(ChunkNodes, size.Nodes);
        int chunks = (int)(size.Nodes / chunkNodes);
        byte[] roots = new byte[chunks * SectorSize.NodeBytes];

        Run.InOrder(chunks, cores.Most, "tree_d", chunk =>
        {
            cores.Enter(cancellation);
            byte[] rented = ArrayPool<byte>.Shared.Rent(chunkNodes * SectorSize.NodeBytes);
            try
            {
                Span<byte> nodes = rented.AsSpan(0, chunkNodes * SectorSize.NodeBytes);
                if (data is null)
                {
                    nodes.Clear();
                }
                else
                {
                    data.Read((long)chunk * nodes.Length, nodes);
                }

                Reduce(hash, nodes, chunk, size.Nodes, 0, tree).CopyTo(roots.AsSpan(chunk * SectorSize.NodeBytes));
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(rented);
                cores.Leave();
            }

            counter.Add(chunkNodes);
        });

        int rowsDone = BitOperations.Log2((uint)chunkNodes);
        Bytes32 root = Reduce(hash, roots, 0, size.Nodes, rowsDone, tree, firstRowWritten: true);
        tree?.Publish();
        return new CommD(root);
    }

    /// <summary>Reduces nodes to one in place, writing every row; row 0 are leaves.</summary>
    private static Bytes32 Reduce(
        TwoToOneHash hash, Span<byte> nodes, int part, long leaves, int row, DurableFile? tree, bool firstRowWritten = false)
    {
        bool written = firstRowWritten;
        while (true)
        {
            if (!written)
            {
                tree?.WriteAt(RowOffset(leaves, row) + ((long)part * nodes.Length), nodes);
            }

            if (nodes.Length == SectorSize.NodeBytes)
            {
                return new Bytes32(nodes);
            }

            Span<byte> above = nodes[..(nodes.Length / 2)];
            hash.HashMany(nodes, above);
            nodes = above;
            written = false;
            row++;
        }
    }

    /// <summary>Bytes before a row: all rows below it have leaves, leaves / 2, … nodes.</summary>
    private static long RowOffset(long leaves, int row) => (2 * leaves - (2 * leaves >> row)) * SectorSize.NodeBytes;
}
