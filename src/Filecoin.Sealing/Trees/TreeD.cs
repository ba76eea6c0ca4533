using System.Security.Cryptography;
using Filecoin.Cryptography;
using Filecoin.Primitives;
using Filecoin.Sealing.Files;
using Microsoft.Win32.SafeHandles;

namespace Filecoin.Sealing.Trees;

/// <summary>
/// tree_d: the binary SHA-256 tree over the data's nodes, top two bits of every inner node cleared; its root is comm_d. File: rows from
/// the leaves up, 2n - 1 nodes.
/// </summary>
internal static class TreeD
{
    private const int ChunkNodes = SegmentDigests.SegmentBytes / SectorSize.NodeBytes;

    /// <summary>Builds the tree and returns its root.</summary>
    /// <param name="size">Sector size.</param>
    /// <param name="dataFile">Fr32-padded data; null for zeros.</param>
    /// <param name="treeFile">Where to write the tree; null to compute the root only.</param>
    /// <param name="threads">Threads to use.</param>
    /// <param name="progress">Told how far; may be null.</param>
    /// <param name="cancellation">Stops between chunks.</param>
    public static CommD Build(
        SectorSize size, string? dataFile, string? treeFile, int threads, IProgress<SealProgress>? progress, CancellationToken cancellation)
    {
        using SafeFileHandle? data =
            dataFile is null ? null : StorageFailure.Naming(dataFile, "opening", () => File.OpenHandle(dataFile));
        using DurableFile? tree = treeFile is null ? null : DurableFile.Create(treeFile, ((2 * size.Nodes) - 1) * SectorSize.NodeBytes);
        SealProgressCounter counter = new(progress, SealPhase.TreeD, 1, 1, size.Nodes);
        int chunkNodes = (int)Math.Min(ChunkNodes, size.Nodes);
        int chunks = (int)(size.Nodes / chunkNodes);
        byte[] roots = new byte[chunks * SectorSize.NodeBytes];

        ParallelOptions options = new() { MaxDegreeOfParallelism = threads, CancellationToken = cancellation };
        Run.Parallel(chunks, options, chunk =>
        {
            byte[] nodes = new byte[chunkNodes * SectorSize.NodeBytes];
            if (data is not null)
            {
                ExactRead.At(data, (long)chunk * nodes.Length, nodes, dataFile!);
            }

            Reduce(nodes, chunk, size.Nodes, 0, tree).CopyTo(roots, chunk * SectorSize.NodeBytes);
            counter.Add(chunkNodes);
        });

        int rowsDone = System.Numerics.BitOperations.Log2((uint)chunkNodes);
        byte[] root = chunks == 1 ? roots : Reduce(roots, 0, size.Nodes, rowsDone, tree, firstRowWritten: true);
        tree?.Publish();
        return new CommD(new Bytes32(root));
    }

    /// <summary>Reduces nodes to one, writing every row; row 0 are leaves.</summary>
    private static byte[] Reduce(byte[] nodes, int part, long leaves, int row, DurableFile? tree, bool firstRowWritten = false)
    {
        byte[] current = nodes;
        bool written = firstRowWritten;
        while (true)
        {
            if (!written)
            {
                tree?.WriteAt(RowOffset(leaves, row) + ((long)part * current.Length), current);
            }

            written = false;
            if (current.Length == SectorSize.NodeBytes)
            {
                return current;
            }

            byte[] above = new byte[current.Length / 2];
            for (int i = 0; i < above.Length; i += SectorSize.NodeBytes)
            {
                SHA256.HashData(current.AsSpan(2 * i, 2 * SectorSize.NodeBytes), above.AsSpan(i, SectorSize.NodeBytes));
                above[i + 31] &= 0x3f;
            }

            current = above;
            row++;
        }
    }

    /// <summary>Bytes before a row: all rows below it have leaves, leaves / 2, … nodes.</summary>
    private static long RowOffset(long leaves, int row) => (2 * leaves - (2 * leaves >> row)) * SectorSize.NodeBytes;
}
