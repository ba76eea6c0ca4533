using System.Collections.Immutable;
using Filecoin.Chain.Facts;
using Filecoin.Primitives;
using Filecoin.Sealing.Steps;
using SealerRecover.Fleet.Claims;
using SealerRecover.Fleet.Jobs;
using SealerRecover.Recovery.Metrics;
using SealerRecover.Recovery.Site;

namespace SealerRecover.Fleet.Site;

/// <summary>One sector of a fleet in full: its facts from the job, its steps from how far it is. Pure.</summary>
internal static class SectorDetails
{
    private static readonly string Label = SitePhase.Word(SealPhase.Label);
    private static readonly string Trees = SitePhase.Word(SealPhase.Trees);
    private static readonly string TreeD = SitePhase.Word(SealPhase.TreeD);

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
            Steps = StepsIn(sector, facts, history),
            Events = [.. history.Select(one => new SiteEvent(one.At, one.Worker, one.Text))],
            Commands = sector.Stage == SectorStage.Failed ? words.Commands(Concerns.Failed, sector.ExitCode, [sector.Sector], isFleet: true)
                : sector.Late ? words.Commands(Concerns.Late, null, [sector.Sector], isFleet: true) : [],
            Diagnosis = sector.Stage == SectorStage.Failed ? sector.Message : null,
        };
    }

    /// <summary>Layers, trees and installing; what comes before where it is is done. None of a sector that was not begun, or that ended otherwise.</summary>
    private static ImmutableArray<SiteStep> StepsIn(SiteSector sector, SectorFacts? facts, IReadOnlyList<ClaimHistory> history)
    {
        int layers = facts?.SealProof.Porep.Layers ?? 0;
        int trees = facts?.SealProof.Porep.Shape.BaseTrees ?? 1;
        HashSet<string?> told = [.. history.Select(one => one.Step)];
        bool hasUpdate = told.Any(SiteSteps.IsOfUpdate);

        // Whose trees grow now: the newest step that was told of is of the update from when data goes into it.
        bool isInUpdate = SiteSteps.IsOfUpdate(history.FirstOrDefault(one => one.Step is not null)?.Step);
        double within = sector is { Step: { } step } ? step - 1 + (sector.Fraction ?? 0) : 0;
        (double Layers, double Trees, double Update, double Install)? at = sector switch
        {
            { Stage: SectorStage.Done } => (layers, trees, trees, 1),
            { Stage: SectorStage.Installing } => (layers, trees, trees, sector.Fraction ?? 0),
            _ when sector.Phase == Trees => (layers, isInUpdate ? trees : within, isInUpdate ? within : 0, 0),
            _ when sector.Phase == TreeD => (layers, isInUpdate ? trees : 0, 0, 0),
            { Stage: SectorStage.Trees } => (layers, trees, isInUpdate ? trees : 0, 0),
            _ when sector.Phase == Label => (within, 0, 0, 0),
            { Stage: SectorStage.Labelling, Step: { } written } => (written, 0, 0, 0),
            _ => null,
        };
        return at is not { } known ? [] :
        [
            .. Several(Enumerable.Range(1, layers).Select(SiteSteps.Layer), known.Layers),
            .. Told(SiteSteps.TreeD()),
            .. Several(SiteSteps.Trees(trees), known.Trees),
            .. Told(SiteSteps.TreeD(StepsOf.Update)),
            .. hasUpdate ? Several(SiteSteps.Trees(trees, StepsOf.Update), known.Update) : [],
            Step(SiteSteps.Install, known.Install),
        ];

        IEnumerable<SiteStep> Several(IEnumerable<string> names, double done) => names.Select((name, index) => Step(name, Math.Round(Math.Clamp(done - index, 0, 1), 4)));

        IEnumerable<SiteStep> Told(string name) => told.Contains(name) ? [Step(name, 1)] : [];

        SiteStep Step(string name, double fraction) => new(name, fraction, fraction < 1 ? null : history.FirstOrDefault(one => one.Step == name)?.Seconds);
    }
}
