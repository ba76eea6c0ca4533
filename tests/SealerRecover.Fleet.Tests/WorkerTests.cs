using Filecoin.Chain.Facts;
using Filecoin.Primitives;
using Filecoin.Sealing.Steps;
using Microsoft.Extensions.Logging.Abstractions;
using SealerRecover.Fleet.Claims;
using SealerRecover.Fleet.Database;
using SealerRecover.Fleet.Jobs;
using SealerRecover.Fleet.Work;
using SealerRecover.Recovery.Events;
using SealerRecover.Recovery.Metadata;
using SealerRecover.Recovery.Settings;

namespace SealerRecover.Tests.Fleet;

/// <summary>Workers in this process, on real sectors of 2KiB.</summary>
public sealed class WorkerTests(Databases databases) : IRecoveryObserver, IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("sealer-recover-fleet-").FullName;
    private Action<RecoveryEvent> _hear = _ => { };

    void IRecoveryObserver.On(RecoveryEvent happened) => _hear(happened);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(0)]
    [InlineData(10)]
    [InlineData(-10)]
    public async Task A_worker_makes_what_is_on_the_list_whatever_its_clock_says(int minutesOff)
    {
        using FleetCase fleet = await FleetCase.CreateAsync(databases);
        fleet.Table().Submit([new(new SectorJob(FleetCase.Sample, JobKind.Recover, null))], 0);
        WorkedSector worked = Assert.Single(RunToEnd(fleet, "a", new WrongClock(TimeSpan.FromMinutes(minutesOff))));
        Assert.Equal((OutcomeKind.Installed, null), (worked.Outcome.Kind, worked.Outcome.Failure));
        ClaimView sector = Assert.Single(fleet.List.Sectors());
        Assert.Equal((ClaimState.Done, "installed", "a"), (sector.State, sector.Outcome, sector.Worker));
        Assert.InRange(Assert.Single(fleet.List.Machines()).HeardSecondsAgo, 0, 60);
        Assert.True(File.Exists(Installed));

        // What happened is told by the database's clock.
        IReadOnlyList<ClaimHistory> history = fleet.List.Events(sector.Sector);
        Assert.Equal(("installed", "taken", "put on the list"), (history[0].Text, history[^2].Text, history[^1].Text));
        Assert.Contains(history, one => one is { Step: "layer_2", Seconds: not null, Worker: "a" });
        Assert.All(history, one => Assert.InRange(history[^1].At - one.At, TimeSpan.FromMinutes(-5), TimeSpan.FromMinutes(5)));

        // Nobody takes a sector for abandoned because of that clock.
        Assert.Empty(fleet.Table().Candidates("b", new WorkerReach([JobKind.Recover], []), 1));
    }

    [Fact]
    public async Task Who_comes_too_late_is_refused_before_anything_is_installed_and_keeps_its_files()
    {
        using FleetCase fleet = await FleetCase.CreateAsync(databases);
        fleet.Table().Submit([new(new SectorJob(FleetCase.Sample, JobKind.Recover, null))], 0);
        SectorOutcome? late = null;
        using CancellationTokenSource stop = new();
        _hear = happened =>
        {
            switch (happened)
            {
                case SectorStarted:
                    // As if it had slept for hours right after that, and another had begun the sector anew.
                    fleet.Pass(TimeSpan.FromHours(2));
                    Candidate candidate = Assert.Single(fleet.Table().Candidates("other", new WorkerReach([JobKind.Recover], []), 1));
                    Assert.NotNull(fleet.Table().TryTake("other", candidate));
                    break;
                case SectorEnded { Outcome: var outcome }:
                    late = outcome;
                    stop.Cancel();
                    break;
                default:
                    break;
            }
        };

        // It hears of that only where it asks.
        Worker(fleet, "late", TimeProvider.System, silenceSeconds: 3600).Run(this, stop.Token);
        OperatorException refused = Assert.IsType<OperatorException>(late!.Failure);
        Assert.Equal(FailureKind.Busy, refused.Kind);
        Assert.Contains("no longer this worker's", refused.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(Installed));
        Assert.NotEmpty(Directory.EnumerateFiles(Path.Combine(_folder, "late", FleetCase.Sample.Sector.FileName)));
        Assert.Equal((ClaimState.Claimed, "other"), Assert.Single(fleet.List.Sectors().Select(sector => (sector.State, sector.Worker!))));
    }

    [Fact]
    public async Task Who_hears_during_the_run_that_all_it_has_is_another_s_stops_and_says_so()
    {
        using FleetCase fleet = await FleetCase.CreateAsync(databases);
        fleet.Table().Submit([new(new SectorJob(FleetCase.Sample, JobKind.Recover, null))], 0);
        _hear = happened =>
        {
            if (happened is SectorStarted)
            {
                fleet.Pass(TimeSpan.FromHours(2));
                Assert.NotNull(fleet.Table().TryTake("other", Assert.Single(fleet.Table().Candidates("other", new WorkerReach([JobKind.Recover], []), 1))));
                fleet.List.Pause(true, []);
                fleet.List.Drain("late");

                // By then a sign of life has told it; where not, the fence does.
                Thread.Sleep(TimeSpan.FromSeconds(1));
            }
        };

        WorkedSector worked = Assert.Single(Worker(fleet, "late", TimeProvider.System).Run(this, TestContext.Current.CancellationToken));
        Assert.Equal(OutcomeKind.Failed, worked.Outcome.Kind);
        Assert.Equal(FailureKind.Busy, Assert.IsType<OperatorException>(worked.Outcome.Failure).Kind);
        Assert.False(File.Exists(Installed));
        Assert.Equal((ClaimState.Claimed, "other"), Assert.Single(fleet.List.Sectors().Select(sector => (sector.State, sector.Worker!))));
    }

    [Fact]
    public async Task An_answer_that_was_slept_on_is_not_believed()
    {
        using FleetCase fleet = await FleetCase.CreateAsync(databases);
        fleet.Submit(1);
        ClaimTable table = fleet.Table();
        SleepingClock clock = new();
        HeldClaims held = new(table, this, (_, _) => new ClaimEnd(ClaimState.Done, "installed", 0, null), clock, TimeSpan.FromSeconds(30));
        Claim claim = table.TryTake("late", Assert.Single(table.Candidates("late", new WorkerReach([JobKind.Recover], []), 1)))!;
        held.Add(claim);
        held.Ask(claim.Sector, CancellationToken.None);

        // It sleeps between the answer, which is yes, and looking at it. What happens meanwhile the second question tells.
        clock.Sleep = () =>
        {
            fleet.Pass(TimeSpan.FromHours(2));
            Assert.NotNull(table.TryTake("other", Assert.Single(table.Candidates("other", new WorkerReach([JobKind.Recover], []), 1))));
            return TimeSpan.FromHours(2);
        };
        Assert.Equal(FailureKind.Busy, Assert.Throws<OperatorException>(() => held.Ask(claim.Sector, CancellationToken.None)).Kind);
    }

    [Fact]
    public async Task While_the_database_is_away_nothing_is_installed_and_work_goes_on_when_it_is_back()
    {
        string url = await databases.CreateEmptyAsync();
        using CutLine line = new(new Uri(url).Port);
        using FleetCase fleet = FleetCase.At(url);
        using FleetDatabase cut = FleetDatabase.At(url.Replace($":{new Uri(url).Port}/", $":{line.Port}/", StringComparison.Ordinal), "the test");
        fleet.Table().Submit([new(new SectorJob(FleetCase.Sample, JobKind.Recover, null))], 0);
        _hear = happened =>
        {
            if (happened is SectorStarted)
            {
                line.Cut();
            }
        };
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        Task<IReadOnlyList<WorkedSector>> run = Task.Run(() => Worker(cut, "a", TimeProvider.System, 3600).Run(this, stop.Token));
        await FleetCase.UntilAsync(() => Directory.Exists(Path.Combine(_folder, "a", FleetCase.Sample.Sector.FileName)));
        await Task.Delay(TimeSpan.FromSeconds(1.5), TestContext.Current.CancellationToken);
        Assert.False(run.IsCompleted);
        Assert.False(File.Exists(Installed));

        line.Mend();
        await FleetCase.UntilAsync(() => fleet.List.Sectors()[0].State == ClaimState.Done);
        Assert.True(File.Exists(Installed));
        await stop.CancelAsync();
        Assert.Equal(OutcomeKind.Installed, Assert.Single(await run).Outcome.Kind);
    }

    [Fact]
    public async Task A_failure_is_final_until_somebody_asks_again()
    {
        using FleetCase fleet = await FleetCase.CreateAsync(databases);
        SectorJob job = new(FleetCase.Sample with { SealedCid = new CommR(FleetCase.Sample.Ticket.Value) }, JobKind.Recover, null);
        fleet.Table().Submit([new(job)], 0);
        WorkedSector worked = Assert.Single(RunToEnd(fleet, "a", TimeProvider.System));
        Assert.Equal(FailureKind.CommitmentMismatch, Assert.IsAssignableFrom<OperatorException>(worked.Outcome.Failure).Kind);
        ClaimView failed = Assert.Single(fleet.List.Sectors());
        Assert.Equal((ClaimState.Failed, 8), (failed.State, failed.ExitCode));
        Assert.Empty(RunToEnd(fleet, "a", TimeProvider.System));
    }

    [Fact]
    public async Task A_machine_that_cannot_hold_a_sector_says_so_and_takes_none()
    {
        using FleetCase fleet = await FleetCase.CreateAsync(databases);
        SectorJob large = new(FleetCase.Sample with { SealProof = SealProofs.All.First(proof => proof.SectorSize.Bytes == 64L << 30) }, JobKind.Recover, null);
        fleet.Table().Submit([new(large)], 0);
        Assert.SkipWhen(new DriveInfo(_folder).AvailableFreeSpace > 2000L << 30, "this machine could hold it");
        Task<IReadOnlyList<WorkedSector>> run = Task.Run(() => RunToEnd(fleet, "small", TimeProvider.System, drain: false));
        await FleetCase.UntilAsync(() => fleet.List.Machines() is [{ Note: not null }]);
        Assert.Contains("does not suffice for", fleet.List.Machines()[0].Note, StringComparison.Ordinal);
        Assert.Equal((ClaimState.Queued, 0L), Assert.Single(fleet.List.Sectors().Select(sector => (sector.State, sector.Generation))));
        fleet.List.Drain("small");
        Assert.Empty(await run);
    }

    [Fact]
    public async Task The_next_sector_is_begun_while_trees_of_the_last_are_built()
    {
        using FleetCase fleet = await FleetCase.CreateAsync(databases);
        SectorFacts[] sectors = [.. MetadataFile.Read(Path.Combine(VectorFiles.RepositoryRoot, "samples", "2KiB", "sectors-recovery-f01000.json")).Sectors
            .GroupBy(facts => facts.SealProof).MaxBy(alike => alike.Count())!.Take(3)];
        fleet.Table().Submit([.. sectors.Select(facts => new Submission(new SectorJob(facts, JobKind.Recover, null)))], 0);
        int most = 0;
        _hear = happened =>
        {
            // Nothing else is told meanwhile; that the core which labelled this one has taken another the list shows.
            if (happened is PhaseProgressed { Progress.Phase: SealPhase.Trees } && most < 2)
            {
                SpinWait.SpinUntil(() => (most = Math.Max(most, fleet.List.Sectors().Count(sector => sector.State == ClaimState.Claimed))) > 1, TimeSpan.FromSeconds(30));
            }
        };

        IReadOnlyList<WorkedSector> worked = RunToEnd(fleet, "a", TimeProvider.System);

        // Of one that has ended the list may not have heard yet.
        Assert.InRange(most, 2, 3);
        Assert.Equal(sectors.Select(facts => facts.Sector.Number).Order(), worked.Select(one => one.Outcome.Sector.Number).Order());
        Assert.All(worked, one => Assert.Equal((one.Facts.Sector, OutcomeKind.Installed), (one.Outcome.Sector, one.Outcome.Kind)));
        Assert.All(fleet.List.Sectors(), sector => Assert.Equal((ClaimState.Done, 1L), (sector.State, sector.Generation)));
    }

    [Fact]
    public async Task A_sector_is_done_when_other_copies_of_it_are_in_line_and_not_before()
    {
        using FleetCase fleet = await FleetCase.CreateAsync(databases);
        SectorId sector = FleetCase.Sample.Sector;
        fleet.Table().Submit([new(new SectorJob(FleetCase.Sample, JobKind.Recover, null))], 0);
        RunToEnd(fleet, "a", TimeProvider.System);
        string result = Path.Combine(_folder, "result");
        string tree = Path.Combine("cache", sector.FileName, "sc-02-data-tree-r-last.dat");
        string other = Directory.CreateDirectory(Path.Combine(_folder, "other", "cache", sector.FileName)).FullName;
        File.Copy(Path.Combine(result, "cache", sector.FileName, "p_aux"), Path.Combine(other, "p_aux"));
        ClaimView? meanwhile = null;
        _hear = happened =>
        {
            if (happened is Notice { Text: var text } && text.Contains("good files of", StringComparison.Ordinal))
            {
                meanwhile = Assert.Single(fleet.List.Sectors());
            }
        };

        fleet.Table().Submit([new(new SectorJob(FleetCase.Sample, JobKind.Repair, null))], 0);
        WorkedSector worked = Assert.Single(RunToEnd(fleet, "a", TimeProvider.System));

        Assert.Equal((OutcomeKind.AlreadyThere, ClaimState.Claimed), (worked.Outcome.Kind, meanwhile!.State));
        Assert.Equal((ClaimState.Done, "already_there"), Assert.Single(fleet.List.Sectors().Select(one => (one.State, one.Outcome!))));
        Assert.Equal(VectorFiles.Sha256OfFile(Path.Combine(result, tree)), VectorFiles.Sha256OfFile(Path.Combine(_folder, "other", tree)));
    }

    [Fact]
    public async Task A_worker_whose_name_another_has_by_now_ends_and_leaves_the_name_to_it()
    {
        using FleetCase fleet = await FleetCase.CreateAsync(databases);
        fleet.Table().Submit([new(new SectorJob(FleetCase.Sample, JobKind.Recover, null))], 0);
        _hear = happened =>
        {
            if (happened is SectorStarted)
            {
                fleet.Database.Send($"UPDATE {FleetDatabase.Schema}.workers SET instance = 'another@elsewhere'");
            }
        };
        OperatorException refused = Assert.Throws<OperatorException>(() => Worker(fleet, "a", TimeProvider.System).Run(this, TestContext.Current.CancellationToken));
        Assert.Equal(FailureKind.Busy, refused.Kind);
        Assert.Contains("another worker of the name a has come", refused.Message, StringComparison.Ordinal);
        Assert.False(Assert.Single(fleet.List.Machines()).Ended);
        Assert.NotEqual(ClaimState.Claimed, Assert.Single(fleet.List.Sectors()).State);
    }

    [Fact]
    public async Task Two_workers_in_one_folder_are_refused()
    {
        using FleetCase fleet = await FleetCase.CreateAsync(databases);
        Task<IReadOnlyList<WorkedSector>> first = Task.Run(() => RunToEnd(fleet, "a", TimeProvider.System, drain: false));
        await FleetCase.UntilAsync(() => fleet.List.Machines().Count == 1);
        OperatorException refused = Assert.Throws<OperatorException>(() => Worker(fleet, "a", TimeProvider.System).Run(this, CancellationToken.None));
        Assert.Equal(FailureKind.Busy, refused.Kind);
        fleet.List.Drain(null);
        await first;
    }

    private string Installed => Path.Combine(_folder, "result", "sealed", FleetCase.Sample.Sector.FileName);

    /// <summary>Runs a worker until nothing waits any more.</summary>
    private IReadOnlyList<WorkedSector> RunToEnd(FleetCase fleet, string name, TimeProvider time, bool drain = true)
    {
        if (drain)
        {
            _ = Task.Run(async () =>
            {
                await FleetCase.UntilAsync(() => fleet.List.Machines().Any(machine => !machine.Ended) && fleet.List.Sectors().All(sector => sector.State is not (ClaimState.Queued or ClaimState.Claimed)));
                fleet.List.Drain(name);
            });
        }

        return Worker(fleet, name, time).Run(this, TestContext.Current.CancellationToken);
    }

    private FleetWorker Worker(FleetCase fleet, string name, TimeProvider time, int silenceSeconds = 1) => Worker(fleet.Database, name, time, silenceSeconds);

    private RecoverySettings Settings(string name) => new()
    {
        ResultFolder = Path.Combine(_folder, "result"),
        TempFolder = Path.Combine(_folder, name),
        ParentCacheFolder = Path.Combine(_folder, "parents"),
        Threads = 1,
    };

    private FleetWorker Worker(FleetDatabase database, string name, TimeProvider time, int silenceSeconds) => new(
        database,
        new WorkerSettings
        {
            Name = name,
            Recover = Settings(name),
            Repair = Settings(name) with { Force = true, StoragePaths = [Path.Combine(_folder, "result"), Path.Combine(_folder, "other")] },
            Most = 1,
            Silence = TimeSpan.FromSeconds(silenceSeconds),
            Pause = TimeSpan.FromMilliseconds(50),
            ExitCodeOf = failure => failure is OperatorException { Kind: FailureKind.CommitmentMismatch } ? 8 : 70,
        },
        time,
        NullLogger.Instance);

    private sealed class WrongClock(TimeSpan off) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + off;
    }

    /// <summary>Sleeps, once, between the second and the first of two looks at it.</summary>
    private sealed class SleepingClock : TimeProvider
    {
        private long _slept;
        private int _looks;

        public Func<TimeSpan>? Sleep { get; set; }

        public override long GetTimestamp()
        {
            if (_looks++ % 2 == 1 && Sleep is { } sleep)
            {
                Sleep = null;
                _slept += (long)(sleep().TotalSeconds * TimestampFrequency);
            }

            return base.GetTimestamp() + _slept;
        }
    }
}
