using Filecoin.Chain.Facts;
using Filecoin.Primitives;
using SealerRecover.Recovery.Content;
using SealerRecover.Recovery.Workspace;

namespace SealerRecover.Recovery.Diagnosis;

/// <summary>What a sector was sealed with, or is about to be, and what was to come out.</summary>
public sealed record UsedInputs
{
    /// <summary>Miner and number.</summary>
    public required SectorId Sector { get; init; }

    /// <summary>The seal proof.</summary>
    public required SealProofInfo SealProof { get; init; }

    /// <summary>The ticket.</summary>
    public required Ticket Ticket { get; init; }

    /// <summary>The epoch the ticket is said to be of; null where that is not said.</summary>
    public long? TicketEpoch { get; init; }

    /// <summary>The commitment to what is sealed over; null where its pieces do not tell it.</summary>
    public required CommD? CommD { get; init; }

    /// <summary>The CommR that sealing had to give.</summary>
    public required CommR SealedCid { get; init; }

    /// <summary>The CommR that updating had to give; null unless it was taken for snapped.</summary>
    public CommR? UpdateSealedCid { get; init; }

    /// <summary>Rows of tree_r_last not stored; null for the default.</summary>
    public int? RowsToDiscard { get; init; }

    /// <summary>Where all this stands, for sentences: "the journal in /temp/s-t01000-2".</summary>
    public required string Source { get; init; }

    /// <summary>Whether pieces are needed to seal or update it again.</summary>
    public bool HoldsData => UpdateSealedCid is not null || CommD != ZeroCommitments.ForSector(SealProof.SectorSize);

    /// <summary>A sentence naming what <paramref name="other"/> says otherwise; null if it says the same.</summary>
    public string? DifferencesFrom(UsedInputs other)
    {
        ArgumentNullException.ThrowIfNull(other);
        (string Name, bool Differs)[] parts =
        [
            ("seal proof", SealProof.Proof != other.SealProof.Proof),
            ("ticket", Ticket != other.Ticket),
            ("CommD", CommD != other.CommD),
            ("SealedCID", SealedCid != other.SealedCid),
            ("update", UpdateSealedCid != other.UpdateSealedCid),
        ];
        string[] names = [.. parts.Where(part => part.Differs).Select(part => part.Name)];
        return names.Length == 0 ? null : $"{other.Source} says another {string.Join(", ", names)} than {Source}; judged is what was used, the latter";
    }

    /// <summary>What a metadata file or a look-up says.</summary>
    public static UsedInputs Of(SectorFacts facts, string source)
    {
        ArgumentNullException.ThrowIfNull(facts);
        return new UsedInputs
        {
            Sector = facts.Sector,
            SealProof = facts.SealProof,
            Ticket = facts.Ticket,
            TicketEpoch = facts.TicketEpoch,
            CommD = SectorContent.TryOf(facts)?.CommD ?? facts.Data?.CommD,
            SealedCid = facts.SealedCid,
            UpdateSealedCid = facts.Update?.SealedCid,
            Source = source,
        };
    }

    /// <summary>What the journal of a kept workspace says.</summary>
    /// <exception cref="OperatorException">Storage: it says what cannot be.</exception>
    internal static UsedInputs Of(WorkInputs inputs, SectorId sector, string source)
    {
        if (inputs.Sector != sector || !SealProofs.TryGet((long)inputs.SealProof, out SealProofInfo proof))
        {
            throw new OperatorException(
                FailureKind.Storage, $"{source} is not what this tool writes for {sector}", $"Name the metadata file with {Setting.Metadata}, and the files with {Setting.SealedFile} and {Setting.CacheFolder}.");
        }

        return new UsedInputs
        {
            Sector = sector,
            SealProof = proof,
            Ticket = inputs.Ticket,
            CommD = inputs.CommD,
            SealedCid = inputs.SealedCid,
            UpdateSealedCid = inputs.UpdateSealedCid,
            RowsToDiscard = inputs.RowsToDiscard,
            Source = source,
        };
    }
}
