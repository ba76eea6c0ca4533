using System.Globalization;
using Filecoin.Primitives;
using Filecoin.Sealing.Jobs;
using SealerRecover.Recovery.Diagnosis;

namespace SealerRecover.Rendering;

/// <summary>About how long reruns take on this machine, by a short measurement that leaves the disks out.</summary>
/// <param name="ReadingReplica">Building tree_r_last of a replica.</param>
/// <param name="Sealing">PreCommit1 and PreCommit2.</param>
internal sealed record RerunTimes(TimeSpan ReadingReplica, TimeSpan Sealing)
{
    /// <summary>The time of a cost; null where it was not estimated.</summary>
    public TimeSpan? Of(RerunCost cost) => cost switch
    {
        RerunCost.ReadingReplica => ReadingReplica,
        RerunCost.Sealing => Sealing,
        _ => null,
    };
}

/// <summary>Why a sector's CommR is not the chain's: every cause with its verdict, evidence, and what settles it.</summary>
/// <param name="Diagnosis">What was found.</param>
/// <param name="Commands">Command lines of what settles causes.</param>
/// <param name="Times">About how long the dear ones take.</param>
internal sealed record DiagnosisAnswer(MismatchDiagnosis Diagnosis, Func<Rerun, IReadOnlyList<string>> Commands, RerunTimes Times) : IAnswer
{
    private const int MostAdvice = 3;

    private UsedInputs Used => Diagnosis.Facts.Used;

    private KeptReplica? Kept => Diagnosis.Facts.Update ?? Diagnosis.Facts.Sealed;

    /// <summary>The failure of a mismatch of which no cause is certain; null otherwise.</summary>
    public OperatorException? Complaint => Diagnosis.IsSettled ? null : new OperatorException(
        FailureKind.CommitmentMismatch,
        $"{Used.Sector}: {Diagnosis.Mismatch}, and no cause is certain; "
            + string.Create(CultureInfo.InvariantCulture, $"{Diagnosis.Findings.Count(finding => finding.Verdict == Verdict.Possible)} are possible"),
        "Go through what settles the possible ones, the cheapest first.");

    /// <summary>What to run: what mends the certain causes, or else settles the possible ones, the cheapest first.</summary>
    public IReadOnlyList<Advice> Next() => Diagnosis.Mismatch is null ? [] :
    [
        .. Diagnosis.Findings
            .Where(finding => finding.Verdict == (Diagnosis.IsCertain ? Verdict.Certain : Verdict.Possible))
            .Select(finding => finding.Settlement).OfType<Settlement>()
            .OrderBy(settlement => settlement.Cost)
            .DistinctBy(settlement => settlement.Rerun)
            .Take(MostAdvice)
            .Select(settlement => new Advice($"{settlement.Why} It costs {Cost(settlement.Cost)}.", Commands(settlement.Rerun))),
    ];

    /// <inheritdoc/>
    public IEnumerable<TextBlock> Blocks()
    {
        yield return new TextLine("");
        yield return new TextLine($"{Used.Sector}: {SafeText.Clean(Diagnosis.Mismatch ?? "everything that is there has the right CommR; there is no mismatch to explain")}");
        yield return new TextLine($"  sealed with  what {SafeText.Clean(Used.Source)} says");
        yield return new TextLine($"  replica id   {ReplicaId}");
        foreach (string remark in Diagnosis.Remarks)
        {
            yield return new TextLine($"  note: {SafeText.Clean(remark)}");
        }

        HashSet<Rerun> shown = [];
        foreach (CauseFinding finding in Diagnosis.Findings)
        {
            yield return new TextLine($"  {finding.Verdict.ToString().ToUpperInvariant(),-8}  {CandidateCauses.Sentence(finding.Cause)}");
            foreach (string evidence in finding.Evidence)
            {
                yield return new TextLine($"            {SafeText.Clean(evidence)}");
            }

            if (finding.Settlement is { } settlement)
            {
                yield return new TextLine($"            {(finding.Verdict == Verdict.Certain ? "to mend" : "to settle")} ({Cost(settlement.Cost)}): {SafeText.Clean(settlement.Why)}");
                foreach (string command in shown.Add(settlement.Rerun) ? Commands(settlement.Rerun) : [])
                {
                    yield return new TextLine($"              {SafeText.Clean(command)}");
                }
            }
        }
    }

    /// <inheritdoc/>
    public JsonLine Json => new JsonDiagnosis(
        JsonSector.Of(Used.Sector),
        Diagnosis.Mismatch,
        Diagnosis.IsCertain,
        Used.Source,
        Diagnosis.Facts.Chain is not null,
        (Diagnosis.Facts.Update is null ? Diagnosis.Facts.Chain?.Key ?? Used.SealedCid : Diagnosis.Facts.Chain?.SealedCid ?? Used.UpdateSealedCid)?.ToString(),
        Kept?.CommR?.ToString(),
        Kept?.PAux?.CommC.ToString(),
        Kept?.PAux?.CommRLast.ToString(),
        ReplicaId,
        [
            .. Diagnosis.Findings.Select(finding => new JsonCause(
                finding.Cause,
                finding.Verdict,
                CandidateCauses.Sentence(finding.Cause),
                finding.Evidence,
                finding.Settlement is { } settlement
                    ? new JsonSettlement(settlement.Why, Commands(settlement.Rerun), settlement.Cost, Times.Of(settlement.Cost)?.TotalSeconds)
                    : null)),
        ],
        Diagnosis.Remarks);

    private string? ReplicaId => Used.CommD is { } commD
        ? new ReplicaInputs(Used.SealProof.Porep, Used.Sector, Used.Ticket, commD).ReplicaId.ToString()
        : null;

    private string Cost(RerunCost cost) => cost switch
    {
        RerunCost.Seconds => "seconds",
        RerunCost.ReadingParentCache => $"reading {ByteCount.Text(Used.SealProof.Porep.Nodes * Filecoin.Sealing.Graph.StackedGraph.Degree * sizeof(uint))} of parent cache",
        RerunCost.ReadingReplica => $"reading {Used.SealProof.SectorSize} and building its trees, about {Quantities.Duration(Times.ReadingReplica)}",
        RerunCost.Sealing => $"one full sealing, about {Quantities.Duration(Times.Sealing)} on this machine without its disks",
        _ => throw new ArgumentOutOfRangeException(nameof(cost), cost, "a cost without words"),
    };
}
