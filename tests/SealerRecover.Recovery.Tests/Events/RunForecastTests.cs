using Filecoin.Primitives;
using Filecoin.Sealing.Steps;
using FsCheck;
using FsCheck.Fluent;
using SealerRecover.Recovery.Events;

namespace SealerRecover.Recovery.Tests.Events;

public sealed class RunForecastTests
{
    private const int Layers = 11;
    private static readonly DateTimeOffset Start = new(2026, 1, 2, 3, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Before_anything_is_done_it_is_what_was_expected_and_the_groups_come_one_after_the_other()
    {
        // Two groups of two, three hours each: the second is done six hours from now, half an hour too late for sector 4 alone.
        RunForecast forecast = new(
        [
            Time(1, 0, null), Time(2, 0, Start.AddHours(5)), Time(3, 1, Start.AddHours(9)), Time(4, 1, Start.AddHours(5.5)),
        ]);

        RecoveryEvent[] told = [.. forecast.Begin(Start)];

        RunReading reading = Assert.IsType<RunProgressed>(told[0]).Reading;
        Assert.Equal((0, 4, 0.0, TimeSpan.FromHours(6)), (reading.Ended, reading.Sectors, reading.Fraction, reading.Left));
        Assert.Equal([Sector(4)], reading.Late);
        Assert.Equal("f01000 sector 4 is going to be done too late for the next deadline", Assert.IsType<Notice>(told[1]).Text);
        Assert.Equal(2, told.Length);
    }

    [Fact]
    public void What_the_machine_really_does_decides_soon() => Prop.ForAll(
        Gen.Choose(5, 500).Select(percent => percent / 100.0).ToArbitrary(),
        slowness =>
        {
            // One sector after the other, each an hour of labels and a half of trees as expected, and so many times that in fact.
            RunForecast forecast = new([Time(1, 0, null), Time(2, 1, null), Time(3, 2, null), Time(4, 3, null)]);
            TimeSpan whole = TimeSpan.FromHours(6 * slowness);
            double last = 0;
            for (int percent = 1; percent < 100; percent++)
            {
                DateTimeOffset now = Start + (whole * percent / 100);
                DoUpTo(forecast, 4 * percent / 100.0, now);
                RunReading reading = forecast.Read(now);
                Assert.InRange(reading.Fraction, last, 1);
                last = reading.Fraction;
                TimeSpan wrong = (whole * (100 - percent) / 100) - reading.Left;
                if (percent >= 50)
                {
                    // Half of it was seen, and the expectation still weighs a fiftieth; a step of progress is a percent.
                    Assert.InRange(wrong.Duration() / whole, 0, 0.15);
                }
            }

            return true;
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void What_an_earlier_run_has_done_counts_as_done_and_not_as_fast_work()
    {
        RunForecast forecast = new([Time(1, 0, null)]);
        Tell(forecast, 1, SealPhase.LoadLayer, 6, Layers, 0, Start);
        Tell(forecast, 1, SealPhase.Label, 7, Layers, 0, Start);

        // An hour of labels for eleven layers: a layer more in the time that was expected of it.
        DateTimeOffset now = Start + (TimeSpan.FromHours(1) / Layers);
        Tell(forecast, 1, SealPhase.Label, 7, Layers, 1, now);

        RunReading reading = forecast.Read(now);
        Assert.Equal(0.5 + (4.0 / Layers), reading.Left.TotalHours, 3);
        Assert.Equal(7.0 / Layers / 1.5, reading.Fraction, 6);
    }

    [Fact]
    public void A_sector_that_failed_is_no_work_that_was_done_nor_left()
    {
        RunForecast forecast = new([Time(1, 0, Start.AddHours(2)), Time(2, 1, null)]);
        Tell(forecast, 1, SealPhase.Label, 1, Layers, 0, Start);
        DateTimeOffset now = Start.AddHours(1);
        Tell(forecast, 1, SealPhase.Label, Layers, Layers, 1, now);
        End(forecast, 1, OutcomeKind.Failed, now);

        RunReading reading = forecast.Read(now);
        Assert.Equal((1, 2), (reading.Ended, reading.Sectors));
        Assert.Equal(1.5, reading.Left.TotalHours, 3);
        Assert.Empty(reading.Late);
    }

    [Fact]
    public void Of_what_becomes_late_and_is_not_after_all_it_is_told_once_each()
    {
        RunForecast forecast = new([Time(1, 0, Start.AddHours(2))]);
        List<string> told = [.. Notices(forecast.Begin(Start))];
        Assert.Empty(told);

        // The first layer takes an hour instead of five minutes; the others no time at all.
        told.AddRange(Notices(Tell(forecast, 1, SealPhase.Label, 1, Layers, 0, Start)));
        for (int minute = 1; minute <= 60; minute++)
        {
            told.AddRange(Notices(Tell(forecast, 1, SealPhase.Label, 1, Layers, minute / 60.0, Start.AddMinutes(minute))));
        }

        for (int layer = 2; layer <= Layers; layer++)
        {
            told.AddRange(Notices(Tell(forecast, 1, SealPhase.Label, layer, Layers, 1, Start.AddMinutes(60).AddSeconds(20 * layer))));
        }

        Assert.Equal(
            ["f01000 sector 1 is going to be done too late for the next deadline", "f01000 sector 1 is going to be done in time after all"], told);
    }

    [Fact]
    public void A_run_of_seconds_is_not_told_of()
    {
        RunForecast forecast = new([new SectorTime(Sector(1), TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(2))]);
        Assert.Empty(forecast.Begin(Start));
        Assert.Empty(Tell(forecast, 1, SealPhase.Label, 1, Layers, 0.5, Start.AddSeconds(0.1)));
    }

    [Fact]
    public void The_sink_tells_what_the_first_forecast_says_until_that_is_over()
    {
        RecordingObserver observer = new();
        EventSink sink = new(observer, TimeProvider.System);
        using (sink.Follow(new RunForecast([Time(1, 0, null), Time(2, 0, null)])))
        {
            using (sink.Follow(new RunForecast([Time(1, 0, null)])))
            {
                sink.Ended(Ended(1, OutcomeKind.Installed));
            }

            sink.Ended(Ended(2, OutcomeKind.Installed));
        }

        sink.Ended(Ended(1, OutcomeKind.Installed));
        Assert.Equal([(0, 2), (1, 2), (2, 2)], observer.Events.OfType<RunProgressed>().Select(run => (run.Reading.Ended, run.Reading.Sectors)));
        Assert.Equal(TimeSpan.Zero, observer.Events.OfType<RunProgressed>().Last().Reading.Left);
    }

    private static SectorId Sector(ulong number) => new(new ActorId(1000), number);

    /// <summary>An hour of labels and half an hour of trees.</summary>
    private static SectorTime Time(ulong number, int group, DateTimeOffset? due) =>
        new(Sector(number), TimeSpan.FromHours(1), TimeSpan.FromHours(0.5), group, due);

    private static IEnumerable<string> Notices(IEnumerable<RecoveryEvent> told) => told.OfType<Notice>().Select(notice => notice.Text);

    private static RecoveryEvent[] Tell(RunForecast forecast, ulong number, SealPhase phase, int step, int steps, double within, DateTimeOffset at) =>
        [.. forecast.After(new PhaseProgressed(at, Sector(number), new SealProgress(phase, step, steps, (long)(1_000_000 * within), 1_000_000)))];

    private static void End(RunForecast forecast, ulong number, OutcomeKind kind, DateTimeOffset at) =>
        _ = forecast.After(new SectorEnded(at, Ended(number, kind))).ToArray();

    private static SectorOutcome Ended(ulong number, OutcomeKind kind) => new(Sector(number), kind, null, [], TimeSpan.Zero, null);

    /// <summary>So many sectors and parts of one are done, one after the other.</summary>
    private static void DoUpTo(RunForecast forecast, double sectors, DateTimeOffset now)
    {
        ulong number = (ulong)sectors + 1;
        double part = 1.5 * (sectors - Math.Floor(sectors));
        if (number > 1)
        {
            End(forecast, number - 1, OutcomeKind.Installed, now);
        }

        Tell(forecast, number, SealPhase.Label, 1, 1, Math.Min(1, part), now);
        if (part > 1)
        {
            Tell(forecast, number, SealPhase.Trees, 1, 1, (part - 1) / 0.5, now);
        }
    }
}
