using System.Collections.Immutable;
using Filecoin.Primitives;
using SealerRecover.Recovery.Metrics;
using SealerRecover.Recovery.Site;

namespace SealerRecover.Tests.Recovery.Site;

public sealed class ConcernsTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Where_all_goes_well_there_is_none() => Assert.Empty(Of(
        [Sector(1, SectorStage.Labelling) with { Machine = "a", Moved = Now.AddSeconds(-5) }, Sector(2), Sector(3, SectorStage.Done)],
        [Machine("a"), Machine("gone home") with { Alive = false, Ended = true }]));

    [Fact]
    public void Sectors_that_failed_are_told_by_exit_code_with_what_mends_them()
    {
        ImmutableArray<SiteConcern> concerns = Of(
            [Failed(1, 8), Failed(2, 13), Failed(3, 8)], [Machine("a")]);
        Assert.Equal(["meaning 8", "meaning 13"], concerns.Select(concern => concern.Text.Split(": ")[1].Split(" (")[0]));
        Assert.Equal([1ul, 3], concerns[0].Sectors.Select(sector => sector.Number));
        Assert.Equal(["mend failed 8 1,3"], concerns[0].Commands);
        Assert.Equal([8, 13], concerns.Select(concern => concern.ExitCode));
        Assert.All(concerns, concern => Assert.Equal((ConcernLevel.Urgent, Concerns.Failed), (concern.Level, concern.Kind)));
    }

    [Fact]
    public void A_machine_that_is_gone_presses_if_it_has_sectors()
    {
        ImmutableArray<SiteConcern> concerns = Of(
            [Sector(1, SectorStage.Trees) with { Machine = "a" }, Sector(2) with { Machine = "a", Phase = "label" }, Sector(3)],
            [Machine("a") with { Alive = false, HeardSecondsAgo = 900 }, Machine("b") with { Alive = false, HeardSecondsAgo = 9000 }, Machine("c")]);
        Assert.Equal([("a", ConcernLevel.Urgent, 2), ("b", ConcernLevel.Warning, 0)], concerns.Select(concern => (concern.Machine!, concern.Level, concern.Sectors.Length)));
        Assert.StartsWith("a was not heard of for 15 minutes and has 2 sectors: ", concerns[0].Text, StringComparison.Ordinal);
        Assert.Equal("b was not heard of for 2.5 hours", concerns[1].Text);
        Assert.Equal([15, 150], concerns.Select(concern => concern.Minutes));
    }

    [Fact]
    public void What_stands_still_for_ten_minutes_is_told_by_machine()
    {
        SiteSector still = Sector(1, SectorStage.Labelling) with { Machine = "a", Moved = Now.AddMinutes(-11) };
        Assert.Equal((Concerns.NothingMoves, "a", 11), Assert.Single(Of([still], [Machine("a")]).Select(concern => (concern.Kind, concern.Machine!, concern.Minutes!.Value))));
        Assert.Empty(Of([still, Sector(2, SectorStage.Trees) with { Machine = "a", Moved = Now.AddMinutes(-1) }], [Machine("a")]));

        // One machine's run is judged likewise; one that ended is not.
        SiteState alone = State([still with { Machine = null }], []) with { IsFleet = false };
        Assert.Equal(Concerns.NothingMoves, Assert.Single(Concerns.Of(alone, new Words(), [])).Kind);
        Assert.Empty(Concerns.Of(alone with { Run = new SiteRun { Ended = Now } }, new Words(), []));
    }

    [Fact]
    public void What_nobody_takes_is_told_and_why()
    {
        Assert.Equal(Concerns.NoMachine, Assert.Single(Of([Sector(1)], [])).Kind);
        Assert.Equal(Concerns.NoMachine, Assert.Single(Of([Sector(1)], [Machine("a") with { Draining = true }])).Kind);
        Assert.Empty(Of([Sector(1) with { Paused = true }], []));
        SiteMachine small = Machine("small") with { Note = "memory does not suffice" };
        Assert.Equal((ConcernLevel.Urgent, Concerns.CannotHold, small.Note), Assert.Single(Of([Sector(1)], [small]).Select(concern => (concern.Level, concern.Kind, concern.Detail))));
        Assert.Equal(ConcernLevel.Warning, Assert.Single(Of([Sector(1)], [small, Machine("large")])).Level);
    }

    [Fact]
    public void Debts_and_what_comes_late_press_and_the_most_pressing_is_first()
    {
        ImmutableArray<SiteConcern> concerns = Concerns.Of(
            State([Sector(1) with { Late = true }, Failed(2, 8)], [Machine("b") with { Alive = false }, Machine("a")]), new Words(), [("f01000 owes", ["pay"])]);
        Assert.Equal([Concerns.Debt, Concerns.Late, Concerns.Failed, Concerns.MachineGone], concerns.Select(concern => concern.Kind));
        Assert.Equal(["pay"], concerns[0].Commands);
        Assert.Equal(["mend late  1"], concerns[1].Commands);
    }

    [Fact]
    public void A_check_that_failed_is_told_with_its_exit_code_and_how_it_is_made_again()
    {
        SiteCheck failed = new() { Kind = "survey", Place = "/sector2", Stage = SectorStage.Failed, Machine = "a", ExitCode = 70, Message = "it broke" };
        SiteConcern concern = Assert.Single(Concerns.Of(State([], []) with { Checks = [failed, failed with { Stage = SectorStage.Queued }] }, new Words(), []));
        Assert.Equal((ConcernLevel.Warning, Concerns.CheckFailed, "a"), (concern.Level, concern.Kind, concern.Machine));
        Assert.Equal("a look at /sector2 failed (meaning 70, exit code 70): it broke", concern.Text);
        Assert.Equal(["again survey /sector2"], concern.Commands);
    }

    private static ImmutableArray<SiteConcern> Of(ImmutableArray<SiteSector> sectors, ImmutableArray<SiteMachine> machines) =>
        Concerns.Of(State(sectors, machines), new Words(), []);

    private static SiteState State(ImmutableArray<SiteSector> sectors, ImmutableArray<SiteMachine> machines) =>
        new() { At = Now, Source = "", IsFleet = true, Version = "", Run = new SiteRun(), Sectors = sectors, Machines = machines };

    private static SiteSector Sector(ulong number, SectorStage stage = SectorStage.Queued) => new() { Sector = new SectorId(new ActorId(1000), number), Stage = stage };

    private static SiteSector Failed(ulong number, int code) => Sector(number, SectorStage.Failed) with { ExitCode = code };

    private static SiteMachine Machine(string name) => new() { Name = name, Alive = true, HeardSecondsAgo = 1 };

    private sealed class Words : IConcernWords
    {
        public string Failure(int exitCode) => $"meaning {exitCode}";

        public ImmutableArray<string> Commands(string kind, int? exitCode, IReadOnlyList<SectorId> sectors, bool isFleet) =>
            [$"mend {kind} {exitCode} {string.Join(',', sectors.Select(sector => sector.Number))}"];

        public ImmutableArray<string> Again(SiteCheck check) => [$"again {check.Kind} {check.Place}"];
    }
}
