using Filecoin.Primitives;
using SealerRecover.Fleet.Claims;
using SealerRecover.Fleet.Jobs;
using SealerRecover.Fleet.Site;
using SealerRecover.Fleet.Work;
using SealerRecover.Recovery.Events;
using SealerRecover.Recovery.Settings;

namespace SealerRecover.Tests.Fleet;

/// <summary>When a fleet will be done, without a database.</summary>
public sealed class ForecastTests
{
    private const long Size = 1000;
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Silence = TimeSpan.FromMinutes(2);

    [Fact]
    public void What_waits_goes_to_the_machine_that_would_have_it_back_first()
    {
        // "fast" brings back a sector in 10 s, "slow" in 25 s.
        FleetForecast forecast = Of(
            [Waiting(1), Waiting(2), Waiting(3), Waiting(4)],
            Machine("fast", 100), Machine("slow", 40));
        Assert.Equal([10, 20, 25, 30], Enumerable.Range(1, 4).Select(number => Seconds(forecast, number)).Order());
        Assert.Equal(25, Seconds(forecast, 3));
        Assert.Equal(Now.AddSeconds(30), forecast.DoneAt);
        Assert.Equal(0, forecast.Fraction);
    }

    [Fact]
    public void What_is_at_work_goes_first_and_counts_as_far_as_it_is()
    {
        ClaimView half = Waiting(1) with { State = ClaimState.Claimed, Worker = "a", Progress = new ClaimProgress(true, "label", 6, 10, 0) };
        FleetForecast forecast = Of([half, Waiting(2)], Machine("a", 100));
        Assert.Equal(6, Seconds(forecast, 1));
        Assert.Equal(16, Seconds(forecast, 2));
        Assert.Equal(0.2, forecast.Fraction);

        // By the plan of the machine that has it, however it divides a sector; of one that told none, by that of another.
        FleetForecast even = Of([half], Machine("a", 100) with { About = new MachineAbout { Pace = 100, LabelShare = 0.5 } }, Machine("b", 0) with { Ended = true });
        Assert.Equal((7.5, 0.25), (Seconds(even, 1), even.Fraction));
        ClaimView trees = half with { Progress = new ClaimProgress(true, "trees", 1, 2, 0) };
        Assert.Equal(0.4, Of([trees], Machine("a", 100) with { About = new MachineAbout { Pace = 100, LabelShare = 0.4 } }).Fraction);
        Assert.Equal(6, Seconds(Of([half], Machine("a", 0) with { About = null }, Machine("b", 100)), 1));
        FleetForecast untold = Of([half, trees with { Sector = Sector(2), Progress = new ClaimProgress(true, "install", 1, 1, 0) }], Machine("a", 100) with { About = new MachineAbout { Pace = 100 } });
        Assert.Equal(0.5, untold.Fraction);

        // Given back with its layers, it still goes on there.
        Assert.Equal(6, Seconds(Of([half with { State = ClaimState.Queued }, Waiting(2)], Machine("a", 100), Machine("b", 1000)), 1));

        // What a machine has that is gone is begun anew elsewhere.
        Assert.Equal(10, Seconds(Of([half], Machine("a", 100) with { HeardSecondsAgo = 500 }, Machine("b", 100)), 1));
    }

    [Fact]
    public void A_plan_is_corrected_by_how_fast_labels_come_and_a_pace_that_was_measured_is_not()
    {
        MachineAbout planned = new() { Pace = 100, LabelRate = 5, LabelRateExpected = 10 };
        Assert.Equal(20, Seconds(Of([Waiting(1)], Machine("a", 0) with { About = planned }), 1));
        Assert.Equal(10, Seconds(Of([Waiting(1)], Machine("a", 0) with { About = planned with { PaceMeasured = true } }), 1));
    }

    [Fact]
    public void A_machine_tells_how_its_plan_divides_a_sector()
    {
        SectorId sector = FleetCase.Sample.Sector;
        RecoverySettings recover = new() { ResultFolder = "/result", TempFolder = "/temp", ParentCacheFolder = "/parents" };
        MachineReport report = new(new WorkerSettings { Name = "a", Recover = recover, ExitCodeOf = _ => 70 });
        Assert.Null(report.Read(null).LabelShare);
        report.Begin(new Batch([new Offer(new Candidate(1, 0, sector, ""), new SectorJob(FleetCase.Sample, JobKind.Recover, null))], recover, null)
        {
            Times = [new SectorTime(sector, TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(10))],
        });
        Assert.Equal((0.75, 2048 / 40.0), (report.Read(null).LabelShare, report.Read(null).Pace));
    }

    [Fact]
    public void Nothing_is_foretold_where_no_machine_works_or_none_takes_what_waits()
    {
        Assert.Null(Of([Waiting(1)]).DoneAt);
        Assert.Null(Of([Waiting(1)], Machine("new", 0) with { About = null }).DoneAt);
        Assert.Null(Of([Waiting(1)], Machine("a", 100) with { Draining = true }).DoneAt);
        Assert.Null(Of([Waiting(1)], Machine("a", 100) with { Ended = true }).DoneAt);

        // What is paused, failed or taken off is not waited for; a machine that says no pace goes as the others.
        FleetForecast forecast = Of(
            [Waiting(1), Waiting(2) with { Paused = true }, Waiting(3) with { State = ClaimState.Failed }, Waiting(4) with { State = ClaimState.Cancelled }],
            Machine("new", 0) with { About = null }, Machine("a", 100));
        Assert.Equal(Now.AddSeconds(10), forecast.DoneAt);
        Assert.Equal([1ul], forecast.BackAt.Keys.Select(sector => sector.Number));
    }

    private static FleetForecast Of(ClaimView[] claims, params WorkerView[] machines) => FleetForecast.Of(new FleetView(Now, claims, machines), Silence);

    private static double Seconds(FleetForecast forecast, int number) => Math.Round((forecast.BackAt[Sector(number)] - Now).TotalSeconds, 3);

    private static SectorId Sector(int number) => new(new ActorId(1000), (ulong)number);

    private static WorkerView Machine(string name, double pace) => new(name, Now, 1, false, false, null, new MachineAbout { Pace = pace, LabelShare = 0.8 });

    private static ClaimView Waiting(int number) => new(
        Sector(number), ClaimState.Queued, false, 0, null, 0, null, Now, Now, default, null, null, null, "recover", Now, Size, default, null);
}
