using System.Buffers;
using System.Numerics;
using Filecoin.Cryptography;
using Filecoin.Cryptography.Kernels.Sha256;
using Filecoin.Primitives;
using Filecoin.Sealing.Files;
using Filecoin.Sealing.Steps;

namespace Filecoin.Sealing.Pieces;

/// <summary>
/// The binary SHA-256 tree over a sector's data or a part of it, top two bits of every inner node cleared: of all of it that is tree_d,
/// whose root is comm_d; of a piece the root is its CommP. Memory: 1 MiB a thread and one node for each MiB of data.
/// </summary>
public static class DataTree
{
    private const int ChunkNodes = SegmentDigests.SegmentBytes / SectorSize.NodeBytes;

    /// <summary>The commitment to all of the data.</summary>
    /// <param name="data">The data.</param>
    /// <param name="hash">The kernel to use.</param>
    /// <param name="cores">Cores to use.</param>
    /// <param name="phase">What progress is reported as.</param>
    /// <param name="progress">Told how far; may be null.</param>
    /// <param name="cancellation">Stops between chunks.</param>
    /// <param name="parts">Remembers the root of each chunk of 1 MiB, so that a reading goes on; null for nobody.</param>
    /// <exception cref="Primitives.OperatorException">The data cannot be read.</exception>
    public static CommD Of(
        ISectorData data,
        TwoToOneHash hash,
        ITreeCores cores,
        SealPhase phase,
        IProgress<SealProgress>? progress,
        CancellationToken cancellation,
        IReadParts? parts = null)
    {
        ArgumentNullException.ThrowIfNull(data);
        ArgumentNullException.ThrowIfNull(hash);
        ArgumentNullException.ThrowIfNull(cores);
        SealProgressCounter counter = new(progress, phase, 1, 1, data.Size.Nodes, kernel: hash.Name);
        return new CommD(Root(data, 0, data.Size.Bytes, hash, cores, tree: null, counter, cancellation, parts));
    }

    /// <summary>The commitment to a piece of the data.</summary>
    /// <param name="data">The data.</param>
    /// <param name="offset">Where the piece begins, in padded bytes.</param>
    /// <param name="length">Its padded size.</param>
    /// <param name="hash">The kernel to use.</param>
    /// <param name="cores">Cores to use.</param>
    /// <param name="cancellation">Stops between chunks.</param>
    internal static CommD OfPiece(
        ISectorData data, long offset, long length, TwoToOneHash hash, ITreeCores cores, CancellationToken cancellation) =>
        new(Root(data, offset, length, hash, cores, tree: null, counter: null, cancellation));

    /// <summary>Writes tree_d over all of the data and returns its root: rows from the leaves up, 2n - 1 nodes.</summary>
    /// <param name="data">The data.</param>
    /// <param name="files">Writes it.</param>
    /// <param name="path">Where; the file appears whole or not at all.</param>
    /// <param name="hash">The kernel to use.</param>
    /// <param name="cores">Cores to use.</param>
    /// <param name="progress">Told how far; may be null.</param>
    /// <param name="cancellation">Stops between chunks.</param>
    /// <param name="of">What it belongs to.</param>
    internal static CommD Write(
        ISectorData data,
        IFileSystem files,
        string path,
        TwoToOneHash hash,
        ITreeCores cores,
        IProgress<SealProgress>? progress,
        CancellationToken cancellation,
        StepsOf of = StepsOf.Sealing)
    {
        long nodes = data.Size.Nodes;
        using DurableFile tree = DurableFile.Create(files, path, ((2 * nodes) - 1) * SectorSize.NodeBytes);
        SealProgressCounter counter = new(progress, SealPhase.TreeD, 1, 1, nodes, kernel: hash.Name, of: of);
        CommD root = new(Root(data, 0, data.Size.Bytes, hash, cores, tree, counter, cancellation));
        tree.Publish();
        return root;
    }

    private static Bytes32 Root(
        ISectorData data,
        long offset,
        long length,
        TwoToOneHash hash,
        ITreeCores cores,
        DurableFile? tree,
        SealProgressCounter? counter,
        CancellationToken cancellation,
        IReadParts? parts = null)
    {
        long leaves = length / SectorSize.NodeBytes;
        int chunkNodes = (int)Math.Min(ChunkNodes, leaves);
        byte[] roots = new byte[leaves / chunkNodes * SectorSize.NodeBytes];
        Run.InOrder((int)(leaves / chunkNodes), cores, "tree_d", Reduced, cancellation);
        return Reduce(hash, roots, 0, leaves, BitOperations.Log2((uint)chunkNodes), tree);

        void Reduced(int chunk)
        {
            Span<byte> root = roots.AsSpan(chunk * SectorSize.NodeBytes, SectorSize.NodeBytes);
            if (parts?.TryRecall(chunk, root) == true)
            {
                counter?.Add(chunkNodes);
                return;
            }

            byte[] rented = ArrayPool<byte>.Shared.Rent(chunkNodes * SectorSize.NodeBytes);
            try
            {
                Span<byte> nodes = rented.AsSpan(0, chunkNodes * SectorSize.NodeBytes);
                data.Read(offset + ((long)chunk * nodes.Length), nodes);
                tree?.WriteAt((long)chunk * nodes.Length, nodes);
                Reduce(hash, nodes, chunk, leaves, 0, tree).CopyTo(root);
                parts?.Keep(chunk, root);
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(rented);
            }

            counter?.Add(chunkNodes);
        }
    }

    /// <summary>Reduces nodes of a row to one in place, writing the rows above it; row 0 are leaves.</summary>
    private static Bytes32 Reduce(TwoToOneHash hash, Span<byte> nodes, int part, long leaves, int row, DurableFile? tree)
    {
        while (nodes.Length > SectorSize.NodeBytes)
        {
            Span<byte> above = nodes[..(nodes.Length / 2)];
            hash.HashMany(nodes, above);
            nodes = above;
            row++;
            tree?.WriteAt(RowOffset(leaves, row) + ((long)part * nodes.Length), nodes);
        }

        return new Bytes32(nodes);
    }

    /// <summary>Bytes before a row: all rows below it have leaves, leaves / 2, … nodes.</summary>
    internal static long RowOffset(long leaves, int row) => ((2 * leaves) - (2 * leaves >> row)) * SectorSize.NodeBytes;
}
