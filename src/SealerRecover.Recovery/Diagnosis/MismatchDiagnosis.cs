namespace SealerRecover.Recovery.Diagnosis;

/// <summary>What is known of a candidate cause.</summary>
public enum Verdict
{
    /// <summary>It is so, and by itself keeps CommR from being right.</summary>
    Certain,

    /// <summary>Nothing at hand speaks against it.</summary>
    Possible,

    /// <summary>It is not so.</summary>
    Excluded,
}

/// <summary>What settles or mends something.</summary>
public enum Rerun
{
    /// <summary>Diagnose again with a chain node, or with one that has kept the state of that time.</summary>
    AskNode,

    /// <summary>Diagnose again and read the replica and the parent cache.</summary>
    ReadKept,

    /// <summary>List the sector's pieces and compare their CommD.</summary>
    ListPieces,

    /// <summary>Verify the parent cache.</summary>
    VerifyParents,

    /// <summary>Write the metadata anew from the chain, and recover from that.</summary>
    ExportAndRecover,

    /// <summary>Use the kept replica where it stands: make what is beside it again.</summary>
    Repair,

    /// <summary>Seal the same inputs once more with other kernels; the same wrong CommR again excludes the machine.</summary>
    OtherKernels,
}

/// <summary>What a rerun costs, from the cheapest on.</summary>
public enum RerunCost
{
    /// <summary>A few questions to a node.</summary>
    Seconds,

    /// <summary>Reading the parent cache once: 56 bytes a node.</summary>
    ReadingParentCache,

    /// <summary>Reading the replica once and building its tree_r_last.</summary>
    ReadingReplica,

    /// <summary>PreCommit1 and PreCommit2.</summary>
    Sealing,
}

/// <summary>Which rerun settles a cause, and at what cost.</summary>
/// <param name="Rerun">What to run.</param>
/// <param name="Why">What it tells or mends, in a sentence.</param>
/// <param name="Cost">What it costs.</param>
public sealed record Settlement(Rerun Rerun, string Why, RerunCost Cost);

/// <summary>A judged cause.</summary>
/// <param name="Cause">Which.</param>
/// <param name="Verdict">What is known of it.</param>
/// <param name="Evidence">Values and where they come from: sentences without full stops, at least one.</param>
/// <param name="Settlement">What settles a possible one, or mends a certain one; null for excluded ones.</param>
public sealed record CauseFinding(CandidateCause Cause, Verdict Verdict, IReadOnlyList<string> Evidence, Settlement? Settlement = null);

/// <summary>Why a sector's CommR is not the chain's.</summary>
/// <param name="Facts">What it was judged by.</param>
/// <param name="Mismatch">What does not match, in a sentence; null if everything that is there has the CommR of the chain.</param>
/// <param name="Findings">Every candidate cause, certain ones first, then possible, then excluded ones.</param>
/// <param name="Remarks">What else to know.</param>
public sealed record MismatchDiagnosis(
    DiagnosisFacts Facts, string? Mismatch, IReadOnlyList<CauseFinding> Findings, IReadOnlyList<string> Remarks)
{
    /// <summary>Whether at least one cause is certain.</summary>
    public bool IsCertain => Findings.Any(finding => finding.Verdict == Verdict.Certain);

    /// <summary>Whether there is nothing to explain, or the explanation is certain.</summary>
    public bool IsSettled => IsCertain || Mismatch is null;

    /// <summary>Judges.</summary>
    public static MismatchDiagnosis Of(DiagnosisFacts facts)
    {
        ArgumentNullException.ThrowIfNull(facts);
        DiagnosisRules rules = new(facts);
        return new MismatchDiagnosis(
            facts,
            rules.Mismatch,
            [.. CandidateCauses.All.Select(rules.Judge).OrderBy(finding => finding.Verdict).ThenBy(finding => finding.Cause)],
            [.. rules.Remarks]);
    }
}
