using Filecoin.Chain.Facts;
using Filecoin.Primitives;
using Microsoft.Extensions.Logging.Abstractions;
using SealerRecover.Fleet.Claims;
using SealerRecover.Fleet.Database;
using SealerRecover.Fleet.Jobs;
using SealerRecover.Fleet.Site;
using SealerRecover.Fleet.Work;
using SealerRecover.Recovery.Events;
using SealerRecover.Recovery.Metrics;
using SealerRecover.Recovery.Settings;
using SealerRecover.Recovery.Site;

namespace SealerRecover.Tests.Fleet;

/// <summary>Looks at storage paths as small jobs of a fleet.</summary>
public sealed class CheckTests(Databases databases) : IRecoveryObserver, IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("sealer-recover-checks-").FullName;
    private Action<RecoveryEvent> _hear = _ => { };

    void IRecoveryObserver.On(RecoveryEvent happened) => _hear(happened);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_storage_path_is_looked_at_where_it_is_and_what_is_damaged_is_named()
    {
        using FleetCase fleet = await FleetCase.CreateAsync(databases);
        fleet.Table().Submit([new(new SectorJob(FleetCase.Sample, JobKind.Recover, null))], 0);
        await WorkAsync(fleet, Path.Combine(_folder, "not there"), () => fleet.List.Sectors()[0].State == ClaimState.Done);

        // The sector is good; of another the path holds nothing; a third has another's files.
        SectorFacts[] sectors = [FleetCase.Sample, FleetCase.Job(77).Facts, FleetCase.Job(78).Facts];
        File.Copy(Sealed(FleetCase.Sample.Sector), Sealed(sectors[2].Sector));
        CheckTable table = new(fleet.Database, TimeSpan.FromMinutes(1));
        table.Submit([new CheckJob(CheckKind.Survey, Result, sectors), new CheckJob(CheckKind.Verify, Result, sectors) { Deadline = 3, Partition = 1 }], 0);
        table.Submit([new CheckJob(CheckKind.Survey, "/of/another/machine", sectors)], 9);

        await WorkAsync(fleet, Result, () => table.All().Count(check => check.State == ClaimState.Done) == 2);

        SiteState site = new FleetSite(fleet.Database, TimeSpan.FromMinutes(2), "0").Read();
        Assert.Equal(
            [("survey", Result, SectorStage.Done), ("verify", Result, SectorStage.Done), ("survey", "/of/another/machine", SectorStage.Queued)],
            site.Checks.Select(check => (check.Kind, check.Place, check.Stage)));
        Assert.All(site.Checks[..2], check =>
        {
            Assert.Equal((1, 1, 3, 3), (check.Good, check.Absent, check.Done, check.Total));
            SiteDamage damage = Assert.Single(check.Damaged);
            Assert.Equal(sectors[2].Sector, damage.Sector);
            Assert.NotEmpty(damage.Text);
        });
        Assert.Equal((3, 1), (site.Checks[1].Deadline, site.Checks[1].Partition));
        Assert.Equal([78ul], table.DamagedOf(FleetCase.Sample.Sector.Miner));
        SiteConcern concern = Assert.Single(site.Concerns, concern => concern.Kind == Concerns.Damaged);
        Assert.Equal([sectors[2].Sector], concern.Sectors);
    }

    [Fact]
    public async Task A_check_is_one_worker_s_until_it_is_silent_and_one_of_a_later_form_is_left()
    {
        using FleetCase fleet = await FleetCase.CreateAsync(databases);
        CheckTable table = new(fleet.Database, TimeSpan.FromMinutes(1));
        table.Submit([new CheckJob(CheckKind.Survey, "/sector", [FleetCase.Sample])], 0);
        Assert.Null(table.TryTake("a", ["/elsewhere"]));
        fleet.Database.Send($"UPDATE {FleetDatabase.Schema}.checks SET form = form + 2");
        Assert.Null(table.TryTake("a", ["/sector"]));
        fleet.Database.Send($"UPDATE {FleetDatabase.Schema}.checks SET form = form - 2");

        CheckClaim first = table.TryTake("a", ["/sector"])!;
        Assert.Equal((CheckKind.Survey, "/sector", FleetCase.Sample.SealedCid), (CheckJob.Read(first.Job).Kind, CheckJob.Read(first.Job).Place, CheckJob.Read(first.Job).Sectors[0].SealedCid));
        Assert.Null(table.TryTake("b", ["/sector"]));
        Assert.True(table.Renew(first, 1, CheckReport.Nothing));
        fleet.Database.Send($"UPDATE {FleetDatabase.Schema}.checks SET heard = now() - interval '2 minutes'");
        CheckClaim second = table.TryTake("b", ["/sector"])!;
        Assert.False(table.Renew(first, 1, CheckReport.Nothing));
        Assert.False(table.End(first, ClaimState.Failed, 1, CheckReport.Nothing, "late"));
        Assert.True(table.End(second, ClaimState.Done, 1, new CheckReport(1, 0, []), null));

        // Asked for again it is begun anew, and taken off it is nobody's.
        table.Submit([new CheckJob(CheckKind.Survey, "/sector", [FleetCase.Sample])], 0);
        CheckClaim third = table.TryTake("a", ["/sector"])!;
        Assert.Equal(1, table.Cancel(new CheckChoice([CheckKind.Survey], ["/sector"])));
        Assert.False(table.Renew(third, 0, CheckReport.Nothing));
        Assert.Equal(ClaimState.Cancelled, Assert.Single(table.All()).State);
    }

    [Fact]
    public async Task How_much_a_survey_reads_is_said_by_its_job_and_older_workers_leave_what_they_do_not_understand()
    {
        using FleetCase fleet = await FleetCase.CreateAsync(databases);
        fleet.Table().Submit([new(new SectorJob(FleetCase.Sample, JobKind.Recover, null))], 0);
        await WorkAsync(fleet, Path.Combine(_folder, "not there"), () => fleet.List.Sectors()[0].State == ClaimState.Done);

        // One bit of the replica, which no tree_r_last file tells and only who reads it finds.
        File.SetUnixFileMode(Sealed(FleetCase.Sample.Sector), UnixFileMode.UserRead | UnixFileMode.UserWrite);
        byte[] replica = File.ReadAllBytes(Sealed(FleetCase.Sample.Sector));
        replica[1000] ^= 1;
        File.WriteAllBytes(Sealed(FleetCase.Sample.Sector), replica);
        CheckTable table = new(fleet.Database, TimeSpan.FromMinutes(1));
        Assert.Equal((1, 0, 0.0), await LookAsync(default));
        Assert.Equal((1, 0, 0.0), await LookAsync(new CheckReading(Quick: true, Deep: false, null)));
        Assert.Equal((0, 1, null), await LookAsync(new CheckReading(Quick: false, Deep: true, null)));
        replica[1000] ^= 1;
        File.WriteAllBytes(Sealed(FleetCase.Sample.Sector), replica);
        (int good, int damaged, double? chance) = await LookAsync(new CheckReading(Quick: false, Deep: true, 1));
        Assert.Equal((1, 0), (good, damaged));
        Assert.InRange(chance!.Value, 0.01, 1);

        async Task<(int Good, int Damaged, double? Chance)> LookAsync(CheckReading reading)
        {
            CheckJob job = new(CheckKind.Survey, Result, [FleetCase.Sample]) { Reading = reading };
            Assert.Equal(reading == default ? 2 : 3, job.WrittenIn);
            Assert.Equal(reading, CheckJob.Read(job.Write()).Reading);
            table.Submit([job], 0);
            Assert.Equal(reading, Assert.Single(table.All()).Reading);
            await WorkAsync(fleet, Result, () => table.All().Single().State == ClaimState.Done);
            CheckView check = table.All().Single();
            return (check.Report.Good, check.Report.Damaged.Length, check.Report.BlockChance);
        }
    }

    [Fact]
    public async Task Checks_are_paused_preferred_and_made_again_by_kind_and_place()
    {
        using FleetCase fleet = await FleetCase.CreateAsync(databases);
        CheckTable table = new(fleet.Database, TimeSpan.FromMinutes(1));
        string[] both = ["/a", "/b"];
        table.Submit([.. both.SelectMany(place => new[] { new CheckJob(CheckKind.Survey, place, [FleetCase.Sample]), new CheckJob(CheckKind.Verify, place, [FleetCase.Sample]) })], 0);
        CheckChoice surveys = new([CheckKind.Survey], []);
        CheckChoice ofB = new([CheckKind.Survey, CheckKind.Verify], ["/b"]);

        // Left is the verification of /a alone, then what is preferred goes first.
        Assert.Equal(2, table.Pause(true, surveys));
        Assert.Equal(1, table.Pause(true, ofB));
        Assert.Equal((3, 1), (table.All().Count(check => check.Paused), table.All().Count(check => !check.Paused)));
        CheckClaim first = table.TryTake("a", both)!;
        Assert.Equal((CheckKind.Verify, "/a"), (CheckJob.Read(first.Job).Kind, CheckJob.Read(first.Job).Place));
        Assert.Null(table.TryTake("a", both.Skip(1).ToArray()));
        Assert.Equal(2, table.Pause(false, ofB));
        Assert.Equal(1, table.Prefer(new CheckChoice([CheckKind.Verify], ["/b"]), 7));
        CheckClaim second = table.TryTake("b", both)!;
        Assert.Equal((CheckKind.Verify, "/b"), (CheckJob.Read(second.Job).Kind, CheckJob.Read(second.Job).Place));
        Assert.Equal(7, table.All().Max(check => check.Priority));

        // What failed is kept with its exit code until it is tried again; what was taken off comes back where its path is named.
        CheckReport found = new(1, 0, [new CheckedDamage(9, "torn")]);
        Assert.True(table.End(second, ClaimState.Failed, 2, found, "the disk is gone", 10));
        CheckView failed = table.All().Single(check => check.State == ClaimState.Failed);
        Assert.Equal((10, "the disk is gone"), (failed.ExitCode, failed.Message));
        SiteConcern concern = Assert.Single(new FleetSite(fleet.Database, TimeSpan.FromMinutes(2), "0").Read().Concerns, concern => concern.Kind == Concerns.CheckFailed);
        Assert.Equal("a look at /b failed (see what it says, exit code 10): the disk is gone", concern.Text);
        Assert.Equal(0, table.Retry(surveys));
        Assert.Equal(1, table.Retry(new CheckChoice([CheckKind.Verify], [])));
        CheckView again = table.All().Single(check => check is { Kind: "verify", Place: "/b" });
        Assert.Equal((ClaimState.Queued, null, null, 1), (again.State, again.ExitCode, again.Message, again.Report.Damaged.Length));
        Assert.NotNull(table.TryTake("b", ["/b"]));
        Assert.Equal(2, table.Cancel(ofB));
        Assert.Equal(0, table.Retry(new CheckChoice([CheckKind.Survey, CheckKind.Verify], [])));
        Assert.Equal(2, table.Retry(ofB));
    }

    [Fact]
    public async Task A_bug_ends_the_check_it_is_in_as_failed_and_the_next_one_is_looked_at()
    {
        using FleetCase fleet = await FleetCase.CreateAsync(databases);
        CheckTable table = new(fleet.Database, TimeSpan.FromMinutes(1));
        table.Submit([new CheckJob(CheckKind.Verify, Result, [FleetCase.Sample]), new CheckJob(CheckKind.Survey, Result, [FleetCase.Sample])], 0);
        List<string> said = [];
        _hear = happened => said.Add(Assert.IsType<Notice>(happened).Text);
        using (new CheckLoop(fleet.Database, Settings(Result), new EventSink(this, TimeProvider.System), NullLogger.Instance, TestContext.Current.CancellationToken, Look))
        {
            await FleetCase.UntilAsync(() => table.All().All(check => check.State is ClaimState.Done or ClaimState.Failed));
        }

        CheckView[] checks = [.. table.All()];
        Assert.Equal((ClaimState.Failed, 70, "nobody foresaw it"), (checks[0].State, checks[0].ExitCode, checks[0].Message));
        Assert.Equal((ClaimState.Done, null, 1), (checks[1].State, checks[1].ExitCode, checks[1].Report.Good));
        Assert.Contains("a check failed for a bug (nobody foresaw it); the worker goes on", said);

        static CheckReport Look(CheckJob job, Action<int, CheckReport> told, CancellationToken cancellation)
        {
            CheckReport good = new(1, 0, []);
            told(1, good);
            return job.Kind == CheckKind.Verify ? throw new InvalidOperationException("nobody foresaw it") : good;
        }
    }

    [Fact]
    public async Task Of_workers_that_race_one_takes_a_check()
    {
        using FleetCase fleet = await FleetCase.CreateAsync(databases);
        CheckTable table = new(fleet.Database, TimeSpan.FromMinutes(1));
        table.Submit([.. Enumerable.Range(0, 20).Select(deadline => new CheckJob(CheckKind.Verify, "/sector", [FleetCase.Sample]) { Deadline = deadline, Partition = 0 })], 0);
        CheckClaim[][] taken = await Task.WhenAll(((string[])["a", "b", "c"]).Select(worker => Task.Run(() =>
        {
            List<CheckClaim> mine = [];
            for (int tries = 0; tries < 100 && table.All().Any(check => check.State == ClaimState.Queued); tries++)
            {
                if (table.TryTake(worker, ["/sector"]) is { } claim)
                {
                    mine.Add(claim);
                    Assert.True(table.End(claim, ClaimState.Done, 1, CheckReport.Nothing, null));
                }
            }

            return mine.ToArray();
        })));
        Assert.Equal(20, taken.SelectMany(mine => mine).Select(claim => claim.Id).Distinct().Count());
        Assert.All(taken.SelectMany(mine => mine), claim => Assert.Equal(1, claim.Generation));
    }

    private string Result => Path.Combine(_folder, "result");

    private string Sealed(SectorId sector) => Path.Combine(Result, "sealed", sector.FileName);

    /// <summary>Has a worker work until something is so.</summary>
    private async Task WorkAsync(FleetCase fleet, string storage, Func<bool> isSo)
    {
        Directory.CreateDirectory(storage);
        Task drained = Task.Run(async () =>
        {
            await FleetCase.UntilAsync(isSo);
            fleet.List.Drain("a");
        });
        new FleetWorker(fleet.Database, Settings(storage), TimeProvider.System, NullLogger.Instance).Run(this, TestContext.Current.CancellationToken);
        await drained;
    }

    private WorkerSettings Settings(string storage)
    {
        RecoverySettings recover = new() { ResultFolder = Result, TempFolder = Path.Combine(_folder, "temp"), ParentCacheFolder = Path.Combine(_folder, "parents") };
        return new WorkerSettings
        {
            Name = "a",
            Recover = recover,
            Repair = recover with { StoragePaths = [storage] },
            Silence = TimeSpan.FromSeconds(2),
            Pause = TimeSpan.FromMilliseconds(50),
            ExitCodeOf = _ => 70,
        };
    }
}
