using Filecoin.Chain;
using Filecoin.Primitives;

namespace SealerRecover.Recovery.Survey;

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
        };
    }

    /// <summary>Nothing but which sector and how large; files are then only compared with each other.</summary>
    public static SurveyFacts Unknown(SectorId sector, PorepParameters porep) => new() { Sector = sector, Porep = porep };
}
