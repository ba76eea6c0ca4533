using System.Globalization;
using System.Numerics;
using Filecoin.Primitives;
using SealerRecover.Recovery.Metrics;

namespace SealerRecover.Recovery.Site;

/// <summary>What is watched, as metrics.</summary>
public static class SiteMetrics
{
    private const string Paused = "paused";
    private const string Cancelled = "cancelled";

    /// <summary>attoFIL of one FIL.</summary>
    private const double Atto = 1e18;

    private static readonly string[] MachineStates = ["working", "idle", "draining", "ended", "gone"];

    /// <summary>A state, in the order of <see cref="Metric.All"/>.</summary>
    public static IReadOnlyList<Sample> Of(SiteState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        return Metric.InOrder([new Sample(SiteMetric.Up, 1), .. OfSectors(state), .. OfRun(state), .. OfMachines(state)]);
    }

    /// <summary>What is watched as it stands now. Does not throw where it cannot be read: that is told as a metric.</summary>
    public static IReadOnlyList<Sample> Of(ISite site)
    {
        ArgumentNullException.ThrowIfNull(site);
        try
        {
            return Of(site.Read());
        }
        catch (OperatorException)
        {
            return [new Sample(SiteMetric.Up, 0)];
        }
    }

    private static IEnumerable<Sample> OfSectors(SiteState state)
    {
        ILookup<string, SiteSector> standing = state.Sectors.ToLookup(
            sector => sector.Cancelled ? Cancelled : sector.Paused && sector.Stage == SectorStage.Queued ? Paused : Metric.Word(sector.Stage));
        foreach (string word in (string[])[.. Enum.GetValues<SectorStage>().Select(Metric.Word), Paused, Cancelled])
        {
            yield return new Sample(SiteMetric.Sectors, standing[word].Count(), word);
        }

        foreach (IGrouping<int, SiteSector> failed in standing[Metric.Word(SectorStage.Failed)].GroupBy(sector => sector.ExitCode ?? 0).OrderBy(group => group.Key))
        {
            yield return new Sample(SiteMetric.Failed, failed.Count(), failed.Key.ToString(CultureInfo.InvariantCulture));
        }

        yield return new Sample(SiteMetric.Late, state.Sectors.Count(sector => sector.Late));
        foreach (SiteSector sector in state.Sectors
            .Where(sector => sector.FaultEnd is not null && sector.Stage != SectorStage.Done && !sector.Cancelled)
            .OrderBy(sector => sector.FaultEnd).ThenBy(sector => sector.Sector.Number).Take(Metric.MostSectors))
        {
            (string miner, string number) = (sector.Sector.Miner.ToString(), sector.Sector.Number.ToString(CultureInfo.InvariantCulture));
            yield return new Sample(SiteMetric.FaultEnd, Metric.Seconds(sector.FaultEnd!.Value), miner, number);
            yield return new Sample(SiteMetric.Begun, IsAtWork(sector) ? 1 : 0, miner, number);
        }
    }

    private static IEnumerable<Sample> OfRun(SiteState state)
    {
        SiteRun run = state.Run;
        (Metric Of, double? Value)[] all =
        [
            (SiteMetric.Ratio, run.Fraction),
            (SiteMetric.Done, run.DoneAt is { } done ? Metric.Seconds(done) : null),
            (SiteMetric.NextDue, run.NextDue is { } due ? Metric.Seconds(due) : null),
            (SiteMetric.Lost, Fil(run.LostPerDay)),
            (SiteMetric.Saved, Fil(run.SavedPerDay)),
        ];
        return
        [
            .. all.Where(one => one.Value is not null).Select(one => new Sample(one.Of, one.Value!.Value)),
            .. Enum.GetValues<ConcernLevel>().Select(level => new Sample(SiteMetric.Concerns, state.Concerns.Count(concern => concern.Level == level), Metric.Word(level))),
        ];
    }

    private static IEnumerable<Sample> OfMachines(SiteState state)
    {
        ILookup<string?, SiteSector> work = state.Sectors.Where(IsAtWork).ToLookup(sector => sector.Machine);
        ILookup<string, SiteMachine> standing = state.Machines.ToLookup(machine =>
            machine.Ended ? "ended"
            : !machine.Alive ? "gone"
            : machine.Draining ? "draining"
            : work.Contains(machine.Name) ? "working" : "idle");
        foreach (string word in MachineStates)
        {
            yield return new Sample(SiteMetric.Machines, standing[word].Count(), word);
        }

        foreach (SiteMachine machine in state.Machines.OrderBy(machine => machine.Ended).Take(SiteMetric.MostMachines))
        {
            (Metric Of, double? Value)[] all =
            [
                (SiteMetric.Gone, !machine.Alive && !machine.Ended ? 1 : 0),
                (SiteMetric.Heard, machine.HeardSecondsAgo is { } ago ? Metric.Seconds(state.At.AddSeconds(-ago)) : null),
                (SiteMetric.MachineSectors, work[machine.Name].Count()),
                (SiteMetric.Busy, machine.Busy),
                (SiteMetric.LabelRate, machine.LabelRate),
                (SiteMetric.LabelRateExpected, machine.LabelRateExpected),
                (SiteMetric.DiskFree, machine.DiskAvailable),
                (SiteMetric.DiskSize, machine.Disk),
                (SiteMetric.MemoryFree, machine.MemoryAvailable),
                (SiteMetric.MemorySize, machine.Memory),
            ];
            foreach ((Metric of, double? value) in all.Where(one => one.Value is not null))
            {
                yield return new Sample(of, value!.Value, machine.Name);
            }
        }
    }

    private static bool IsAtWork(SiteSector sector) => sector.Stage.IsAtWork() && !sector.Cancelled;

    private static double? Fil(string? atto) =>
        BigInteger.TryParse(atto, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out BigInteger amount) ? (double)amount / Atto : null;
}
