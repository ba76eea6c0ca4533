using System.Collections.Immutable;
using Filecoin.Primitives;

namespace Filecoin.Chain.Facts;

/// <summary>What a sector that is not committed capacity holds, as far as it is known without the data itself.</summary>
public sealed record SectorData
{
    /// <summary>
    /// The commitment to the sector's data as the chain says it. Null where it says nothing: pre-commits in state before network version 17,
    /// and updates, unless the message or event that told the pieces told this too.
    /// </summary>
    public CommD? CommD { get; init; }

    /// <summary>
    /// The pieces; none only of an update to zeros, or where <see cref="PiecesUntold"/>. Without the zero pieces between and behind them that alignment asks for, unless the source gave those too;
    /// they only fit the sector by their sizes, nothing else has been checked about them.
    /// </summary>
    public required ImmutableArray<PieceInfo> Pieces { get; init; }

    /// <summary>
    /// Whether nobody told which pieces these are. Of what a sector was sealed over <see cref="CommD"/> is known then, of an update perhaps not.
    /// </summary>
    public bool PiecesUntold { get; init; }

    /// <summary>Whether <see cref="Pieces"/> stand in the order they have in the sector; if not, it is the one that gives CommD.</summary>
    public required bool OrderKnown { get; init; }

    /// <summary>A sentence naming where the pieces were found.</summary>
    public required string Source { get; init; }

    /// <summary>Data of which nobody told the pieces.</summary>
    /// <param name="commD">Its commitment; null where that is not known either.</param>
    public static SectorData Untold(CommD? commD) =>
        new() { CommD = commD, Pieces = [], OrderKnown = false, PiecesUntold = true, Source = "nobody told its pieces" };

    /// <summary>Equal with equal pieces in the same order.</summary>
    public bool Equals(SectorData? other) =>
        other is not null && CommD == other.CommD && OrderKnown == other.OrderKnown && PiecesUntold == other.PiecesUntold && Source == other.Source
        && Pieces.AsSpan().SequenceEqual(other.Pieces.AsSpan());

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(CommD, OrderKnown, Source, Pieces.Length);
}

/// <summary>A SnapDeals update: data encoded into the replica of a committed-capacity sector, its key.</summary>
public sealed record SectorUpdate
{
    /// <summary>The updated replica's CommR: SealedCID on chain.</summary>
    public required CommR SealedCid { get; init; }

    /// <summary>The data encoded.</summary>
    public required SectorData Data { get; init; }

    /// <summary>Epoch of the message that updated the sector; null when unknown.</summary>
    public long? Epoch { get; init; }
}
