using Filecoin.Primitives;

namespace Filecoin.Chain.Facts;

/// <summary>What a run is about to seal a sector with, or has: what <see cref="Lookup.SectorLookup.FindStatementsAsync"/> compares tickets with.</summary>
/// <param name="Number">The sector's number.</param>
/// <param name="Ticket">The ticket.</param>
/// <param name="TicketEpoch">The epoch it is said to be of; null if that is not said.</param>
public readonly record struct TicketClaim(ulong Number, Ticket Ticket, long? TicketEpoch);

/// <summary>
/// What the chain says of how a sector was sealed, as far as the node still knows: everything that decides CommR, but not which pieces.
/// What the newest state tells is always there; what is null the node could not tell, and <see cref="Silence"/> says why.
/// </summary>
public sealed record ChainStatement
{
    /// <summary>The sector.</summary>
    public required SectorId Sector { get; init; }

    /// <summary>The registered seal proof.</summary>
    public required SealProofInfo SealProof { get; init; }

    /// <summary>SealedCID: of a snapped sector the update's.</summary>
    public required CommR SealedCid { get; init; }

    /// <summary>SectorKeyCID: what a snapped sector had before its update; null unless snapped.</summary>
    public required CommR? SectorKeyCid { get; init; }

    /// <summary>SealRandEpoch; null where the node has pruned it.</summary>
    public long? TicketEpoch { get; init; }

    /// <summary>Whether it was sealed over anything but zeros; null where the node has pruned it.</summary>
    public bool? HoldsData { get; init; }

    /// <summary>The commitment to what it was sealed over, zeros included; null where the chain does not say it.</summary>
    public CommD? CommD { get; init; }

    /// <summary>
    /// The ticket of <see cref="TicketEpoch"/>, or else of the epoch that the claim names, from block headers; null where neither is known or
    /// the headers are not to be had. Other addresses are only tried if the claim's ticket is not the right one.
    /// </summary>
    public TicketForms? Tickets { get; init; }

    /// <summary>If the claim's ticket is the right one of another epoch that it was easily taken for, that epoch.</summary>
    public long? EpochOfClaim { get; init; }

    /// <summary>Why something is null, in a sentence; null if nothing is.</summary>
    public string? Silence { get; init; }

    /// <summary>The CommR that sealing has to give.</summary>
    public CommR Key => SectorKeyCid ?? SealedCid;
}

/// <summary>A statement, or why there is none.</summary>
/// <param name="Sector">The sector asked for.</param>
/// <param name="Statement">The statement; null on failure.</param>
/// <param name="Failure">Why not; null on success.</param>
public sealed record StatementResult(SectorId Sector, ChainStatement? Statement, OperatorException? Failure)
{
    /// <summary>Where it stands; null where that was not asked for or not told.</summary>
    public ChainStatus? Status { get; init; }
}
