using Filecoin.Chain;
using SealerRecover.Recovery;
using SealerRecover.Rendering;

namespace SealerRecover.Commands;

/// <summary>What the operator should do after a run.</summary>
internal static class NextAdvice
{
    /// <summary>The advice in the order to follow it.</summary>
    public static IReadOnlyList<Advice> For(
        RecoverySettings settings, IReadOnlyList<SectorFacts> facts, IReadOnlyList<SectorOutcome> outcomes, DateTimeOffset now) =>
    [
        .. NextSteps.For(facts, outcomes, settings.ResultFolder, now)

            // The report says by itself how a stopped run goes on, with the command line.
            .Where(step => step.Kind != NextStepKind.RunAgain)
            .Select(step => new Advice(
                step.Kind == NextStepKind.Declare && step.By is { } by ? $"{step.Text} Be done by {Quantities.Instant(by)}." : step.Text,
                step.Commands,
                step.By)),
    ];
}
