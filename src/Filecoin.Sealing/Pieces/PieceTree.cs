using System.Numerics;
using System.Security.Cryptography;
using Filecoin.Cryptography;

namespace Filecoin.Sealing.Pieces;

/// <summary>
/// The binary SHA-256 tree over Fr32-padded data, as data comes in, with 64 KiB and one node a row of memory. A node is the hash of its two
/// children with the top two bits of the last byte cleared (rust-fil-proofs filecoin-hashers sha256).
/// </summary>
internal sealed class PieceTree
{
    private const int NodeBytes = Bytes32.Length;
    private const int ChunkBytes = 1 << 16;
    private const int Rows = 48;

    private readonly byte[] _chunk = new byte[ChunkBytes];
    private readonly Bytes32[] _left = new Bytes32[Rows];
    private int _filled;
    private long _chunks;

    /// <summary>Bytes appended so far.</summary>
    public long Length => (_chunks * ChunkBytes) + _filled;

    /// <summary>The parent of two nodes.</summary>
    public static Bytes32 Parent(Bytes32 left, Bytes32 right)
    {
        Span<byte> children = stackalloc byte[2 * NodeBytes];
        left.CopyTo(children);
        right.CopyTo(children[NodeBytes..]);
        Span<byte> parent = stackalloc byte[NodeBytes];
        SHA256.HashData(children, parent);
        return new Bytes32(parent).ClearTopTwoBits();
    }

    /// <summary>More padded data, of any length.</summary>
    public void Append(ReadOnlySpan<byte> padded)
    {
        while (!padded.IsEmpty)
        {
            int take = Math.Min(padded.Length, ChunkBytes - _filled);
            padded[..take].CopyTo(_chunk.AsSpan(_filled));
            padded = padded[take..];
            _filled += take;
            if (_filled == ChunkBytes)
            {
                FinishChunk();
            }
        }
    }

    /// <summary>The root of the tree over what was appended and zeros up to <paramref name="paddedSize"/>; ends this tree's use.</summary>
    /// <param name="paddedSize">A power of two, at least 64 and at least <see cref="Length"/>.</param>
    public Bytes32 Root(long paddedSize)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(paddedSize, 2 * NodeBytes);
        ArgumentOutOfRangeException.ThrowIfLessThan(paddedSize, Length);
        if (!long.IsPow2(paddedSize))
        {
            throw new ArgumentException($"a tree over {paddedSize} bytes has no single root", nameof(paddedSize));
        }

        if (paddedSize <= ChunkBytes && _chunks == 0)
        {
            _chunk.AsSpan(_filled).Clear();
            return Reduce(_chunk.AsSpan(0, (int)paddedSize));
        }

        if (_filled > 0)
        {
            _chunk.AsSpan(_filled).Clear();
            FinishChunk();
        }

        // The rows above the chunks' roots: what waits there is a left child, everything right of it is zero.
        int row = 0;
        Bytes32 node = default;
        bool empty = true;
        for (long size = ChunkBytes; size < paddedSize; size *= 2, row++)
        {
            bool waiting = ((_chunks >> row) & 1) != 0;
            if (waiting)
            {
                node = Parent(_left[row], empty ? ZeroPieces.Commitment(size) : node);
                empty = false;
            }
            else if (!empty)
            {
                node = Parent(node, ZeroPieces.Commitment(size));
            }
        }

        return !empty ? node : _chunks == 0 ? ZeroPieces.Commitment(paddedSize) : _left[row];
    }

    private void FinishChunk()
    {
        Bytes32 node = Reduce(_chunk);
        int row = BitOperations.TrailingZeroCount(~_chunks);
        for (int i = 0; i < row; i++)
        {
            node = Parent(_left[i], node);
        }

        _left[row] = node;
        _chunks++;
        _filled = 0;
    }

    /// <summary>The root over a power of two of nodes, made in place.</summary>
    private static Bytes32 Reduce(Span<byte> nodes)
    {
        // Hashed to the side, so that nothing is asked to write where it reads.
        Span<byte> hash = stackalloc byte[NodeBytes];
        for (int length = nodes.Length; length > NodeBytes; length /= 2)
        {
            for (int parent = 0; parent < length / 2; parent += NodeBytes)
            {
                SHA256.HashData(nodes.Slice(2 * parent, 2 * NodeBytes), hash);
                hash[NodeBytes - 1] &= 0x3f;
                hash.CopyTo(nodes[parent..]);
            }
        }

        return new Bytes32(nodes[..NodeBytes]);
    }
}
