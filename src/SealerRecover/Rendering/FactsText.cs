using Filecoin.Chain;

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
}
