using System.Collections.Immutable;
using Filecoin.Chain.Pieces;
using Filecoin.Primitives;
using Filecoin.Sealing.Files;
using Filecoin.Sealing.Pieces;
using SealerRecover.Recovery.PieceSources;
using PieceData = Filecoin.Sealing.Pieces.SectorData;
using SectorData = Filecoin.Chain.Facts.SectorData;

namespace SealerRecover.Recovery.Content;

/// <summary>What a sector is sealed over, or updated with: pieces at their places and the commitment to all of it.</summary>
internal sealed record DataContent
{
    private DataContent(SectorId sector, SectorSize size, CommD commD, ImmutableArray<PieceInfo> pieces)
    {
        Sector = sector;
        Size = size;
        CommD = commD;
        Placed = PieceLayout.Arrange(size, pieces);
        Wanted =
        [
            .. Placed
                .Where(placed => !placed.IsZeros)
                .DistinctBy(placed => placed.Piece)
                .Select(placed => new PieceWanted(placed.Piece, new PiecePlace(sector, size, placed.Offset))),
        ];
    }

    /// <summary>The sector.</summary>
    public SectorId Sector { get; }

    /// <summary>Its size.</summary>
    public SectorSize Size { get; }

    /// <summary>The commitment to all of it.</summary>
    public CommD CommD { get; }

    /// <summary>All pieces, fillers included.</summary>
    public ImmutableArray<PlacedPiece> Placed { get; }

    /// <summary>The pieces whose bytes are needed, each once; those of zeros are not.</summary>
    public ImmutableArray<PieceWanted> Wanted { get; }

    /// <summary>Puts a sector's data in place. Nothing is read but what is given; the costliest is a second for an order to be found.</summary>
    /// <param name="sector">The sector.</param>
    /// <param name="size">Its size.</param>
    /// <param name="data">What is known of its data.</param>
    /// <param name="isUpdate">Whether it is that of an update, for messages.</param>
    /// <param name="note">Told what the operator should know.</param>
    /// <exception cref="OperatorException">Nobody told the pieces, they have not the CommD that was told, or their order cannot be found.</exception>
    public static DataContent Of(SectorId sector, SectorSize size, SectorData data, bool isUpdate, Action<string> note)
    {
        string what = isUpdate ? " (its update)" : "";
        if (data.PiecesUntold)
        {
            throw UntoldPieces.Of(sector, data, isUpdate);
        }

        if (data.CommD is not { } expected)
        {
            return data.OrderKnown || data.Pieces.Distinct().Count() == 1
                ? new DataContent(sector, size, PieceRoots.CommDOf(size, data.Pieces), data.Pieces)
                : throw new OperatorException(
                    FailureKind.NotSupported,
                    $"{sector}{what}: the order of its {data.Pieces.Length} pieces is not known, and neither is the CommD that would tell ({data.Source})",
                    "Write the sector's CommD, or its pieces in their order, into the metadata file (docs/formats.md) and recover from that.");
        }

        if (data.OrderKnown && PieceOrder.Gives(size, data.Pieces, expected))
        {
            return new DataContent(sector, size, expected, data.Pieces);
        }

        switch (PieceOrder.Find(size, data.Pieces, expected, out ImmutableArray<PieceInfo> order))
        {
            case OrderFound.Yes:
                note(data.OrderKnown
                    ? $"its pieces{what} were given in another order than the one that has its CommD, which is used ({data.Source})"
                    : $"the order of its {order.Length} pieces{what} was found by their CommD");
                return new DataContent(sector, size, expected, order);
            case OrderFound.TooMany:
                throw new OperatorException(
                    FailureKind.NotSupported,
                    $"{sector}{what}: its {data.Pieces.Length} pieces can stand in more orders than are tried ({PieceOrder.MostTries}); none of those has CommD {expected} ({data.Source})",
                    "Write the pieces in their order into the metadata file (docs/formats.md) and recover from that.");
            default:
                throw new OperatorException(
                    FailureKind.SourcesDisagree,
                    $"{sector}{what}: its {data.Pieces.Length} pieces in no order have CommD {expected}, which was told for them; as given they have {AsGiven(size, data)} ({data.Source})",
                    "The list of pieces is not complete, or of another sector; write the right one into the metadata file (docs/formats.md). Nothing was computed or fetched.");
        }
    }

    /// <summary>The data, once every piece has a file.</summary>
    public PieceData From(IFileSystem files, Func<PieceInfo, PieceFile> fileOf) =>
        PieceData.OfPieces(Size, Placed, placed => placed.IsZeros ? null : fileOf(placed.Piece), files);

    private static string AsGiven(SectorSize size, SectorData data) =>
        PieceOrder.Fits(size, data.Pieces) ? PieceRoots.CommDOf(size, data.Pieces).ToString() : "none, because they do not fit";
}
