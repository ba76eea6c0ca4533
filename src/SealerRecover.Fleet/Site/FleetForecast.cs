using System.Collections.Frozen;
using Filecoin.Primitives;
using SealerRecover.Fleet.Claims;
using SealerRecover.Recovery.Metrics;
using SealerRecover.Recovery.Site;

namespace SealerRecover.Fleet.Site;

/// <summary>
/// When the sectors of a fleet will be back: what is at work ends on its machine at that machine's pace, and what waits goes, in its order, to the
/// machine that would have it back first. Pure.
/// </summary>
/// <param name="BackAt">By sector; those of which nothing can be foretold are missing.</param>
/// <param name="DoneAt">When the last one is back; null where that cannot be foretold: no machine works, or none has told its pace.</param>
/// <param name="Fraction">Of the whole work, 0 to 1, by bytes of sectors; null where there is none.</param>
internal sealed record FleetForecast(FrozenDictionary<SectorId, DateTimeOffset> BackAt, DateTimeOffset? DoneAt, double? Fraction)
{
    /// <summary>Farther ahead nothing is foretold.</summary>
    private const double MostSeconds = 3e9;

    /// <summary>Foretells.</summary>
    /// <param name="view">What the database has.</param>
    /// <param name="silence">After how long without a sign of life a machine counts as gone.</param>
    public static FleetForecast Of(FleetView view, TimeSpan silence)
    {
        Dictionary<string, Machine> machines = Machines(view, silence);
        Shares shares = new(view.Workers);
        List<ClaimView> waiting = [];
        Dictionary<SectorId, Machine> own = [];
        foreach (ClaimView claim in view.Sectors.Where(claim => claim.State is ClaimState.Queued or ClaimState.Claimed))
        {
            if (claim.IsMade)
            {
                // What is made has to be fetched, which takes nobody's cores.
                continue;
            }

            bool isOwn = claim.State == ClaimState.Claimed || (claim.Progress.Placed && !claim.Paused);
            if (isOwn && claim.Worker is { } worker && machines.TryGetValue(worker, out Machine? machine))
            {
                machine.Busy += LeftOf(claim, shares) / machine.Pace;
                own.Add(claim.Sector, machine);
            }
            else if (!claim.Paused)
            {
                waiting.Add(claim);
            }
        }

        // What is at work on one machine goes side by side and ends together.
        Dictionary<SectorId, double> back = own.ToDictionary(sector => sector.Key, sector => sector.Value.Busy);
        Machine[] takers = [.. machines.Values.Where(machine => machine.Takes)];
        foreach (ClaimView claim in waiting)
        {
            if (takers.MinBy(machine => machine.Busy + (SizeOf(claim) / machine.Pace)) is not { } taker)
            {
                break;
            }

            taker.Busy += SizeOf(claim) / taker.Pace;
            back[claim.Sector] = taker.Busy;
        }

        bool isWhole = back.Count > 0 && waiting.All(claim => back.ContainsKey(claim.Sector)) && back.Values.All(seconds => seconds < MostSeconds);
        return new FleetForecast(
            back.Where(sector => sector.Value < MostSeconds).ToFrozenDictionary(sector => sector.Key, sector => view.At.AddSeconds(sector.Value)),
            isWhole ? view.At.AddSeconds(back.Values.Max()) : null,
            FractionOf(view, shares));
    }

    /// <summary>Machines that work, with their pace; one that has not told any goes as the others in their middle.</summary>
    private static Dictionary<string, Machine> Machines(FleetView view, TimeSpan silence)
    {
        WorkerView[] alive = [.. view.Workers.Where(worker => !worker.Ended && worker.HeardSecondsAgo < silence.TotalSeconds)];
        double[] known = [.. alive.Select(worker => PaceOf(worker.About)).OfType<double>().Order()];
        return known.Length == 0 ? [] : alive.ToDictionary(
            worker => worker.Name,
            worker => new Machine(PaceOf(worker.About) ?? known[known.Length / 2], takes: !worker.Draining && worker.Note is null));
    }

    /// <summary>As it was measured; what is only planned is corrected by how fast it labels beside what it should.</summary>
    private static double? PaceOf(MachineAbout? about) => about switch
    {
        { Pace: > 0 and var pace, PaceMeasured: true } => pace,
        { Pace: > 0 and var pace, LabelRate: > 0 and var rate, LabelRateExpected: > 0 and var expected } => pace * rate / expected,
        { Pace: > 0 and var pace } => pace,
        _ => null,
    };

    private static double? FractionOf(FleetView view, Shares shares)
    {
        ClaimView[] counted = [.. view.Sectors.Where(claim => claim.State != ClaimState.Cancelled)];
        double all = counted.Sum(SizeOf);
        return all > 0 ? Math.Round(Math.Clamp(1 - (counted.Sum(claim => LeftOf(claim, shares)) / all), 0, 1), 4) : null;
    }

    /// <summary>Bytes of a sector; where an older build put it on the list, as if it were of 32GiB.</summary>
    private static double SizeOf(ClaimView claim) => claim.Size ?? SectorSize.GiB32.Bytes;

    private static double LeftOf(ClaimView claim, Shares shares) => claim.State switch
    {
        ClaimState.Done => 0,
        ClaimState.Claimed => SizeOf(claim) * (1 - Done(claim.Progress, shares.Of(claim.Worker))),
        ClaimState.Queued when claim.IsMade => 0,
        ClaimState.Queued when claim.Progress.Placed => SizeOf(claim) * (1 - Done(claim.Progress, shares.Of(claim.Worker))),
        _ => SizeOf(claim),
    };

    /// <summary>How far a sector is. A plan has no time for installing, which is little beside the rest; where none tells of labels, only that counts.</summary>
    private static double Done(ClaimProgress progress, double? labels)
    {
        double within = progress.Steps > 0 ? Math.Clamp((progress.Step - 1 + progress.Fraction) / progress.Steps, 0, 1) : 0;
        return SitePhase.Stage(progress.Phase) switch
        {
            SectorStage.Labelling when labels is { } share => share * within,
            SectorStage.Trees when labels is { } share => share + ((1 - share) * within),
            SectorStage.Installing => 1,
            _ => 0,
        };
    }

    /// <summary>What part of a sector's time its labels are, by the plan of the machine that has it; of one that has not told, as the others in their middle.</summary>
    private sealed class Shares(IReadOnlyList<WorkerView> workers)
    {
        private readonly Dictionary<string, double> _told = workers.Where(worker => worker.About?.LabelShare is >= 0 and <= 1).ToDictionary(worker => worker.Name, worker => worker.About!.LabelShare!.Value);

        public double? Of(string? worker) => worker is not null && _told.TryGetValue(worker, out double share) ? share
            : _told.Count == 0 ? null
            : _told.Values.Order().ElementAt(_told.Count / 2);
    }

    /// <summary>A machine.</summary>
    /// <param name="pace">Bytes of sectors that it brings back a second.</param>
    /// <param name="takes">Whether it takes what waits.</param>
    private sealed class Machine(double pace, bool takes)
    {
        public double Pace => pace;

        public bool Takes => takes;

        /// <summary>Seconds until it has done what it has.</summary>
        public double Busy { get; set; }
    }
}
