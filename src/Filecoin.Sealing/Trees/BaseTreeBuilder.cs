using Filecoin.Cryptography;
using Filecoin.Cryptography.Kernels.Poseidon;
using Filecoin.Primitives;

namespace Filecoin.Sealing.Trees;

/// <summary>
/// Builds one 8-ary Poseidon base tree in one pass: chunks of leaves are reduced to one node each, in any order and in parallel; the rows above
/// the chunks, a fraction of 1/32768 of the leaves, follow at the end. Memory: one node a chunk.
/// </summary>
internal sealed class BaseTreeBuilder
{
    /// <summary>Rows of a full chunk above its leaves: 8^5 leaves, which is 1 MiB, the unit layers are read and checked in.</summary>
    private const int FullChunkRows = 5;

    private readonly PoseidonKernel _poseidon8;
    private readonly ITreeRows _rows;
    private readonly BaseTreeLayout _layout;
    private readonly int _chunkRows;
    private readonly byte[] _chunkRoots;

    public BaseTreeBuilder(PoseidonKernel poseidon8, BaseTreeLayout layout, ITreeRows rows)
    {
        _poseidon8 = poseidon8;
        _rows = rows;
        _layout = layout;
        _chunkRows = ChunkRows(layout);
        _chunkRoots = new byte[Chunks(layout) * SectorSize.NodeBytes];
    }

    /// <summary>Leaves in a chunk of this layout's trees.</summary>
    public static int ChunkLeaves(BaseTreeLayout layout) => 1 << (3 * ChunkRows(layout));

    /// <summary>Rows of a chunk of this layout's trees above its leaves.</summary>
    public static int ChunkRows(BaseTreeLayout layout) => Math.Min(FullChunkRows, layout.Height);

    /// <summary>Chunks in a tree.</summary>
    public static int Chunks(BaseTreeLayout layout) => (int)(layout.Leaves / ChunkLeaves(layout));

    /// <summary>Reduces chunk <paramref name="chunk"/>; <paramref name="leaves"/> is used up.</summary>
    /// <param name="chunk">Which, from the left.</param>
    /// <param name="leaves">The chunk's leaves, 32 bytes each; rows are built in place over it.</param>
    /// <param name="scratch">At least an eighth of the length of <paramref name="leaves"/>.</param>
    /// <param name="batch">Called between batches, for cancellation and progress; gets the number of nodes hashed.</param>
    /// <param name="from">The row that <paramref name="leaves"/> are of, where they are nodes above the leaves.</param>
    public void Reduce(int chunk, Span<byte> leaves, Span<byte> scratch, Action<int> batch, int from = 0)
    {
        Span<byte> row = leaves;
        _rows.Put(from, (long)chunk * row.Length / SectorSize.NodeBytes, row);
        Span<byte> spare = scratch;
        for (int level = from + 1; level <= _chunkRows; level++)
        {
            Span<byte> above = spare[..(row.Length / TreeShape.BaseArity)];
            HashRow(row, above, batch);
            _rows.Put(level, (long)chunk * above.Length / SectorSize.NodeBytes, above);
            spare = row;
            row = above;
        }

        row.CopyTo(_chunkRoots.AsSpan(chunk * SectorSize.NodeBytes));
    }

    /// <summary>Builds the rows above the chunks and returns the root. All chunks have been reduced.</summary>
    public Bytes32 Finish(Action<int> batch)
    {
        byte[] row = _chunkRoots;
        for (int level = _chunkRows + 1; level <= _layout.Height; level++)
        {
            byte[] above = new byte[row.Length / TreeShape.BaseArity];
            HashRow(row, above, batch);
            _rows.Put(level, 0, above);
            row = above;
        }

        return new Bytes32(row);
    }

    private void HashRow(ReadOnlySpan<byte> row, Span<byte> above, Action<int> batch)
    {
        int batchBytes = _poseidon8.BatchHashes * SectorSize.NodeBytes;
        for (int done = 0; done < above.Length; done += batchBytes)
        {
            int length = Math.Min(batchBytes, above.Length - done);
            _poseidon8.HashMany(
                row.Slice(done * TreeShape.BaseArity, length * TreeShape.BaseArity), above.Slice(done, length));
            batch(length / SectorSize.NodeBytes);
        }
    }
}
