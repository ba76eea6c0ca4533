using Filecoin.Chain.Facts;
using Filecoin.Primitives;
using SealerRecover.Recovery;
using SealerRecover.Recovery.Events;
using SealerRecover.Recovery.Settings;
using SealerRecover.Rendering;

namespace SealerRecover.Commands;

/// <summary>What the operator should do after a run.</summary>
internal static class NextAdvice
{
    /// <summary>The advice in the order to follow it; what the miner owes comes before all of it (<see cref="Debt(IReadOnlyList{SectorFacts}, DateTimeOffset)"/>).</summary>
    public static IReadOnlyList<Advice> For(
        RecoverySettings settings, IReadOnlyList<SectorFacts> facts, IReadOnlyList<SectorOutcome> outcomes, DateTimeOffset now) =>
    [
        .. NextSteps.For(facts, outcomes, settings.ResultFolder, now)

            // The report says by itself how a stopped run goes on, with the command line.
            .Where(step => step.Kind != NextStepKind.RunAgain)
            .Select(step => new Advice(
                step.Kind == NextStepKind.Declare && step.By is { } by ? $"{step.Text} Be done by {Quantities.Instant(by)}." : step.Text,
                step.Commands,
                step.By)
            {
                Tells = step.Kind is NextStepKind.Declare or NextStepKind.BeforeDeadline ? step.Sectors : [],
            }),
    ];

    /// <summary>What to send to a miner in debt, before anything else; nothing where it is not, or where nobody told.</summary>
    public static IReadOnlyList<Advice> Debt(IReadOnlyList<SectorFacts> facts, DateTimeOffset now) => Debt(
        facts.Select(sector => sector.Debt).FirstOrDefault(debt => debt is not null), [.. facts.Select(sector => (sector.Sector, sector.Status))], now);

    /// <summary>The same of sectors of which only where they stand is known.</summary>
    public static IReadOnlyList<Advice> Debt(MinerDebt? debt, IReadOnlyList<(SectorId Sector, ChainStatus? Status)> sectors, DateTimeOffset now) =>
        DebtStep.For(debt, sectors, now) is { } step ? [new Advice(step.Text, step.Commands, step.By) { Send = step.Send }] : [];
}
