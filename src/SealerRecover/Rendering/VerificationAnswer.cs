using System.Globalization;
using Filecoin.Primitives;
using Filecoin.Sealing.Proofs;
using SealerRecover.Recovery.Latency;
using SealerRecover.Recovery.Survey;
using SealerRecover.Recovery.Verify;

namespace SealerRecover.Rendering;

/// <summary>Whether a sector would pass window PoSt.</summary>
/// <param name="Found">What was found.</param>
/// <param name="ComparedWith">Where its facts came from.</param>
/// <param name="Latency">How long its files took to read; null where nothing was timed.</param>
internal sealed record VerificationAnswer(SectorVerification Found, ComparedWith ComparedWith, SectorLatency? Latency = null) : IAnswer
{
    /// <summary>Faults shown of one replica; in JSON all are.</summary>
    private const int FaultsShown = 5;

    /// <summary>Why it would not pass, in one sentence, and what to do; null if it would.</summary>
    public OperatorException? Complaint
    {
        get
        {
            if (Found.IsProven)
            {
                return null;
            }

            string first = Found.Faults[0].Sentence;
            string more = Found.Faults.Count > 1 ? string.Create(CultureInfo.InvariantCulture, $" (and {Found.Faults.Count - 1} more)") : "";
            return Found.IsAnotherSectors
                ? new OperatorException(
                    FailureKind.CommitmentMismatch,
                    $"{Found.Sector}: its files fit together, but {first}{more}",
                    "They were sealed with another ticket or over other data, or are another sector's, or comm_c in p_aux is damaged. Recover the sector.")
                : new OperatorException(
                    FailureKind.Storage,
                    $"{Found.Sector} would not pass window PoSt: {first}{more}",
                    "sealer-recover survey --deep says how far the damage goes and what repairs it.");
        }
    }

    /// <summary>How much a proof proves.</summary>
    public string HowFar => string.Create(
        CultureInfo.InvariantCulture,
        $"{Found.ProvenNodes} challenges of {Found.Nodes} nodes, ") + (Found.Full ? "and every byte was read" : $"which read {SurveyAnswer.Of(Found.Sample)}");

    /// <inheritdoc/>
    public IEnumerable<TextBlock> Blocks()
    {
        string part = Found.Part == SectorPart.Update ? "update" : "sealed file";
        string compared = ComparedWith switch
        {
            ComparedWith.Chain => "the CommR on chain",
            ComparedWith.Metadata => "the CommR in the metadata file",
            _ => "the CommR of its own p_aux, which nothing was compared with",
        };
        yield return new TextLine("");
        yield return new TextLine(Found.IsProven
            ? string.Create(
                CultureInfo.InvariantCulture,
                $"{Found.Sector} ({Found.Facts.Porep.SectorSize}): proven: {Found.ProvenNodes} challenged nodes of its {part} lead to {compared}{(Found.Full ? ", and so does all of it" : "")}")
            : $"{Found.Sector} ({Found.Facts.Porep.SectorSize}): not proven");
        if (Found.IsProven)
        {
            yield return new TextLine($"  {HowFar}");
        }

        yield return new TextLine("  randomness " + Found.Seed.Randomness + Source());
        foreach (ReplicaVerification replica in Found.Replicas)
        {
            yield return new TextLine(
                $"  {SafeText.Clean(replica.Replica)} with {SafeText.Clean(replica.CacheFolder)}: {(replica.IsProven ? "proven" : "not proven")}");
            foreach (TextLine line in Lines(replica.Faults))
            {
                yield return line;
            }
        }

        foreach (TextLine line in Lines(Found.Missing))
        {
            yield return line;
        }

        foreach (string warning in Found.Warnings)
        {
            yield return new TextLine($"  warning: {SafeText.Clean(warning)}");
        }

        if (Latency is { } read)
        {
            yield return new TextLine($"  reading: half of the challenges within {Quantities.Latency(read.Steps.Median)}, all in {Quantities.Latency(read.Total)}");
            if (read.IsSlow)
            {
                yield return new TextLine($"  slow: {SafeText.Clean(LatencyAnswer.Longest(read, LatencyOf.Challenges))}");
            }
        }
    }

    /// <inheritdoc/>
    public JsonLine Json => new JsonVerification(
        JsonSector.Of(Found.Sector),
        Found.Facts.Porep.SectorSize.Bytes,
        ComparedWith,
        Found.Part,
        Found.IsProven,
        Found.ProvenNodes,
        Found.Nodes,
        Found.Challenges.Count,
        Found.Seed.Source == SeedSource.Chain ? Math.Min(ChallengeCounts.WindowPost, Found.Challenges.Count) : 0,
        Found.Full,
        JsonReadSample.From(Found.Sample)!,
        Found.BlockChance,
        Found.Seed.Randomness.ToString(),
        Found.Seed.Source,
        Found.Seed.Reason,
        Found.Seed.OnChain?.Epoch,
        Found.Seed.OnChain?.Deadline,
        Found.Seed.OnChain?.Partition,
        [.. Found.Replicas.Select(replica => new JsonProvenReplica(
            replica.Replica, replica.CacheFolder, replica.IsProven, [.. replica.Faults.Select(Fault)]))],
        [.. Found.Missing.Select(Fault)],
        Found.Warnings,
        JsonSectorLatency.Of(Latency));

    private static IEnumerable<TextLine> Lines(IReadOnlyList<VerificationFault> faults)
    {
        foreach (VerificationFault fault in faults.Take(FaultsShown))
        {
            string places = fault.Kind is null && fault.Places.Count > 0
                ? string.Create(CultureInfo.InvariantCulture, $": {fault.Places[0]}{(fault.Places.Count > 1 ? $" and {fault.Places.Count - 1} more" : "")}")
                : "";
            yield return new TextLine("    " + SafeText.Clean(fault.Sentence + places));
        }

        if (faults.Count > FaultsShown)
        {
            yield return new TextLine(string.Create(CultureInfo.InvariantCulture, $"    and {faults.Count - FaultsShown} more"));
        }
    }

    private static JsonProofFault Fault(VerificationFault fault) => new(
        fault.Kind,
        fault.Sentence,
        fault.Node,
        [.. fault.Places.Select(place => new JsonFaultPlace(place.Path, place.Offset, place.Length))]);

    private string Source() => Found.Seed switch
    {
        { OnChain: { } seed } => string.Create(
            CultureInfo.InvariantCulture,
            $", of deadline {seed.Deadline} (partition {seed.Partition}) at epoch {seed.Epoch}; the first {Math.Min(ChallengeCounts.WindowPost, Found.Challenges.Count)} challenges are the network's"),
        { Source: SeedSource.Given } => ", as given",
        { Reason: { } reason } => $", drawn here: {SafeText.Clean(reason)}",
        _ => ", drawn here",
    };
}
