using System.Collections.Immutable;
using Filecoin.Primitives;

namespace Filecoin.Sealing.Pieces;

/// <summary>A piece at its place in a sector.</summary>
/// <param name="Piece">The piece.</param>
/// <param name="Offset">First padded byte; a multiple of the piece's size.</param>
/// <param name="IsFiller">Whether it is zeros put there for the others' alignment.</param>
public readonly record struct PlacedPiece(PieceInfo Piece, long Offset, bool IsFiller)
{
    /// <summary>Whether it is nothing but zeros, so that nobody has to have it.</summary>
    public bool IsZeros => IsFiller || Piece.CommP == ZeroCommitments.ForPiece(Piece.PaddedSize);
}

/// <summary>How pieces lie in a sector, and the CommD that follows.</summary>
public static class PieceLayout
{
    /// <summary>Smallest padded size of a piece.</summary>
    public const long MinPaddedSize = 128;

    /// <summary>Largest padded size of a piece: the largest sector.</summary>
    public const long MaxPaddedSize = 64L << 30;

    /// <summary>Where a piece of <paramref name="paddedSize"/> goes when <paramref name="used"/> padded bytes are taken: the next multiple of its size.</summary>
    public static long Align(long used, long paddedSize) => (used + paddedSize - 1) / paddedSize * paddedSize;

    /// <summary>
    /// Places pieces in their order, with the zero pieces that Lotus and Curio put before, between and after them so that every piece is
    /// aligned and the sector full: smallest first (lotus storage/pipeline/input.go and lib/filler, curio lib/dealdata).
    /// </summary>
    /// <exception cref="OperatorException">A size is impossible, or the pieces do not fit.</exception>
    public static ImmutableArray<PlacedPiece> Arrange(SectorSize sectorSize, IEnumerable<PieceInfo> pieces)
    {
        ArgumentNullException.ThrowIfNull(pieces);
        ImmutableArray<PlacedPiece>.Builder placed = ImmutableArray.CreateBuilder<PlacedPiece>();
        long used = 0;
        foreach (PieceInfo piece in pieces)
        {
            CheckedSize(piece.PaddedSize);
            Fill(placed, ref used, Align(used, piece.PaddedSize));
            if (piece.PaddedSize > sectorSize.Bytes - used)
            {
                throw DoNotFit(sectorSize);
            }

            placed.Add(new PlacedPiece(piece, used, IsFiller: false));
            used += piece.PaddedSize;
        }

        Fill(placed, ref used, sectorSize.Bytes);
        return placed.ToImmutable();
    }

    /// <summary>
    /// The commitment to a sector's data from its pieces, as rust-fil-proofs compute_comm_d gives it (filecoin-proofs/src/pieces.rs): zeros
    /// are put between pieces for alignment, and after them only up to the next power of two of what is there, not up to the sector's
    /// size. No pieces at all: the sector full of zeros. Hand it <see cref="Arrange"/>'s list to commit to the whole sector.
    /// </summary>
    /// <exception cref="OperatorException">A size is impossible, there are too many pieces, or together they are larger than the sector.</exception>
    public static CommD ComputeCommD(SectorSize sectorSize, IReadOnlyList<PieceInfo> pieces)
    {
        ArgumentNullException.ThrowIfNull(pieces);
        if (pieces.Count == 0)
        {
            return ZeroCommitments.ForSector(sectorSize);
        }

        if (pieces.Count > sectorSize.Bytes / MinPaddedSize)
        {
            throw new OperatorException(
                FailureKind.BadInput,
                $"{pieces.Count} pieces are more than a sector of {sectorSize} can hold",
                "Check the list of pieces of this sector.");
        }

        // Each piece alone before the sum, so that no sum of absurd sizes can overflow: at most 2^29 pieces of 2^36 bytes.
        if (pieces.Any(piece => CheckedSize(piece.PaddedSize) > sectorSize.Bytes)
            || pieces.Sum(piece => piece.PaddedSize) > sectorSize.Bytes)
        {
            throw DoNotFit(sectorSize);
        }

        return PieceRoots.RootOf(pieces);
    }

    /// <summary>The smallest padded size of a piece that holds <paramref name="rawLength"/> bytes (go-padreader PaddedSize).</summary>
    public static long SmallestFor(long rawLength)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(rawLength);
        long size = MinPaddedSize;
        while (new PieceInfo(default, size).UnpaddedSize < rawLength)
        {
            size *= 2;
        }

        return size;
    }

    /// <summary>The size itself if a piece can have it.</summary>
    internal static long CheckedSize(long paddedSize) => paddedSize is >= MinPaddedSize and <= MaxPaddedSize && long.IsPow2(paddedSize)
        ? paddedSize
        : throw new OperatorException(
            FailureKind.BadInput,
            $"{paddedSize} is no padded size of a piece: that is a power of two from {MinPaddedSize} to {MaxPaddedSize}",
            "Check the list of pieces; sizes before padding are 127 of every 128 bytes.");

    private static void Fill(ImmutableArray<PlacedPiece>.Builder placed, ref long used, long end)
    {
        while (used < end)
        {
            // The lowest set bit of the gap; never larger than what aligns it, because the end is aligned to more.
            long size = (end - used) & -(end - used);
            placed.Add(new PlacedPiece(PieceCommitment.Zero(size), used, IsFiller: true));
            used += size;
        }
    }

    private static OperatorException DoNotFit(SectorSize sectorSize) => new(
        FailureKind.BadInput,
        $"the pieces are larger than a sector of {sectorSize}",
        "Check the list of pieces, their order and the sector's size.");
}
