using System.Globalization;
using Filecoin.Primitives;
using Filecoin.Sealing.Pieces;
using Filecoin.Sealing.Unsealed;
using RawData = Filecoin.Sealing.Unsealed.Unsealing;

namespace SealerRecover.Recovery.Unsealing;

/// <summary>A stretch of a sector's data.</summary>
/// <param name="RawOffset">First raw byte.</param>
/// <param name="RawLength">Raw bytes.</param>
/// <param name="Piece">What the bytes have to be, zero-extended to its size; null where no commitment is known for just this stretch.</param>
public sealed record UnsealRange(long RawOffset, long RawLength, PieceInfo? Piece)
{
    private static readonly Hint Whole = $"Leave the range out to get the whole sector; {UserCommand.Pieces} lists what is in it.";

    /// <summary>The padded bytes that these raw bytes are in.</summary>
    public PaddedRange Padded
    {
        get
        {
            long first = RawOffset / Fr32.UnpaddedGroup;
            long end = (RawOffset + RawLength + Fr32.UnpaddedGroup - 1) / Fr32.UnpaddedGroup;
            return new PaddedRange(first * Fr32.PaddedGroup, (end - first) * Fr32.PaddedGroup);
        }
    }

    /// <summary>All of the sector.</summary>
    public static UnsealRange All(SectorContents contents)
    {
        ArgumentNullException.ThrowIfNull(contents);
        long size = contents.Size.Bytes;
        return new UnsealRange(0, RawData.RawOffset(size), contents.CommD is { } commD ? new PieceInfo(commD, size) : null);
    }

    /// <summary>Padded bytes.</summary>
    /// <param name="contents">The sector.</param>
    /// <param name="offset">First padded byte, a multiple of 128.</param>
    /// <param name="length">Padded bytes, a multiple of 128; null for all that follow.</param>
    /// <exception cref="OperatorException">BadInput: not such multiples, or not within the sector.</exception>
    public static UnsealRange OfPadded(SectorContents contents, long offset, long? length)
    {
        ArgumentNullException.ThrowIfNull(contents);
        if (offset < 0 || offset >= contents.Size.Bytes)
        {
            throw Refused($"the range begins at {offset}, outside the {contents.Size.Bytes} bytes of the sector");
        }

        long bytes = length ?? contents.Size.Bytes - offset;
        if (offset % Fr32.PaddedGroup != 0 || bytes % Fr32.PaddedGroup != 0 || bytes <= 0)
        {
            throw Refused($"the range of {bytes} padded bytes from {offset} is not whole groups of {Fr32.PaddedGroup}");
        }

        if (bytes > contents.Size.Bytes - offset)
        {
            throw Refused($"the range of {bytes} padded bytes from {offset} is not within the {contents.Size.Bytes} of the sector");
        }

        if (offset == 0 && bytes == contents.Size.Bytes)
        {
            return All(contents);
        }

        PlacedPiece? exactly = contents.Order == OrderKnowledge.Unknown
            ? null
            : contents.Placed.Where(placed => placed.Offset == offset && placed.Piece.PaddedSize == bytes).Cast<PlacedPiece?>().FirstOrDefault();
        return new UnsealRange(RawData.RawOffset(offset), RawData.RawOffset(bytes), exactly?.Piece);
    }

    /// <summary>The pieces, and zeros between them, that a range lies in, in order; none where its own commitment is known, or where their places are not.</summary>
    public IReadOnlyList<UnsealRange> PiecesAround(SectorContents contents)
    {
        ArgumentNullException.ThrowIfNull(contents);
        return Piece is not null || contents.Order == OrderKnowledge.Unknown ? [] :
        [
            .. contents.Placed.Where(placed => placed.Offset < Padded.End && Padded.Offset < placed.Offset + placed.Piece.PaddedSize)
                .Select(placed => new UnsealRange(RawData.RawOffset(placed.Offset), placed.Piece.UnpaddedSize, placed.Piece)),
        ];
    }

    /// <summary>A piece of the sector.</summary>
    /// <param name="contents">The sector.</param>
    /// <param name="cid">Piece CID of version 1 or 2; version 2 also tells how long the data is, so that zeros behind it are left out.</param>
    /// <exception cref="OperatorException">BadInput: the sector has no such piece, or where it lies is not known.</exception>
    public static UnsealRange Of(SectorContents contents, string cid)
    {
        ArgumentNullException.ThrowIfNull(contents);
        ArgumentNullException.ThrowIfNull(cid);
        CommD commP;
        PieceCidV2? version2 = PieceCidV2.TryParse(cid, out PieceCidV2 parsed) ? parsed : null;
        if (version2 is { } known)
        {
            commP = known.Piece.CommP;
        }
        else if (!Cid.TryParse(cid, out Cid? plain) || !CommitmentCid.TryGetCommD(plain, out commP))
        {
            throw new OperatorException(
                FailureKind.BadInput, "what was given is not the CID of a piece", $"Write a piece CID, baga6ea4seaq… or bafkzcib…, as {UserCommand.Pieces} lists it.");
        }

        if (contents.Order == OrderKnowledge.Unknown)
        {
            throw Refused($"where piece {commP} lies in {contents.Sector} is not known, because the order of its pieces is not");
        }

        foreach (PlacedPiece placed in contents.Placed)
        {
            if (placed.Piece.CommP == commP && (version2 is null || version2.Value.Piece.PaddedSize == placed.Piece.PaddedSize))
            {
                return new UnsealRange(
                    RawData.RawOffset(placed.Offset), version2?.PayloadSize ?? placed.Piece.UnpaddedSize, placed.Piece);
            }
        }

        throw Refused(string.Create(
            CultureInfo.InvariantCulture, $"none of the {contents.Needed.Count()} pieces of {contents.Sector} is {commP}"));
    }

    private static OperatorException Refused(string message) => new(FailureKind.BadInput, message, Whole);
}
