using System.Collections.Immutable;
using SealerRecover.Fleet.Claims;
using SealerRecover.Recovery.Metrics;
using SealerRecover.Recovery.Site;

namespace SealerRecover.Fleet.Site;

/// <summary>What the database has of a fleet, as whoever watches reads it. Pure.</summary>
internal static class SiteReading
{
    /// <summary>The whole.</summary>
    /// <param name="view">What was read.</param>
    /// <param name="where">Where, without secrets.</param>
    /// <param name="silence">After how long without a sign of life a machine counts as gone.</param>
    /// <param name="version">What was built that tells it.</param>
    public static SiteState Of(FleetView view, string where, TimeSpan silence, string version)
    {
        ImmutableArray<SiteSector> sectors = [.. view.Sectors.Select(claim => Of(claim, view.At))];
        return new SiteState
        {
            At = view.At,
            Source = $"fleet of {where}",
            IsFleet = true,
            Version = version,
            Run = RunOf(view, sectors),
            Sectors = sectors,
            Machines = [.. view.Workers.Select(worker => Of(worker, silence))],
        };
    }

    private static SiteRun RunOf(FleetView view, ImmutableArray<SiteSector> sectors)
    {
        SiteSector[] counted = [.. sectors.Where(sector => !sector.Cancelled)];
        return new SiteRun
        {
            Started = view.Sectors.Count == 0 ? null : view.Sectors.Min(claim => claim.Submitted),
            Fraction = counted.Length == 0 ? null : counted.Count(sector => sector.Stage == SectorStage.Done) / (double)counted.Length,
            NextDue = counted.Where(sector => sector.Stage != SectorStage.Done).Min(sector => sector.Due),
        };
    }

    private static SiteSector Of(ClaimView claim, DateTimeOffset now)
    {
        bool isAtWork = claim.State == ClaimState.Claimed;
        ClaimProgress progress = claim.Progress;
        bool hasProgress = isAtWork && progress.Phase is not null;
        return new SiteSector
        {
            Sector = claim.Sector,
            Stage = claim.State switch
            {
                ClaimState.Queued => SectorStage.Queued,
                ClaimState.Claimed => SitePhase.Stage(progress.Phase),
                ClaimState.Done => SectorStage.Done,
                ClaimState.Failed => SectorStage.Failed,
                _ => SectorStage.Stopped,
            },
            Kind = claim.Kind,
            Paused = claim.Paused,
            Cancelled = claim.State == ClaimState.Cancelled,
            Priority = claim.Priority,
            Due = claim.Due,
            Late = claim.State != ClaimState.Done && claim.Due < now,
            Machine = claim.Worker,
            Phase = hasProgress ? progress.Phase : null,
            Step = hasProgress ? progress.Step : null,
            Steps = hasProgress ? progress.Steps : null,
            Fraction = hasProgress ? progress.Fraction : null,
            Since = claim.Since,
            Outcome = claim.Outcome,
            ExitCode = claim.ExitCode is > 0 ? claim.ExitCode : null,
            Message = claim.Message,
        };
    }

    private static SiteMachine Of(WorkerView worker, TimeSpan silence) => new()
    {
        Name = worker.Name,
        Alive = !worker.Ended && worker.HeardSecondsAgo < silence.TotalSeconds,
        Draining = worker.Draining,
        Ended = worker.Ended,
        Since = worker.Since,
        HeardSecondsAgo = Math.Round(worker.HeardSecondsAgo, 1),
        Note = worker.Note,
    };
}
