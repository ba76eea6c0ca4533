using Filecoin.Cryptography;
using Filecoin.Primitives;

namespace Filecoin.Sealing.Pieces;

/// <summary>
/// The rows of a piece's tree above the roots of its chunks, which may come in any order; memory for one node a row and for the roots that
/// are ahead of others. Not safe from several threads.
/// </summary>
/// <param name="chunkBytes">Padded bytes under each root that is added: a power of two from 128 to the piece's size.</param>
internal sealed class PieceTree(long chunkBytes)
{
    private const int Rows = 64;

    private readonly Bytes32[] _left = new Bytes32[Rows];
    private readonly Dictionary<long, Bytes32> _ahead = [];
    private long _chunks;

    /// <summary>The root over chunk <paramref name="index"/>; in the end none before the last one may be missing.</summary>
    public void Add(long index, Bytes32 root)
    {
        _ahead.Add(index, root);
        while (_ahead.Remove(_chunks, out Bytes32 next))
        {
            Append(next);
        }
    }

    /// <summary>The root of the tree over all chunks and zeros up to <paramref name="paddedSize"/>.</summary>
    /// <param name="paddedSize">A power of two that holds all chunks.</param>
    public CommD Root(long paddedSize)
    {
        if (_ahead.Count > 0)
        {
            throw new InvalidOperationException($"chunk {_chunks} of a piece is missing, {_ahead.Count} after it are there");
        }

        if (_chunks == 0)
        {
            return ZeroCommitments.ForPiece(paddedSize);
        }

        // What waits in a row is a left child; everything right of it is zero.
        int row = 0;
        Bytes32? node = null;
        for (long size = chunkBytes; size < paddedSize; size *= 2, row++)
        {
            if (((_chunks >> row) & 1) != 0)
            {
                node = PieceRoots.Parent(_left[row], node ?? ZeroCommitments.ForPiece(size).Value);
            }
            else if (node is { } left)
            {
                node = PieceRoots.Parent(left, ZeroCommitments.ForPiece(size).Value);
            }
        }

        return new CommD(node ?? _left[row]);
    }

    private void Append(Bytes32 root)
    {
        int row = 0;
        for (; ((_chunks >> row) & 1) != 0; row++)
        {
            root = PieceRoots.Parent(_left[row], root);
        }

        _left[row] = root;
        _chunks++;
    }
}
