using Filecoin.Chain.Facts;
using Filecoin.Chain.Messages;
using Filecoin.Primitives;

namespace Filecoin.Chain.Pieces;

/// <summary>
/// One way of finding out which pieces a sector holds. Apart from the sources of other facts, since deals and messages that name pieces have to
/// be turned into pieces first; what lists find is compared in the same place.
/// </summary>
internal interface IPieceList
{
    /// <summary>Half a sentence that names it, to begin a complaint with: "its deals".</summary>
    string Name { get; }

    /// <summary>
    /// The pieces, or why there are none. What comes from the node is checked as far as it can be read; whether the pieces fit the sector
    /// is for <see cref="PieceLists"/> to say.
    /// </summary>
    /// <exception cref="OperatorException">The node could not answer.</exception>
    Task<PieceAnswer> FindAsync(PieceQuestion question, CancellationToken cancellation);
}

/// <summary>A sector of which the pieces are wanted.</summary>
/// <param name="Sector">The sector.</param>
/// <param name="Size">Its size.</param>
internal sealed record PieceQuestion(SectorId Sector, SectorSize Size)
{
    /// <summary>Whether the pieces of its SnapDeals update are meant, not those it was sealed with.</summary>
    public bool IsUpdate { get; init; }

    /// <summary>CommR of the replica that holds the pieces.</summary>
    public required Cid SealedCid { get; init; }

    /// <summary>The data's commitment, where the chain's state has it.</summary>
    public CommD? CommD { get; init; }

    /// <summary>Who says that <see cref="CommD"/>.</summary>
    public string CommDBy { get; init; } = "";

    /// <summary>Whether it may turn out to be sealed over zeros, so that naming no pieces is an answer; so of an update it always is.</summary>
    public bool MayBeZeros { get; init; }

    /// <summary>Epoch of the message that proved or updated it; null when it is not proven yet.</summary>
    public long? Epoch { get; init; }

    /// <summary>Deals in it, in their order, as far as the chain's state has them.</summary>
    public IReadOnlyList<ulong> DealIds { get; init; } = [];

    /// <summary>Who names these deals: "its pre-commit".</summary>
    public string DealsNamedBy { get; init; } = "its pre-commit";

    /// <summary>Epochs in whose state its deals existed for certain, for when the head has them no more.</summary>
    public IReadOnlyList<long> KeptAt { get; init; } = [];

    /// <summary>The pieces as another source than the chain names them; null where none does.</summary>
    public SectorData? Stated { get; init; }

    /// <summary>Whether <see cref="Stated"/> leaves nothing to ask: its order is known, and it gives the CommD that is known.</summary>
    public bool IsStatedWhole => Stated is { OrderKnown: true } stated && (CommD ?? stated.CommD) is { } commD && PieceOrder.Gives(Size, stated.Pieces, commD);

    /// <summary>The messages that sources name as the one that proved or updated it.</summary>
    public IReadOnlyList<NamedMessage> Messages { get; init; } = [];

    /// <summary>Whether claims can stand for all the pieces, and for no others: not for unverified data, not for what an update replaced.</summary>
    public bool ClaimsCanTell { get; init; }

    /// <summary>Why <see cref="Epoch"/> is missing.</summary>
    public string WithoutEpoch => IsUpdate ? "when it was updated is not known" : "it is not proven yet";
}

/// <summary>What an <see cref="IPieceList"/> says: either pieces or a reason.</summary>
internal sealed record PieceAnswer
{
    private PieceAnswer()
    {
    }

    /// <summary>The pieces; null if there are none.</summary>
    public SectorData? Data { get; private init; }

    /// <summary>Why there are no pieces, the end of a sentence that begins with the list's name; empty if there are.</summary>
    public string Why { get; private init; } = "";

    /// <summary>Whether the operator should know of it although another list has the pieces: something is there, and it is not right.</summary>
    public bool IsTrouble { get; private init; }

    /// <summary>Here they are.</summary>
    public static PieceAnswer Found(SectorData data) => new() { Data = data };

    /// <summary>There is nothing, and nothing is wrong with that.</summary>
    public static PieceAnswer Nothing(string why) => new() { Why = why };

    /// <summary>There is something that cannot be it.</summary>
    public static PieceAnswer Refused(string why) => new() { Why = why, IsTrouble = true };
}
