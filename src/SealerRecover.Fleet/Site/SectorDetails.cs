using System.Collections.Immutable;
using System.Globalization;
using Filecoin.Chain.Facts;
using Filecoin.Primitives;
using SealerRecover.Fleet.Claims;
using SealerRecover.Fleet.Jobs;
using SealerRecover.Recovery.Metrics;
using SealerRecover.Recovery.Site;

namespace SealerRecover.Fleet.Site;

/// <summary>One sector of a fleet in full: its facts from the job, its steps from how far it is. Pure.</summary>
internal static class SectorDetails
{
    /// <summary>It in full.</summary>
    /// <param name="sector">As in the list.</param>
    /// <param name="job">Its job, as it is kept; one of a form that is not known here tells no facts.</param>
    /// <param name="history">What happened to it, the newest first.</param>
    /// <param name="words">How what mends it is typed.</param>
    public static SiteSectorDetail Of(SiteSector sector, string job, IReadOnlyList<ClaimHistory> history, IConcernWords words)
    {
        SectorFacts? facts = null;
        try
        {
            facts = SectorJob.Read(job).Facts;
        }
        catch (OperatorException)
        {
            // A newer one made it.
        }

        return new SiteSectorDetail
        {
            Sector = sector,
            Facts = facts is null ? [] : [.. SiteFacts.Of(facts)],
            Steps = StepsOf(sector, facts, history),
            Events = [.. history.Select(one => new SiteEvent(one.At, one.Worker, one.Text))],
            Commands = sector.Stage == SectorStage.Failed ? words.Commands(Concerns.Failed, sector.ExitCode, [sector.Sector], isFleet: true)
                : sector.Late ? words.Commands(Concerns.Late, null, [sector.Sector], isFleet: true) : [],
            Diagnosis = sector.Stage == SectorStage.Failed ? sector.Message : null,
        };
    }

    /// <summary>Layers, trees and installing; what comes before where it is is done. None of a sector that was not begun, or that ended otherwise.</summary>
    private static ImmutableArray<SiteStep> StepsOf(SiteSector sector, SectorFacts? facts, IReadOnlyList<ClaimHistory> history)
    {
        int layers = facts?.SealProof.Porep.Layers ?? 0;
        (int layer, double ofLayer, double ofTrees, double ofInstall)? at = sector switch
        {
            { Stage: SectorStage.Done } => (layers, 1, 1, 1),
            { Stage: SectorStage.Installing, Fraction: var fraction } => (layers, 1, 1, fraction ?? 0),
            { Stage: SectorStage.Trees, Step: var step, Steps: > 0 and var steps, Fraction: var fraction } => (layers, 1, Math.Clamp((step - 1 + fraction) / steps ?? 0, 0, 1), 0),
            { Phase: "label", Step: { } step, Fraction: var fraction } => (step, fraction ?? 0, 0, 0),
            { Stage: SectorStage.Labelling, Step: { } step } => (step, 1, 0, 0),
            _ => null,
        };
        return at is not { } known ? [] :
        [
            .. Enumerable.Range(1, layers).Select(number => Step(
                string.Create(CultureInfo.InvariantCulture, $"layer_{number}"), number < known.layer ? 1 : number == known.layer ? known.ofLayer : 0)),
            Step("trees", known.ofTrees),
            Step("install", known.ofInstall),
        ];

        SiteStep Step(string name, double fraction) => new(name, fraction, fraction < 1 ? null : history.FirstOrDefault(one => one.Step == name)?.Seconds);
    }
}
