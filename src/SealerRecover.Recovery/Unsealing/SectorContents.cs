using System.Collections.Immutable;
using Filecoin.Chain.Facts;
using Filecoin.Chain.Pieces;
using Filecoin.Primitives;
using Filecoin.Sealing.Pieces;
using SectorData = Filecoin.Chain.Facts.SectorData;

namespace SealerRecover.Recovery.Unsealing;

/// <summary>What is known of the order of a sector's pieces.</summary>
public enum OrderKnowledge
{
    /// <summary>The list is in order.</summary>
    Given,

    /// <summary>The list was not; this is the order that gives CommD.</summary>
    Found,

    /// <summary>The list was not, and no order was found that gives CommD, or none is known to compare with.</summary>
    Unknown,
}

/// <summary>What a sector holds, or what it was updated with: each piece in its place, and whether that is what the chain says.</summary>
public sealed record SectorContents
{
    /// <summary>The sector.</summary>
    public required SectorId Sector { get; init; }

    /// <summary>Its size.</summary>
    public required SectorSize Size { get; init; }

    /// <summary>Whether this is a SnapDeals update; else what the sector was sealed over.</summary>
    public required bool IsUpdate { get; init; }

    /// <summary>Whether it holds anything but zeros.</summary>
    public required bool HoldsData { get; init; }

    /// <summary>All pieces in their places, with the zeros between and behind them; where the order is unknown, in the list's; none where nobody told any.</summary>
    public required ImmutableArray<PlacedPiece> Placed { get; init; }

    /// <summary>What is known of the order.</summary>
    public required OrderKnowledge Order { get; init; }

    /// <summary>A sentence naming where the list came from.</summary>
    public required string Source { get; init; }

    /// <summary>CommD as the chain or the metadata file tells it; null where they do not.</summary>
    public required CommD? ToldCommD { get; init; }

    /// <summary>CommD of <see cref="Placed"/>.</summary>
    public required CommD ComputedCommD { get; init; }

    /// <summary>Whether the pieces give the CommD that is told; null where none is.</summary>
    public bool? Agrees => ToldCommD is { } told ? told == ComputedCommD : null;

    /// <summary>The commitment to the data: what is told, else what the pieces in their known order give; null if neither is known.</summary>
    public CommD? CommD => ToldCommD ?? (Order == OrderKnowledge.Unknown ? null : ComputedCommD);

    /// <summary>The pieces whose bytes are needed: none of them is zeros.</summary>
    public IEnumerable<PlacedPiece> Needed => Placed.Where(placed => !placed.IsZeros);

    /// <summary>What a sector holds now: its update's data if it was snapped, else what it was sealed over.</summary>
    /// <exception cref="OperatorException">The pieces do not fit the sector.</exception>
    public static SectorContents Now(SectorFacts facts, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(facts);
        return facts.Update is { } update ? Of(facts, update.Data, isUpdate: true, cancellation) : SealedOver(facts, cancellation);
    }

    /// <summary>What a sector was sealed over; of a snapped one, before its update.</summary>
    /// <exception cref="OperatorException">The pieces do not fit the sector.</exception>
    public static SectorContents SealedOver(SectorFacts facts, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(facts);
        return Of(facts, facts.Data, isUpdate: false, cancellation);
    }

    private static SectorContents Of(SectorFacts facts, SectorData? data, bool isUpdate, CancellationToken cancellation)
    {
        SectorSize size = facts.SealProof.SectorSize;
        ImmutableArray<PieceInfo> pieces = data?.Pieces ?? [];
        bool isUntold = data is { PiecesUntold: true };
        OrderKnowledge order = isUntold ? OrderKnowledge.Unknown : OrderKnowledge.Given;
        if (data is { OrderKnown: false } && pieces.Distinct().Count() > 1)
        {
            cancellation.ThrowIfCancellationRequested();
            ImmutableArray<PieceInfo>? found =
                data.CommD is { } commD && PieceOrder.Find(size, pieces, commD, out ImmutableArray<PieceInfo> inOrder) == OrderFound.Yes
                    ? inOrder
                    : null;
            order = found is null ? OrderKnowledge.Unknown : OrderKnowledge.Found;

            // The largest first leaves no gaps, so that a list that was only checked by its sum fits all the same.
            pieces = found ?? [.. pieces.OrderByDescending(piece => piece.PaddedSize)];
        }

        ImmutableArray<PlacedPiece> placed = isUntold ? [] : PieceLayout.Arrange(size, pieces);
        return new SectorContents
        {
            Sector = facts.Sector,
            Size = size,
            IsUpdate = isUpdate,
            HoldsData = isUntold || placed.Any(piece => !piece.IsZeros),
            Placed = placed,
            Order = order,
            Source = data?.Source ?? "committed capacity",
            ToldCommD = data is null ? ZeroCommitments.ForSector(size) : data.CommD,
            ComputedCommD = PieceRoots.CommDOf(size, pieces),
        };
    }
}
