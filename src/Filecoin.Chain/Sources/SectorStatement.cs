using Filecoin.Chain.Facts;
using Filecoin.Primitives;

namespace Filecoin.Chain.Sources;

/// <summary>
/// What one source says about how a sector was sealed. Whatever is null was not said. Nothing here has been compared with other sources;
/// that is for <see cref="Agreement"/>.
/// </summary>
public sealed record SectorStatement
{
    /// <summary>Who says it, half a sentence that a report or a complaint can hold: "the state at epoch 15000", "lotus-miner", "--ticket".</summary>
    public required string Source { get; init; }

    /// <summary>The registered seal proof.</summary>
    public SealProofInfo? SealProof { get; init; }

    /// <summary>SealRandEpoch.</summary>
    public long? TicketEpoch { get; init; }

    /// <summary>The ticket.</summary>
    public Ticket? Ticket { get; init; }

    /// <summary>CommR of what was sealed: of a snapped sector, of its key.</summary>
    public CommR? SealedCid { get; init; }

    /// <summary>CommR of the SnapDeals update.</summary>
    public CommR? UpdateSealedCid { get; init; }

    /// <summary>Commitment to the data it was sealed over; that of zeros says committed capacity.</summary>
    public CommD? CommD { get; init; }

    /// <summary>Deals it was sealed over, in their order; empty where the source says that there are none.</summary>
    public IReadOnlyList<ulong>? DealIds { get; init; }

    /// <summary>Pieces it was sealed over.</summary>
    public SectorData? Data { get; init; }

    /// <summary>Commitment to the data of the update.</summary>
    public CommD? UpdateCommD { get; init; }

    /// <summary>Pieces of the update.</summary>
    public SectorData? UpdateData { get; init; }

    /// <summary>Epoch of the pre-commit message.</summary>
    public long? PreCommitEpoch { get; init; }

    /// <summary>CID of the pre-commit message; where it was replaced by one with a higher fee, perhaps that of the first.</summary>
    public Cid? PreCommitMessage { get; init; }

    /// <summary>CID of the message that proved the sector; likewise.</summary>
    public Cid? CommitMessage { get; init; }

    /// <summary>CID of the message that updated the sector; likewise.</summary>
    public Cid? UpdateMessage { get; init; }

    /// <summary>Whether it stands for itself: the chain's own record, or what follows from it by the chain's rules.</summary>
    public bool IsChain { get; init; }

    /// <summary>Whether it is what the newest state has, or follows from that alone: no record stands against it.</summary>
    internal bool IsNewestState { get; init; }

    /// <summary>Whether it is the record of who sealed, which is wrong where the newest state says otherwise.</summary>
    internal bool GivesWay { get; init; }

    /// <summary>Whether its ticket was computed from the epoch that others told, and so says nothing about that epoch.</summary>
    internal bool IsComputed { get; init; }
}
