using Filecoin.Chain.Facts;

namespace SealerRecover.Rendering;

/// <summary>What the chain says about a sector, in half a sentence.</summary>
internal static class FactsText
{
    /// <summary>"proven, StackedDrg32GiBV1_1 (8), its fault terminates it on …".</summary>
    public static string Standing(SectorFacts facts)
    {
        string state = facts.Standing switch
        {
            null => "standing unknown",
            { State: SectorState.PreCommitted, ProveBefore: { } epoch } standing =>
                $"pre-committed, its deposit is lost unless it is proven before {Quantities.Instant(standing.TimeOf(epoch))}",
            { State: SectorState.PreCommitted } => "pre-committed, not yet proven",
            { FaultTerminatesAt: { } epoch } standing => $"proven and faulty, terminated on {Quantities.Instant(standing.TimeOf(epoch))} if it stays so",
            _ => "proven",
        };
        return $"{facts.SealProof}, {state}";
    }

    /// <summary>
    /// Who told what of a sector, a line for all facts that stand next to each other and come from the same sources with the same check:
    /// "TicketEpoch, CommD: lotus-miner (it names the SealedCID that is on chain)".
    /// </summary>
    public static IEnumerable<string> Origins(SectorFacts facts)
    {
        List<(string Facts, string Origin)> lines = [];
        foreach (FactOrigin origin in facts.Origins)
        {
            string said = $"{Listed(origin.Sources)} ({origin.CrossCheck ?? (origin.Sources.Count == 1 ? "alone, not verified" : "not verified")})";
            if (lines.Count > 0 && lines[^1].Origin == said)
            {
                lines[^1] = ($"{lines[^1].Facts}, {origin.Fact}", said);
            }
            else
            {
                lines.Add((origin.Fact, said));
            }
        }

        return lines.Select(line => $"{line.Facts}: {line.Origin}");
    }

    /// <summary>"a", "a and b", "a, b and c".</summary>
    private static string Listed(IReadOnlyList<string> sources) =>
        sources.Count == 1 ? sources[0] : $"{string.Join(", ", sources.SkipLast(1))} and {sources[^1]}";
}
