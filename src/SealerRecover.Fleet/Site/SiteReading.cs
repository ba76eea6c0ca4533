using System.Collections.Immutable;
using System.Globalization;
using System.Numerics;
using Filecoin.Primitives;
using SealerRecover.Fleet.Claims;
using SealerRecover.Recovery.Bench;
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
    /// <param name="words">How concerns are worded.</param>
    public static SiteState Of(FleetView view, string where, TimeSpan silence, string version, IConcernWords words)
    {
        FleetForecast forecast = FleetForecast.Of(view, silence);
        ImmutableArray<SiteSector> sectors = [.. view.Sectors.Select(claim => Of(claim, view.At, forecast))];
        SiteState state = new()
        {
            At = view.At,
            Source = $"fleet of {where}",
            IsFleet = true,
            Version = version,
            Run = RunOf(view, sectors, forecast),
            Sectors = sectors,
            Checks = [.. view.Checks.Select(Of)],
            Machines = [.. view.Workers.Select(worker => Of(worker, silence))],
        };
        (string Text, ImmutableArray<string> Commands)[] debts =
        [
            .. view.Sectors.Where(claim => claim is { State: not (ClaimState.Done or ClaimState.Cancelled), Stakes.Debt: not null })
                .GroupBy(claim => claim.Sector.Miner).Select(owed => owed.MaxBy(claim => claim.Submitted)!.Stakes.Debt!.Split('\n')).Select(lines => (lines[0], ImmutableArray.Create(lines[1..]))),
        ];
        return state with { Concerns = Concerns.Of(state, words, debts) };
    }

    private static SiteRun RunOf(FleetView view, ImmutableArray<SiteSector> sectors, FleetForecast forecast)
    {
        SiteSector[] counted = [.. sectors.Where(sector => !sector.Cancelled)];
        return new SiteRun
        {
            Started = view.Sectors.Count == 0 ? null : view.Sectors.Min(claim => claim.Submitted),
            Fraction = forecast.Fraction,
            DoneAt = forecast.DoneAt,
            LostPerDay = Sum(view, claim => claim.State != ClaimState.Done ? claim.Stakes.PerDay : null),
            SavedPerDay = Sum(view, claim => claim.State == ClaimState.Done ? claim.Stakes.PerDay : null),
            SavedTerminations = Sum(view, claim => claim.State == ClaimState.Done ? claim.Stakes.Termination : null),
            NextDue = counted.Where(sector => sector.Stage != SectorStage.Done).Min(sector => sector.Due),
        };
    }

    /// <summary>attoFIL; null where nobody told any of it.</summary>
    private static string? Sum(FleetView view, Func<ClaimView, BigInteger?> of) => view.Sectors.Any(claim => claim.Stakes.PerDay is not null || claim.Stakes.Termination is not null)
        ? view.Sectors.Aggregate(BigInteger.Zero, (sum, claim) => sum + (of(claim) ?? 0)).ToString(CultureInfo.InvariantCulture)
        : null;

    private static SiteSector Of(ClaimView claim, DateTimeOffset now, FleetForecast forecast)
    {
        bool isOpen = claim.State is ClaimState.Queued or ClaimState.Claimed;
        DateTimeOffset? back = forecast.BackAt.TryGetValue(claim.Sector, out DateTimeOffset foretold) ? foretold : null;
        bool isAtWork = claim.State == ClaimState.Claimed;
        ClaimProgress progress = claim.Progress;
        bool hasProgress = progress.Phase is not null && (isAtWork || claim is { State: ClaimState.Queued, Progress.Placed: true });
        return new SiteSector
        {
            Sector = claim.Sector,
            Stage = claim.State switch
            {
                ClaimState.Queued when claim.IsMade => SectorStage.Installing,
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
            Deadline = claim.Stakes.Deadline,
            Partition = claim.Stakes.Partition,
            Due = claim.Due,
            FaultEnd = claim.Stakes.FaultEnd,
            Late = isOpen && claim.Due is { } due && (back is { } known ? known > due : due < now),
            BackAt = back,
            Machine = claim.IsMade ? claim.MadeBy : claim.Worker,
            Phase = hasProgress ? progress.Phase : null,
            Step = hasProgress ? progress.Step : null,
            Steps = hasProgress ? progress.Steps : null,
            Fraction = hasProgress ? progress.Fraction : null,
            Rate = hasProgress ? progress.Rate : null,
            Unit = hasProgress && progress.Rate is not null ? progress.Unit : null,
            Since = claim.Since,
            Moved = isAtWork ? claim.Moved : null,
            Outcome = claim.Outcome,
            ExitCode = claim.ExitCode is > 0 ? claim.ExitCode : null,
            Message = claim.Message,
        };
    }

    private static SiteCheck Of(CheckView check) => new()
    {
        Kind = check.Kind,
        Place = check.Place,
        Deadline = check.Deadline,
        Partition = check.Partition,
        Stage = check.State switch
        {
            ClaimState.Queued => SectorStage.Queued,
            ClaimState.Claimed => SectorStage.Checking,
            ClaimState.Done => SectorStage.Done,
            ClaimState.Failed => SectorStage.Failed,
            _ => SectorStage.Stopped,
        },
        Quick = check.Reading.Quick,
        Deep = check.Reading.Deep,
        Sample = check.Reading.Sample,
        Paused = check.Paused,
        Priority = check.Priority,
        Machine = check.Worker,
        Since = check.Since,
        Done = check.Done,
        Total = check.Total,
        Good = check.Report.Good,
        Absent = check.Report.Absent,
        BlockChance = check.Report.BlockChance,
        Damaged = [.. check.Report.Damaged.Select(damage => new SiteDamage(new SectorId(check.Miner, damage.Number), damage.Text))],
        ExitCode = check.ExitCode,
        Message = check.Message,
    };

    private static SiteMachine Of(WorkerView worker, TimeSpan silence) => new(worker.About ?? new MachineReading())
    {
        Name = worker.Name,
        Alive = !worker.Ended && worker.HeardSecondsAgo < silence.TotalSeconds,
        Draining = worker.Draining,
        Ended = worker.Ended,
        Since = worker.Since,
        HeardSecondsAgo = Math.Round(worker.HeardSecondsAgo, 1),
        Note = worker.Note,
        Version = worker.About?.Version,
        Gpus = worker.About?.Gpus ?? [],
        LabelRate = worker.About?.LabelRate,
        LabelRateExpected = worker.About?.LabelRateExpected,
        Url = worker.About?.Url,
    };
}
