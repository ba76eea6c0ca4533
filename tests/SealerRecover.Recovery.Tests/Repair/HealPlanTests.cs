using Filecoin.Chain.Facts;
using SealerRecover.Recovery.Repair;

namespace SealerRecover.Recovery.Tests.Repair;

public sealed class HealPlanTests
{
    private const long HeadEpoch = 100_000;
    private const long Day = 2880;
    private static readonly DateTimeOffset Now = new(2026, 3, 4, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void What_ends_within_three_days_comes_first_then_what_is_due_first_and_what_nothing_waits_for_last()
    {
        HealPlan plan = Plan(
            (Unknown(1), "/a"),
            (Faulty(2, opens: 2000), "/a"),
            (Faulty(3, opens: 1000), "/a"),
            (Faulty(4, opens: 2500, ends: HeadEpoch + (2 * Day)), "/a"),
            (Faulty(5, opens: 2600, ends: HeadEpoch + Day), "/a"),
            (Faulty(6, opens: 1000, ends: HeadEpoch + (4 * Day)), "/a"));

        Assert.Equal([5UL, 4, 6, 3, 2, 1], plan.Steps.Select(step => step.Repair.Facts.Sector.Number));
        Assert.Equal(Enumerable.Range(1, 6).Select(hours => Now.AddHours(hours)), plan.Steps.Select(step => step.Done));
        Assert.Equal(Now.AddHours(6), plan.Done);
        Assert.Null(plan.Steps[^1].Due);
    }

    [Fact]
    public void What_is_due_together_in_one_place_is_mended_together_and_a_share_says_with_whom()
    {
        HealPlan plan = Plan(
            (Faulty(1, opens: 1000), "/a"), (Faulty(2, opens: 1000), "/b"), (Faulty(3, opens: 1000), "/a"), (Faulty(4, opens: 2000), "/a"));

        Assert.Equal(
            [("/a", "1 3"), ("/b", "2"), ("/a", "4")],
            plan.Batches.Select(batch => (batch.StoragePath, string.Join(' ', batch.Facts.Select(facts => facts.Sector.Number)))));
        Assert.Equal([(1UL, 0), (3, 0), (2, 1), (4, 2)], plan.Times.Select(time => (time.Sector.Number, time.Group)));
        Assert.All(plan.Times, time => Assert.Equal((TimeSpan.FromMinutes(40), TimeSpan.FromHours(1)), (time.Labels, time.Time)));
        Assert.Equal(plan.Steps[0].Due, plan.Times.First().Due);
    }

    [Fact]
    public void What_comes_after_it_is_due_is_late()
    {
        // 400 epochs are 200 minutes, less the 90 in which files have to stand: the second is ready 10 minutes late.
        HealPlan plan = Plan((Faulty(1, opens: 400), "/a"), (Faulty(2, opens: 400), "/a"));
        Assert.Equal([false, true], plan.Steps.Select(step => step.IsLate));
        Assert.Equal(Now.AddMinutes(110), plan.Steps[1].Due);
    }

    private static HealPlan Plan(params (SectorFacts Facts, string Path)[] sectors) => HealPlan.Of(
        sectors.Select(sector => (
            new SectorRepair(sector.Facts, sector.Path, RepairKind.Everything),
            new RepairCost(TimeSpan.FromHours(1), 1, 0, 0, TimeSpan.FromMinutes(40)))),
        Now);

    private static SectorFacts Unknown(ulong number) => FakeSealer.Facts(number) with { Status = null };

    /// <summary>Faulty, with a deadline that opens so many epochs from now.</summary>
    private static SectorFacts Faulty(ulong number, long opens, long ends = HeadEpoch + (30 * Day)) => FakeSealer.Facts(number) with
    {
        Status = new ChainStatus
        {
            State = SectorState.Proven,
            HeadEpoch = HeadEpoch,
            HeadTime = Now,
            Deadline = 7,
            DeadlineOpens = HeadEpoch + opens,
            IsFaulty = true,
            FaultTerminatesAt = ends,
        },
    };
}
