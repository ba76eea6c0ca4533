using Filecoin.Chain;
using SealerRecover.Recovery;
using SealerRecover.Rendering;

namespace SealerRecover.Commands;

/// <summary>What the operator should do after a run.</summary>
internal static class NextAdvice
{
    /// <summary>The advice, most urgent first.</summary>
    public static IReadOnlyList<Advice> For(
        RecoverySettings settings, IReadOnlyList<SectorFacts> facts, IReadOnlyList<SectorOutcome> outcomes)
    {
        _ = (settings, facts, outcomes);
        return [];
    }
}
