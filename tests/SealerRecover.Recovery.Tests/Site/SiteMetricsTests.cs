using Filecoin.Primitives;
using SealerRecover.Recovery.Metrics;
using SealerRecover.Recovery.Site;

namespace SealerRecover.Recovery.Tests.Site;

/// <summary>A fleet as metrics.</summary>
public sealed class SiteMetricsTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 2, 3, 0, 0, TimeSpan.Zero);

    private static readonly SiteState State = new()
    {
        At = Now,
        Source = "fleet",
        IsFleet = true,
        Version = "1",
        Run = new SiteRun { Fraction = 0.25, DoneAt = Now.AddHours(1), LostPerDay = "2500000000000000000" },
        Sectors =
        [
            Sector(1, SectorStage.Labelling) with { Machine = "a", FaultEnd = Now.AddDays(2) },
            Sector(2, SectorStage.Queued) with { FaultEnd = Now.AddDays(1), Late = true },
            Sector(3, SectorStage.Queued) with { Paused = true },
            Sector(4, SectorStage.Trees) with { Machine = "a", Paused = true },
            Sector(5, SectorStage.Failed) with { ExitCode = 8, Machine = "b" },
            Sector(6, SectorStage.Failed) with { ExitCode = 8 },
            Sector(7, SectorStage.Failed) with { ExitCode = 10 },
            Sector(8, SectorStage.Done) with { FaultEnd = Now.AddDays(1), Machine = "b" },
            Sector(9, SectorStage.Queued) with { Cancelled = true, FaultEnd = Now.AddDays(1) },
        ],
        Machines =
        [
            new SiteMachine { Name = "a", Alive = true, HeardSecondsAgo = 1.5, Cores = 8, Busy = 0.5, Disk = 100, DiskAvailable = 40, LabelRate = 5, LabelRateExpected = 6 },
            new SiteMachine { Name = "b", Alive = false, HeardSecondsAgo = 900 },
            new SiteMachine { Name = "c", Alive = false, Ended = true },
            new SiteMachine { Name = "d", Alive = true, Draining = true },
            new SiteMachine { Name = "e", Alive = true },
        ],
        Concerns = [new SiteConcern(ConcernLevel.Urgent, "machine_gone", [], "b", "b is gone", [])],
    };

    private readonly IReadOnlyList<Sample> _samples = SiteMetrics.Of(State);

    [Fact]
    public void Every_sector_is_in_one_state_and_what_is_paused_is_not_in_the_queue()
    {
        Assert.Equal(State.Sectors.Length, _samples.Where(sample => sample.Of == SiteMetric.Sectors).Sum(sample => sample.Value));
        Assert.Equal((1, 1, 1, 1), (Of(SiteMetric.Sectors, "queued"), Of(SiteMetric.Sectors, "paused"), Of(SiteMetric.Sectors, "cancelled"), Of(SiteMetric.Sectors, "trees")));
        Assert.Equal((2, 1, 1), (Of(SiteMetric.Failed, "8"), Of(SiteMetric.Failed, "10"), Of(SiteMetric.Late)));
    }

    [Fact]
    public void Sectors_that_are_not_back_have_their_end_the_first_first()
    {
        Sample[] ends = [.. _samples.Where(sample => sample.Of == SiteMetric.FaultEnd)];
        Assert.Equal(["2", "1"], ends.Select(sample => sample.LabelValues[1]));
        Assert.Equal(Now.AddDays(1).ToUnixTimeSeconds(), ends[0].Value);
        Assert.Equal((0, 1), (Of(SiteMetric.Begun, "f01000", "2"), Of(SiteMetric.Begun, "f01000", "1")));
    }

    [Fact]
    public void Machines_are_told_by_state_and_by_name()
    {
        Assert.Equal(
            [("working", 1.0), ("idle", 1.0), ("draining", 1.0), ("ended", 1.0), ("gone", 1.0)],
            _samples.Where(sample => sample.Of == SiteMetric.Machines).Select(sample => (sample.LabelValues[0], sample.Value)));
        Assert.Equal((0, 1, 0), (Of(SiteMetric.Gone, "a"), Of(SiteMetric.Gone, "b"), Of(SiteMetric.Gone, "c")));
        Assert.Equal((Now.ToUnixTimeSeconds() - 1.5, 2, 0), (Of(SiteMetric.Heard, "a"), Of(SiteMetric.MachineSectors, "a"), Of(SiteMetric.MachineSectors, "b")));
        Assert.Equal((40, 100, 5, 6, 0.5), (Of(SiteMetric.DiskFree, "a"), Of(SiteMetric.DiskSize, "a"), Of(SiteMetric.LabelRate, "a"), Of(SiteMetric.LabelRateExpected, "a"), Of(SiteMetric.Busy, "a")));
        Assert.DoesNotContain(_samples, sample => sample.Of == SiteMetric.DiskFree && sample.LabelValues[0] == "b");
    }

    [Fact]
    public void The_run_is_told_in_FIL_and_what_needs_a_person_by_level()
    {
        Assert.Equal((0.25, 2.5, Now.AddHours(1).ToUnixTimeSeconds()), (Of(SiteMetric.Ratio), Of(SiteMetric.Lost), Of(SiteMetric.Done)));
        Assert.Equal((1, 0), (Of(SiteMetric.Concerns, "urgent"), Of(SiteMetric.Concerns, "warning")));
        Assert.DoesNotContain(_samples, sample => sample.Of == SiteMetric.Saved || sample.Of == SiteMetric.NextDue);
    }

    [Fact]
    public void A_scrape_holds_a_run_and_a_fleet_and_says_when_the_fleet_cannot_be_read()
    {
        RunMetrics run = new("1", Now);
        string text = new SiteScrape("1", (run, "fleet"), new Fixed(State)).Text();
        Assert.Contains("sealer_recover_running{command=\"fleet\"} 1\n", text, StringComparison.Ordinal);
        Assert.Contains("sealer_recover_site_machine_gone{machine=\"b\"} 1\n", text, StringComparison.Ordinal);
        string[] told = [.. text.Split('\n').Where(line => line.StartsWith("# TYPE", StringComparison.Ordinal))];
        Assert.Equal(told.Distinct(), told);

        text = new SiteScrape("1", null, new Fixed(null)).Text();
        Assert.Contains("sealer_recover_build_info{version=\"1\"} 1\n", text, StringComparison.Ordinal);
        Assert.EndsWith("sealer_recover_site_up 0\n", text, StringComparison.Ordinal);
    }

    private static SiteSector Sector(ulong number, SectorStage stage) => new() { Sector = new SectorId(new Filecoin.Primitives.ActorId(1000), number), Stage = stage };

    private double Of(Metric metric, params string[] labels) => _samples.Single(sample => sample.Of == metric && sample.LabelValues.SequenceEqual(labels)).Value;

    private sealed class Fixed(SiteState? state) : ISite
    {
        public ISiteActions? Actions => null;

        public SiteState Read() => state ?? throw new OperatorException(FailureKind.NodeUnreachable, "the database does not answer", "start it");

        public SiteSectorDetail? Sector(SectorId sector) => null;
    }
}
