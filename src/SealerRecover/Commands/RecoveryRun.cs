using Filecoin.Chain.Facts;
using Filecoin.Chain.Lookup;
using Filecoin.Primitives;
using Microsoft.Extensions.Logging;
using SealerRecover.Recovery;
using SealerRecover.Recovery.Events;
using SealerRecover.Recovery.Resources;
using SealerRecover.Recovery.Settings;
using SealerRecover.Rendering;

namespace SealerRecover.Commands;

/// <summary>From facts to installed sectors: plan, run, report. What looking up and reading a file have in common.</summary>
internal static class RecoveryRun
{
    /// <summary>As <see cref="Recover"/>, for sectors some of which failed already; reports in the order of <paramref name="found"/>.</summary>
    public static IReadOnlyList<SectorReport> RecoverFound(
        CommandContext context,
        RecoverySettings settings,
        IReadOnlyList<SectorLookupResult> found,
        Func<IReadOnlyList<SectorFacts>, IReadOnlyList<SectorFacts>>? refresh,
        out IReadOnlyList<Advice> next)
    {
        IReadOnlyList<SectorReport> recovered = Recover(
            context, settings, [.. found.Where(result => result.Failure is null).Select(result => result.Facts!)], refresh, out next);
        return
        [
            .. found.Select(result => result.Failure is { } failure
                ? SectorReport.Failed(result.Sector, failure)
                : recovered.First(report => report.Sector == result.Sector)),
        ];
    }

    /// <summary>Recovers <paramref name="facts"/>; blocks until all sectors have ended.</summary>
    /// <param name="context">The command's surroundings.</param>
    /// <param name="settings">What the operator decided.</param>
    /// <param name="facts">The sectors.</param>
    /// <param name="refresh">Brings the chain's view of recovered sectors up to date before advice is given; null where it is.</param>
    /// <param name="next">The advice.</param>
    /// <exception cref="OperatorException">The run as a whole cannot start.</exception>
    public static IReadOnlyList<SectorReport> Recover(
        CommandContext context,
        RecoverySettings settings,
        IReadOnlyList<SectorFacts> facts,
        Func<IReadOnlyList<SectorFacts>, IReadOnlyList<SectorFacts>>? refresh,
        out IReadOnlyList<Advice> next)
    {
        next = [];
        if (facts.Count == 0)
        {
            return [];
        }

        RecoveryRunner runner = new(settings, context.Host.Time, context.Log.CreateLogger<RecoveryRunner>());
        RecoveryPlan plan = runner.Plan(facts);
        context.View.Answered(new PlanAnswer(facts, settings, plan));
        DateTimeOffset started = context.Host.Time.GetUtcNow();
        Dictionary<SectorId, DateTimeOffset?> due = facts.ToDictionary(fact => fact.Sector, fact => Due.Of(fact.Status, started));
        using IDisposable following = context.Events.Follow(new RunForecast(plan.Times.Select(time => time with { Due = due[time.Sector] })));
        IReadOnlyList<SectorOutcome> outcomes = context.View.Live(() => runner.Run(facts, context.Events, context.Cancellation));
        HashSet<SectorId> done = [.. outcomes.Where(outcome => outcome.Failure is null && outcome.Kind != OutcomeKind.Stopped).Select(outcome => outcome.Sector)];
        SectorFacts[] recovered = [.. facts.Where(fact => done.Contains(fact.Sector))];
        IReadOnlyList<SectorFacts> current = refresh is null || recovered.Length == 0 ? facts : refresh(recovered);
        DateTimeOffset now = context.Host.Time.GetUtcNow();
        next = [.. NextAdvice.Debt(current, now), .. NextAdvice.For(settings, current, outcomes, now)];
        Dictionary<SectorId, CommR> expected = facts.ToDictionary(
            fact => fact.Sector, fact => fact.Update?.SealedCid ?? fact.SealedCid);
        return [.. outcomes.Select(outcome => SectorReport.From(outcome, expected.TryGetValue(outcome.Sector, out CommR sealedCid) ? sealedCid : null))];
    }
}
