using System.Security.Cryptography;
using Filecoin.Cryptography;

namespace Filecoin.Primitives;

/// <summary>
/// The binary tree over data, as far as it stands above pieces: a node is the SHA-256 of its two children with the top two bits cleared
/// (rust-fil-proofs filecoin-proofs/src/pieces.rs).
/// </summary>
public static class PieceRoots
{
    /// <summary>The parent of two nodes.</summary>
    public static Bytes32 Parent(Bytes32 left, Bytes32 right)
    {
        Span<byte> children = stackalloc byte[2 * Bytes32.Length];
        left.CopyTo(children);
        right.CopyTo(children[Bytes32.Length..]);
        Span<byte> parent = stackalloc byte[Bytes32.Length];
        SHA256.HashData(children, parent);
        return new Bytes32(parent).ClearTopTwoBits();
    }

    /// <summary>The commitment to a sector that holds pieces in this order, each at the next multiple of its size, and zeros.</summary>
    /// <param name="size">The sector's size.</param>
    /// <param name="pieces">Pieces that fit, each of a possible size.</param>
    public static CommD CommDOf(SectorSize size, IEnumerable<PieceInfo> pieces)
    {
        ArgumentNullException.ThrowIfNull(pieces);
        Stack<PieceInfo> waiting = Stacked(pieces);
        while (waiting.TryPeek(out PieceInfo last) && (waiting.Count > 1 || last.PaddedSize < size.Bytes))
        {
            Push(waiting, Zeros(last.PaddedSize));
        }

        return waiting.TryPop(out PieceInfo root) ? root.CommP : ZeroCommitments.ForSector(size);
    }

    /// <summary>The commitment to pieces in this order, with zeros only up to the next power of two of what is there.</summary>
    /// <param name="pieces">At least one, each of a possible size.</param>
    public static CommD RootOf(IEnumerable<PieceInfo> pieces)
    {
        ArgumentNullException.ThrowIfNull(pieces);
        Stack<PieceInfo> waiting = Stacked(pieces);
        while (waiting.Count > 1)
        {
            Push(waiting, Zeros(waiting.Peek().PaddedSize));
        }

        return waiting.Pop().CommP;
    }

    /// <summary>The finished subtrees, largest at the bottom.</summary>
    private static Stack<PieceInfo> Stacked(IEnumerable<PieceInfo> pieces)
    {
        Stack<PieceInfo> waiting = new();
        foreach (PieceInfo piece in pieces)
        {
            while (waiting.TryPeek(out PieceInfo last) && last.PaddedSize < piece.PaddedSize)
            {
                Push(waiting, Zeros(last.PaddedSize));
            }

            Push(waiting, piece);
        }

        return waiting;
    }

    private static void Push(Stack<PieceInfo> waiting, PieceInfo piece)
    {
        while (waiting.TryPeek(out PieceInfo left) && left.PaddedSize == piece.PaddedSize)
        {
            waiting.Pop();
            piece = new PieceInfo(new CommD(Parent(left.CommP.Value, piece.CommP.Value)), 2 * piece.PaddedSize);
        }

        waiting.Push(piece);
    }

    private static PieceInfo Zeros(long paddedSize) => new(ZeroCommitments.ForPiece(paddedSize), paddedSize);
}
