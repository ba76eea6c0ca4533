using System.Globalization;
using Filecoin.Primitives;
using Filecoin.Sealing.Jobs;

namespace SealerRecover.Recovery.Diagnosis;

/// <summary>
/// Sealing ended with another CommR than the chain's SealedCID. Nothing was installed. The message is one sentence; the
/// properties are what an operator or a bug report needs to find the wrong input.
/// </summary>
public sealed class CommitmentMismatchException : OperatorException
{
    private CommitmentMismatchException(
        string message,
        ReplicaInputs inputs,
        SealProofInfo proof,
        CommR expected,
        SealedCommitments computed,
        string evidenceFolder,
        IReadOnlyList<(string Name, string Value)> evidence,
        bool ofUpdate,
        IReadOnlyList<string> excluded)
        : base(
            FailureKind.CommitmentMismatch,
            message,
            $"{UserCommand.Diagnose} {Setting.Miner}={inputs.Sector.Miner} {Setting.TempFolder}={Path.GetDirectoryName(evidenceFolder)} {inputs.Sector.Number} "
                + $"says which of the causes it was; it needs the files kept in {evidenceFolder}, which are to be deleted before another try with the same inputs.")
    {
        Inputs = inputs;
        Proof = proof;
        Expected = expected;
        Computed = computed;
        EvidenceFolder = evidenceFolder;
        Evidence =
        [
            ("SealedCID", expected.ToString()),
            ("computed CommR", computed.CommR.ToString()),
            .. evidence,
            ("comm_c", computed.CommC.ToString()),
            ("comm_r_last", computed.CommRLast.ToString()),
        ];
        LikelyCauses = [.. CandidateCauses.Of(ofUpdate).Select(CandidateCauses.Sentence)];
        Excluded = excluded;
    }

    /// <summary>The failure of a sealed sector.</summary>
    /// <param name="inputs">What was sealed.</param>
    /// <param name="proof">The registered seal proof; its number is part of the porep id.</param>
    /// <param name="expected">SealedCID on chain.</param>
    /// <param name="computed">What came out.</param>
    /// <param name="evidenceFolder">Where the sealed file and the cache folder are kept.</param>
    /// <param name="hashedBy">What hashed columns and nodes of trees.</param>
    public static CommitmentMismatchException OfSealed(
        ReplicaInputs inputs, SealProofInfo proof, CommR expected, SealedCommitments computed, string evidenceFolder, string hashedBy)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentNullException.ThrowIfNull(proof);
        ArgumentNullException.ThrowIfNull(computed);
        return new CommitmentMismatchException(
            $"{inputs.Sector}: the computed CommR {computed.CommR} is not the SealedCID {expected}; nothing was installed",
            inputs,
            proof,
            expected,
            computed,
            evidenceFolder,
            [
                ("miner", inputs.Sector.Miner.ToString()),
                ("prover id", inputs.Sector.Miner.ProverId.ToString()),
                ("sector number", inputs.Sector.Number.ToString(CultureInfo.InvariantCulture)),
                ("ticket", inputs.Ticket.ToString()),
                ("CommD", inputs.CommD.ToString()),
                ("seal proof", proof.ToString()),
                ("porep id", inputs.Porep.PorepId.Value.ToString()),
                ("replica id", inputs.ReplicaId.ToString()),
                ("trees hashed by", hashedBy),
            ],
            ofUpdate: false,
            ExcludedCauses.OfSealing(inputs));
    }

    /// <summary>The failure of an update whose key is right.</summary>
    /// <param name="inputs">What the key was sealed of.</param>
    /// <param name="proof">The registered seal proof.</param>
    /// <param name="expected">SealedCID on chain.</param>
    /// <param name="key">SectorKeyCID on chain, which the key has.</param>
    /// <param name="computed">What came out.</param>
    /// <param name="evidenceFolder">Where the files are kept.</param>
    /// <param name="hashedBy">What hashed columns and nodes of trees.</param>
    public static CommitmentMismatchException OfUpdate(
        ReplicaInputs inputs, SealProofInfo proof, CommR expected, CommR key, SealedCommitments computed, string evidenceFolder, string hashedBy)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentNullException.ThrowIfNull(proof);
        ArgumentNullException.ThrowIfNull(computed);
        return new CommitmentMismatchException(
            $"{inputs.Sector}: its key is right, but the computed CommR {computed.CommR} of its update is not the SealedCID {expected}; nothing was installed",
            inputs,
            proof,
            expected,
            computed,
            evidenceFolder,
            [
                ("SectorKeyCID", key.ToString()),
                ("CommD of the update", computed.CommD.ToString()),
                ("seal proof", proof.ToString()),
                ("trees hashed by", hashedBy),
            ],
            ofUpdate: true,
            ExcludedCauses.OfUpdate());
    }

    /// <summary>The inputs of the replica id: miner and sector number, ticket, CommD and porep id; and the replica id itself.</summary>
    public ReplicaInputs Inputs { get; }

    /// <summary>The seal proof.</summary>
    public SealProofInfo Proof { get; }

    /// <summary>SealedCID on chain.</summary>
    public CommR Expected { get; }

    /// <summary>CommR that came out, with comm_c and comm_r_last.</summary>
    public SealedCommitments Computed { get; }

    /// <summary>Folder of the kept files.</summary>
    public string EvidenceFolder { get; }

    /// <summary>What can have led here, likeliest first; each is a sentence.</summary>
    public IReadOnlyList<string> LikelyCauses { get; }

    /// <summary>What cannot have led here, because it was checked on the way; each is a sentence.</summary>
    public IReadOnlyList<string> Excluded { get; }

    /// <summary>The inputs and what came out, as name and value, in the order they are best printed.</summary>
    public IReadOnlyList<(string Name, string Value)> Evidence { get; }
}
