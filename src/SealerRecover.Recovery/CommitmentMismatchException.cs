using Filecoin.Primitives;
using Filecoin.Sealing;

namespace SealerRecover.Recovery;

/// <summary>
/// Sealing ended with another CommR than the chain's SealedCID. Nothing was installed. The message is one sentence; the
/// properties are what an operator or a bug report needs to find the wrong input.
/// </summary>
public sealed class CommitmentMismatchException : OperatorException
{
    private const string HardwareCause =
        "Memory, processor or disk flipped a bit: check dmesg for machine-check and I/O errors, delete the kept files, try again.";

    /// <summary>Makes the failure.</summary>
    /// <param name="inputs">What was sealed.</param>
    /// <param name="proof">The registered seal proof; its number is part of the porep id.</param>
    /// <param name="expected">SealedCID on chain.</param>
    /// <param name="computed">What came out.</param>
    /// <param name="evidenceFolder">Where the sealed file and the cache folder are kept.</param>
    public CommitmentMismatchException(
        ReplicaInputs inputs, SealProofInfo proof, CommR expected, SealedCommitments computed, string evidenceFolder)
        : base(
            FailureKind.CommitmentMismatch,
            $"{inputs?.Sector}: the computed CommR {computed?.CommR} is not the SealedCID {expected}; nothing was installed",
            $"Compare the inputs with the causes listed; the files are kept in {evidenceFolder}, to be deleted before another try.")
    {
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentNullException.ThrowIfNull(computed);
        Inputs = inputs;
        Proof = proof;
        Expected = expected;
        Computed = computed;
        EvidenceFolder = evidenceFolder;
        Evidence =
        [
            ("SealedCID", expected.ToString()),
            ("computed CommR", computed.CommR.ToString()),
            ("miner", inputs.Sector.Miner.ToString()),
            ("prover id", inputs.Sector.Miner.ProverId.ToString()),
            ("sector number", inputs.Sector.Number.ToString(System.Globalization.CultureInfo.InvariantCulture)),
            ("ticket", inputs.Ticket.ToString()),
            ("CommD", inputs.CommD.ToString()),
            ("seal proof", proof.ToString()),
            ("porep id", inputs.Porep.PorepId.Value.ToString()),
            ("replica id", inputs.ReplicaId.ToString()),
            ("comm_c", computed.CommC.ToString()),
            ("comm_r_last", computed.CommRLast.ToString()),
        ];
        LikelyCauses =
        [
            "The ticket is wrong: drawn at another epoch, by the other null-round rule (before or after network version 13), "
            + "or with the miner's address in another form than f0.",
            inputs.CommD == ZeroCommitments.ForSector(proof.SectorSize)
                ? "The sector holds data, or was upgraded by SnapDeals: then CommD is not that of zeros, or the SealedCID is that of the update."
                : "Its pieces are not complete or stand in another order, where the chain did not say their CommD; or it was upgraded by SnapDeals.",
            "The seal proof is wrong: proofs of the same size with other numbers give other bytes.",
            "The miner ID or the sector number is wrong.",
            HardwareCause,
        ];
        Excluded = ExcludedCauses.OfSealing(inputs);
    }

    private CommitmentMismatchException(
        string message, ReplicaInputs inputs, SealProofInfo proof, CommR expected, CommR key, SealedCommitments computed, string evidenceFolder)
        : base(
            FailureKind.CommitmentMismatch,
            message,
            $"Compare the inputs with the causes listed; the files are kept in {evidenceFolder}, to be deleted before another try.")
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
            ("SectorKeyCID", key.ToString()),
            ("CommD of the update", computed.CommD.ToString()),
            ("seal proof", proof.ToString()),
            ("comm_c", computed.CommC.ToString()),
            ("comm_r_last", computed.CommRLast.ToString()),
        ];
        LikelyCauses =
        [
            "The pieces of the update are not complete or stand in another order: the chain did not say their CommD, or said another.",
            "The sector was updated by another message than the one its pieces were read from.",
            HardwareCause,
        ];
        Excluded = ExcludedCauses.OfUpdate();
    }

    /// <summary>The failure of an update whose key is right.</summary>
    /// <param name="inputs">What the key was sealed of.</param>
    /// <param name="proof">The registered seal proof.</param>
    /// <param name="expected">SealedCID on chain.</param>
    /// <param name="key">SectorKeyCID on chain, which the key has.</param>
    /// <param name="computed">What came out.</param>
    /// <param name="evidenceFolder">Where the files are kept.</param>
    public static CommitmentMismatchException OfUpdate(
        ReplicaInputs inputs, SealProofInfo proof, CommR expected, CommR key, SealedCommitments computed, string evidenceFolder)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentNullException.ThrowIfNull(computed);
        return new CommitmentMismatchException(
            $"{inputs.Sector}: its key is right, but the computed CommR {computed.CommR} of its update is not the SealedCID {expected}; nothing was installed",
            inputs,
            proof,
            expected,
            key,
            computed,
            evidenceFolder);
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
