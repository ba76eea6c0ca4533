using Filecoin.Chain.Facts;
using Filecoin.Chain.Rules;
using Filecoin.Primitives;
using Filecoin.Sealing.Files;
using Filecoin.Sealing.Steps;
using SealerRecover.Recovery.Content;
using SealerRecover.Recovery.Events;
using SealerRecover.Recovery.Metrics;
using SealerRecover.Recovery.Settings;
using SealerRecover.Recovery.Site;
using SealerRecover.Recovery.Workspace;

namespace SealerRecover.Recovery.Tests.Site;

/// <summary>A run that says how it stands, and somebody who watches it.</summary>
public sealed class RunSiteTests : IDisposable
{
    private static readonly DateTimeOffset Start = new(2026, 1, 2, 3, 0, 0, TimeSpan.Zero);
    private static readonly SiteMachine Machine = new() { Name = "here", Alive = true, Gpus = ["a card"] };

    private readonly TestFolder _folder = new();
    private readonly Clock _time = new();
    private readonly RunSiteBook _book = new("recover", "here:/t", "1.2.3", Start, failure => new SiteFailure(8, failure.Message, "likely: the ticket"));
    private readonly RunFile _file;
    private RunProcess _process;

    public RunSiteTests()
    {
        _file = new RunFile(LinuxFileSystem.Instance, _folder.Path);
        _process = _file.Process;
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_run_is_watched_from_its_plan_to_its_end()
    {
        _book.Planned([FakeSealer.Facts(1), FakeSealer.Facts(2), FakeSealer.Facts(3)], Start);
        Assert.All(Read().Sectors, sector => Assert.Equal(SectorStage.Queued, sector.Stage));

        _book.On(new SectorStarted(Start, Id(1), Resumed: true));
        Phase(1, SealPhase.LoadLayer, 1, 2, 8, 8, at: 1);
        Phase(1, SealPhase.Label, 2, 2, 2, 8, at: 2);
        Phase(1, SealPhase.Label, 2, 2, 6, 8, at: 4);
        SiteSector sector = Read().Sectors[0];
        Assert.Equal((SectorStage.Labelling, "label", 2, 2, 0.75, "nodes"), (sector.Stage, sector.Phase, sector.Step, sector.Steps, sector.Fraction, sector.Unit));
        Assert.Equal(2, sector.Rate!.Value, 3);
        Assert.Equal(2, Read().Machines[0].LabelRate!.Value, 3);
        Assert.Equal([("layer_1", 1, null), ("layer_2", 0.75, null), ("trees", 0, null), ("install", 0, null)], Steps(1));

        Phase(1, SealPhase.Label, 2, 2, 8, 8, at: 5);
        Phase(1, SealPhase.Trees, 1, 1, 2, 8, at: 7);
        Assert.Equal([("layer_1", 1, null), ("layer_2", 1, 4d), ("trees", 0.25, null), ("install", 0, null)], Steps(1));
        _book.On(new SectorEnded(Start.AddSeconds(9), new SectorOutcome(Id(1), OutcomeKind.Installed, null, [], TimeSpan.Zero, null)));
        _book.On(new SectorEnded(Start.AddSeconds(9), new SectorOutcome(
            Id(2), OutcomeKind.Failed, null, [], TimeSpan.Zero, new OperatorException(FailureKind.CommitmentMismatch, "another CommR", "look"))));
        SiteState state = Read();
        Assert.Equal([SectorStage.Done, SectorStage.Failed, SectorStage.Queued], state.Sectors.Select(one => one.Stage));
        Assert.Equal(("installed", 8, "another CommR"), (state.Sectors[0].Outcome, state.Sectors[1].ExitCode, state.Sectors[1].Message));
        SiteConcern concern = Assert.Single(state.Concerns);
        Assert.Equal(("failed", Id(2)), (concern.Kind, Assert.Single(concern.Sectors)));
        Assert.Equal("likely: the ticket", Site().Sector(Id(2))!.Diagnosis);
        Assert.Contains(Site().Sector(Id(1))!.Facts, fact => fact.Name == "sealed_cid");
        Assert.Null(Site().Sector(Id(9)));
        Assert.Null(Site().Actions);

        _book.Ended(Start.AddSeconds(10), 8);
        Assert.Equal((Start.AddSeconds(10), 8), (Read().Run.Ended, Read().Run.ExitCode));
        Assert.True(Read().Machines[0].Ended);
    }

    [Fact]
    public void Base_trees_grow_one_by_one_and_behind_them_those_of_an_update()
    {
        _book.Planned([FakeSealer.Facts(1, proof: (int)RegisteredSealProof.StackedDrg32GiBV1_1)], Start);
        Assert.Equal(["layer_10", "layer_11", .. Enumerable.Range(1, 8).Select(tree => $"trees_{tree}"), "install"], Steps(1).Skip(9).Select(step => step.Name));

        // An earlier run made the layers and the first two.
        Phase(1, SealPhase.Trees, 3, 8, 4, 8, at: 2);
        Phase(1, SealPhase.Trees, 3, 8, 8, 8, at: 5);
        Phase(1, SealPhase.Trees, 4, 8, 2, 8, at: 6);
        Assert.All(Steps(1).Take(13), step => Assert.Equal((1, null), (step.Fraction, step.Seconds)));
        Assert.Equal([("trees_3", 1, 3d), ("trees_4", 0.25, null), ("trees_5", 0, null)], Steps(1).Skip(13).Take(3));

        Phase(1, SealPhase.Trees, 1, 8, 4, 8, at: 9, of: StepsOf.Update);
        Phase(1, SealPhase.TreeD, 1, 1, 4, 8, at: 9, of: StepsOf.Update);
        Assert.Equal([("update_tree_d", 0.5, null), ("update_trees_1", 0.5, null), ("update_trees_2", 0, null)], Steps(1).SkipWhile(step => step.Name != "trees_8").Skip(1).Take(3));
        Assert.Equal("install", Steps(1).Last().Name);
    }

    [Fact]
    public void What_hangs_on_sectors_and_what_the_machine_has_is_told_where_it_is_known()
    {
        ChainStatus status = new() { State = SectorState.Proven, HeadEpoch = 1000, HeadTime = Start, Deadline = 3, Partition = 2, DeadlineOpens = 1120, FaultTerminatesAt = 1000 + Epochs.PerDay };
        SectorStakes stakes = new() { Deposit = new Fil(7) };
        _book.Planned(
            [
                FakeSealer.Facts(1) with { Status = status },
                FakeSealer.Facts(2) with { Status = status with { State = SectorState.PreCommitted, Deadline = null, Partition = null, FaultTerminatesAt = null, Stakes = stakes } },
                FakeSealer.Facts(3),
            ],
            Start);
        SiteState state = Read();
        Assert.Equal([(3, 2), (null, null), (null, null)], state.Sectors.Select(sector => (sector.Deadline, sector.Partition)));
        Assert.Equal(Start.AddDays(1), state.Sectors[0].FaultEnd);
        Assert.Equal((null, null, "0"), (state.Run.LostPerDay, state.Run.SavedPerDay, state.Run.SavedTerminations));
        _book.Ended(Id(2), SectorStage.Done, "installed", null, Start);
        Assert.Equal("7", Read().Run.SavedTerminations);

        // Of those that are labelled later nothing is expected now.
        PorepParameters porep = FakeSealer.Facts(1).SealProof.Porep;
        _book.Expected([new SectorTime(Id(1), TimeSpan.FromSeconds(4), TimeSpan.Zero), new SectorTime(Id(3), TimeSpan.FromSeconds(1), TimeSpan.Zero, Group: 1)]);
        Assert.Null(Read().Machines[0].LabelRateExpected);
        Phase(1, SealPhase.Label, 1, 2, 2, 8, at: 1);
        Phase(1, SealPhase.Label, 1, 2, 4, 8, at: 2);
        Assert.Equal(porep.Nodes * porep.Layers / 4.0, Read().Machines[0].LabelRateExpected);
        Assert.Equal(["a card"], Read().Machines[0].Gpus);
        _book.Ended(Start.AddSeconds(3), 0);
        Assert.Equal(["a card"], Read().Machines[0].Gpus);
    }

    [Fact]
    public void What_heal_found_good_is_done_when_it_has_planned_the_rest()
    {
        Phase(1, SealPhase.CheckTrees, 1, 1, 1, 1, at: 1);
        Phase(2, SealPhase.CheckTrees, 1, 1, 1, 1, at: 2);
        _book.Checked(Id(2), good: false, Start);
        _book.Planned([FakeSealer.Facts(2)], Start);
        SiteState state = Read();
        Assert.Equal([(2ul, SectorStage.Queued), (1ul, SectorStage.Done)], state.Sectors.Select(sector => (sector.Sector.Number, sector.Stage)));
        Assert.Equal("good", state.Sectors[1].Outcome);
    }

    [Fact]
    public void A_run_that_is_gone_without_an_end_is_said_to_be_so()
    {
        _book.Planned([FakeSealer.Facts(1)], Start);
        Assert.Empty(Read().Concerns);

        // The number of the process has another one now.
        _process = _file.Process with { Began = "1" };
        Assert.Equal("run_gone", Assert.Single(Read().Concerns).Kind);
        Assert.False(Read().Machines[0].Alive);

        // Of one elsewhere only its silence tells.
        _process = _file.Process with { Where = "another system" };
        Assert.Empty(Read().Concerns);
        Assert.Equal("run_gone", Assert.Single(Read(later: TimeSpan.FromMinutes(2)).Concerns).Kind);

        _process = _file.Process;
        _book.On(new SectorStarted(Start, Id(1), Resumed: false));
        Assert.Empty(Read().Concerns);
        Assert.Equal("nothing_moves", Assert.Single(Read(later: TimeSpan.FromMinutes(11)).Concerns).Kind);
    }

    [Fact]
    public void A_run_leaves_the_file_to_one_that_is_at_work_and_takes_it_from_one_that_is_not()
    {
        _book.Planned([FakeSealer.Facts(1)], Start);
        using System.Diagnostics.Process other = System.Diagnostics.Process.Start("sleep", "60");
        string[] stat = File.ReadAllText($"/proc/{other.Id}/stat").Split(' ');
        _process = new RunProcess(other.Id, stat[21], _file.Process.Where);
        Assert.True(_file.Write(Record()));
        RunFile second = new(LinuxFileSystem.Instance, _folder.Path);
        _process = second.Process;
        Assert.False(second.Write(Record()));
        Assert.Equal(other.Id, RunFile.Read(_folder.Path)!.Process.Id);
        other.Kill();
        other.WaitForExit();
        Assert.True(second.Write(Record()));
        Assert.Equal(Environment.ProcessId, RunFile.Read(_folder.Path)!.Process.Id);
    }

    [Fact]
    public void Work_that_older_runs_left_is_told_from_their_journals()
    {
        RecoverySettings settings = new() { ResultFolder = "/r", TempFolder = _folder.Path, ParentCacheFolder = "/p" };
        string left = Path.Combine(_folder.Path, Id(7).FileName);
        Directory.CreateDirectory(left);
        Journal.Start(LinuxFileSystem.Instance, left, WorkInputs.For(FakeSealer.Facts(7), SectorContent.Of(FakeSealer.Facts(7)), settings), "/r/cache/s")
            .Record(SealStep.Parse("layer-1"), new FileDigest(1, default));
        Directory.CreateDirectory(Path.Combine(_folder.Path, "pieces"));
        SiteState state = Site().Read();
        SiteSector sector = Assert.Single(state.Sectors);
        Assert.Equal((Id(7), SectorStage.Stopped), (sector.Sector, sector.Stage));
        Assert.Equal([("layer_1", 1, null), ("layer_2", 0, null), ("trees", 0, null), ("install", 0, null)], Steps(7));

        // The run at work knows better.
        _book.Planned([FakeSealer.Facts(7), FakeSealer.Facts(8)], Start);
        Assert.Equal([SectorStage.Queued, SectorStage.Queued], Read().Sectors.Select(one => one.Stage));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("{}")]
    [InlineData("""{"format":1,"process":null,"state":null,"details":[]}""")]
    [InlineData("""{"format":1,"process":{"id":1},"x":1,"state":{},"details":[null]}""")]
    public void A_file_that_is_none_tells_nothing(string text)
    {
        File.WriteAllText(_file.Path, text);
        Assert.Empty(Site().Read().Sectors);
        _book.Planned([FakeSealer.Facts(1)], Start);
        Assert.Single(Read().Sectors);
    }

    [Fact]
    public void What_is_no_folder_and_what_is_newer_is_refused()
    {
        File.WriteAllText(_file.Path, """{"format":2,"process":{"id":1},"state":{"at":"2026-01-01T00:00:00Z","source":"","is_fleet":false,"version":"","run":{}},"details":[]}""");
        Assert.Equal(FailureKind.BadInput, Assert.Throws<OperatorException>(() => Site().Read()).Kind);
        Assert.False(_file.Write(Record()));
        Assert.Equal(FailureKind.BadInput, Assert.Throws<OperatorException>(() => new RunSite(_file.Path, "here", _time, "1")).Kind);
        Assert.Equal(FailureKind.BadInput, Assert.Throws<OperatorException>(() => new RunSite(_file.Path + "-not", "here", _time, "1")).Kind);
    }

    private static SectorId Id(ulong number) => FakeSealer.Facts(number).Sector;

    private void Phase(ulong sector, SealPhase phase, int step, int steps, long done, long total, int at, StepsOf of = StepsOf.Sealing) =>
        _book.On(new PhaseProgressed(Start.AddSeconds(at), Id(sector), new SealProgress(phase, step, steps, done, total) { Of = of }));

    private IEnumerable<(string Name, double Fraction, double? Seconds)> Steps(ulong sector)
    {
        if (!_book.IsEmpty)
        {
            _ = _file.Write(Record());
        }

        return Site().Sector(Id(sector))!.Steps.Select(step => (step.Name, step.Fraction, step.Seconds));
    }

    private RunRecord Record() => _book.Read(_process, Machine, Start);

    private RunSite Site() => new(_folder.Path, "here", _time, "1.2.3");

    private SiteState Read(TimeSpan later = default)
    {
        Assert.True(_file.Write(Record()));
        _time.Now = Start + later;
        return Site().Read();
    }

    private sealed class Clock : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = Start;

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
