using Filecoin.Chain.Facts;
using Filecoin.Primitives;
using Filecoin.Sealing.Jobs;

namespace SealerRecover.Recovery.Survey;

/// <summary>What is known of a sector whose Commit 1 is still to come.</summary>
/// <param name="Variant">Its kind of proof, which decides what Commit 1 reads.</param>
/// <param name="Ticket">Its ticket; null if that is not known, which leaves labels uncompared.</param>
internal sealed record UnprovenSector(PorepVariant Variant, Ticket? Ticket);

/// <summary>What a survey compares files with. Whatever is not known is null and is not compared.</summary>
public sealed record SurveyFacts
{
    /// <summary>The sector.</summary>
    public required SectorId Sector { get; init; }

    /// <summary>Size, shape and layers; graph and porep id do not matter here.</summary>
    public required PorepParameters Porep { get; init; }

    /// <summary>CommR of the sealed file: SealedCID on chain, or SectorKeyCID of a snapped sector.</summary>
    public CommR? SealedCid { get; init; }

    /// <summary>Whether the sector was snapped; null if that is not known, which the files then decide.</summary>
    public bool? IsSnapped { get; init; }

    /// <summary>CommR of the update: SealedCID on chain of a snapped sector.</summary>
    public CommR? UpdateSealedCid { get; init; }

    /// <summary>The commitment to what the sector holds now: the update's data if it was snapped.</summary>
    public CommD? CommD { get; init; }

    /// <summary>What Commit 1 needs, of a sector that is pre-committed and not proven; null of others.</summary>
    internal UnprovenSector? Unproven { get; init; }

    /// <summary>Whether the chain, or a metadata file, says what the files commit to.</summary>
    public bool AreFromChain => SealedCid is not null;

    /// <summary>What a look-up or a metadata file says.</summary>
    public static SurveyFacts From(SectorFacts facts)
    {
        ArgumentNullException.ThrowIfNull(facts);
        SectorData? data = facts.Update is { } update ? update.Data : facts.Data;
        return new SurveyFacts
        {
            Sector = facts.Sector,
            Porep = facts.SealProof.Porep,
            SealedCid = facts.SealedCid,
            IsSnapped = facts.Update is not null,
            UpdateSealedCid = facts.Update?.SealedCid,
            CommD = data is null ? ZeroCommitments.ForSector(facts.SealProof.SectorSize) : data.CommD,
            Unproven = facts.IsUnproven ? new UnprovenSector(facts.SealProof.Variant, facts.Ticket) : null,
        };
    }

    /// <summary>What the chain says about a sector without asking how it was sealed.</summary>
    public static SurveyFacts From(SectorCommitments commitments)
    {
        ArgumentNullException.ThrowIfNull(commitments);
        return new SurveyFacts
        {
            Sector = commitments.Sector,
            Porep = commitments.SealProof.Porep,
            SealedCid = commitments.SectorKeyCid ?? commitments.SealedCid,
            IsSnapped = commitments.SectorKeyCid is not null,
            UpdateSealedCid = commitments.SectorKeyCid is null ? null : commitments.SealedCid,
            Unproven = commitments.IsUnproven ? new UnprovenSector(commitments.SealProof.Variant, Ticket: null) : null,
        };
    }

    /// <summary>The replica id; null where CommD or ticket are not known.</summary>
    internal ReplicaId? ReplicaId => CommD is { } commD && Unproven?.Ticket is { } ticket
        ? new ReplicaInputs(Porep, Sector, ticket, commD).ReplicaId
        : null;

    /// <summary>Nothing but which sector and how large; files are then only compared with each other.</summary>
    public static SurveyFacts Unknown(SectorId sector, PorepParameters porep) => new() { Sector = sector, Porep = porep };
}
