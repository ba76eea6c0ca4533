using System.Diagnostics.CodeAnalysis;
using Filecoin.Primitives;

namespace Filecoin.Chain.Rules;

/// <summary>What can be a piece, and which pieces can be in a sector together.</summary>
public static class PieceSizes
{
    /// <summary>Smallest padded size of a piece.</summary>
    private const long Least = 128;

    /// <summary>Most pieces that are read for one sector. A message of 64 KiB, the chain's limit, names some 1400.</summary>
    public const int MostPieces = 4096;

    /// <summary>A piece from what is said of it; false with the complaint if there can be no such piece in such a sector.</summary>
    /// <param name="cid">Has to be a CommP, version 1 of the CID.</param>
    /// <param name="paddedSize">Bytes after Fr32 padding.</param>
    /// <param name="sector">The sector's size.</param>
    /// <param name="piece">The piece.</param>
    /// <param name="complaint">What is wrong; null if it can be.</param>
    public static bool TryMake(Cid cid, ulong paddedSize, SectorSize sector, out PieceInfo piece, [NotNullWhen(false)] out string? complaint)
    {
        piece = default;
        complaint =
            !CommitmentCid.TryGetCommD(cid, out CommD commP) ? $"\"{cid}\" is not the CID of a piece"
            : paddedSize > (ulong)sector.Bytes ? $"a piece of {paddedSize} bytes is larger than the sector"
            : !IsSize((long)paddedSize) ? $"{paddedSize} bytes is no padded size of a piece, which is a power of two from {Least}"
            : null;
        if (complaint is not null)
        {
            return false;
        }

        piece = new PieceInfo(commP, (long)paddedSize);
        return true;
    }

    /// <summary>Whether a piece can have this padded size.</summary>
    public static bool IsSize(long paddedSize) => paddedSize >= Least && long.IsPow2(paddedSize);

    /// <summary>Where a piece goes when so many padded bytes are taken: the next multiple of its size, a power of two.</summary>
    internal static long Align(long used, long paddedSize) => (used + paddedSize - 1) & -paddedSize;

    /// <summary>
    /// Null if the pieces, each of a possible size, fit the sector; else the complaint. In a known order each begins at a multiple of its own
    /// size; in an unknown one only the sum counts, since the largest first leaves no gaps.
    /// </summary>
    public static string? Misfit(ReadOnlySpan<PieceInfo> pieces, bool orderKnown, SectorSize sector)
    {
        long used = 0;
        foreach (PieceInfo piece in pieces)
        {
            // No overflow: used is at most the sector's size, and so is a piece.
            long start = orderKnown ? Align(used, piece.PaddedSize) : used;
            if (piece.PaddedSize > sector.Bytes || start > sector.Bytes - piece.PaddedSize)
            {
                return $"its {pieces.Length} pieces are more than a sector of {sector} can hold";
            }

            used = start + piece.PaddedSize;
        }

        return null;
    }
}
