using Filecoin.Primitives;
using SealerRecover.Fleet.Claims;
using SealerRecover.Fleet.Database;
using SealerRecover.Fleet.Jobs;

namespace SealerRecover.Tests.Fleet;

/// <summary>Who has which sector, on a PostgreSQL of the tests' own.</summary>
public sealed class ClaimTests(Databases databases)
{
    private static readonly WorkerReach Reach = new([JobKind.Recover], ["/sector"]);

    [Fact]
    public async Task Of_workers_that_race_each_sector_has_one()
    {
        const int count = 200;
        using FleetCase fleet = await FleetCase.CreateAsync(databases);
        fleet.Submit(count);
        string[] names = ["a", "b", "c"];
        Claim[][] taken = await Task.WhenAll(names.Select(name => Task.Run(() =>
        {
            ClaimTable table = fleet.Table();
            List<Claim> mine = [];
            while (table.Candidates(name, Reach, 10).Where(one => mine.All(had => had.Id != one.Id)).ToArray() is { Length: > 0 } candidates)
            {
                mine.AddRange(candidates.Select(candidate => table.TryTake(name, candidate)).OfType<Claim>());
                mine.ForEach(claim => table.End(claim, new ClaimEnd(ClaimState.Done, "installed", 0, null)));
            }

            return mine.ToArray();
        })));

        Assert.Equal(Enumerable.Range(0, count).Select(number => (ulong)number), taken.SelectMany(mine => mine).Select(claim => claim.Sector.Number).Order());
        Assert.All(taken.SelectMany(mine => mine), claim => Assert.Equal(1, claim.Generation));
        Assert.All(fleet.List.Sectors(), sector => Assert.Equal((ClaimState.Done, 1L), (sector.State, sector.Generation)));
    }

    [Fact]
    public async Task What_was_confirmed_is_known_after_a_crash_of_a_server_that_does_not_wait_for_its_disk()
    {
        Assert.SkipWhen(PostgresServer.Missing is not null, PostgresServer.Missing ?? "");
        await using PostgresServer server = await PostgresServer.StartAsync(TestContext.Current.CancellationToken);
        using FleetCase fleet = FleetCase.At(server.Url);
        fleet.Submit(1);
        Claim claim = Take(fleet.Table(), "a")!;
        await server.KillAsync();
        await server.StartAgainAsync(TestContext.Current.CancellationToken);

        // Connections from before are found dead first.
        SpinWait.SpinUntil(() => Answers(() => fleet.List.Sectors()), TimeSpan.FromMinutes(1));
        Assert.Equal((ClaimState.Claimed, claim.Generation), Assert.Single(fleet.List.Sectors().Select(sector => (sector.State, sector.Generation))));

        static bool Answers(Action ask)
        {
            try
            {
                ask();
                return true;
            }
            catch (OperatorException silent) when (silent.Kind == FailureKind.NodeUnreachable)
            {
                return false;
            }
        }
    }

    [Fact]
    public async Task Who_was_silent_too_long_is_refused_and_the_other_s_word_counts()
    {
        using FleetCase fleet = await FleetCase.CreateAsync(databases);
        fleet.Submit(1);
        ClaimTable table = fleet.Table();
        Claim late = Take(table, "late")!;
        Assert.Null(Take(table, "other"));
        Assert.True(table.Holds(late));

        fleet.Pass(TimeSpan.FromSeconds(61));
        Claim other = Take(table, "other")!;

        Assert.Equal(late.Generation + 1, other.Generation);
        Assert.False(table.Holds(late));
        Assert.Empty(table.Renew([(late, default, [])]));
        Assert.False(table.End(late, new ClaimEnd(ClaimState.Failed, "failed", 8, "no")));
        Assert.Equal([other.Id], table.Renew([(other, default, [])]));
        Assert.True(table.End(other, new ClaimEnd(ClaimState.Done, "installed", 0, null)));
        ClaimView end = Assert.Single(fleet.List.Sectors());
        Assert.Equal((ClaimState.Done, "other", "installed"), (end.State, end.Worker, end.Outcome));
    }

    [Fact]
    public async Task A_sector_with_a_layer_stays_with_its_machine_until_the_grace_is_over()
    {
        using FleetCase fleet = await FleetCase.CreateAsync(databases);
        fleet.Submit(1);
        ClaimTable table = fleet.Table();
        Claim owner = Take(table, "owner")!;
        table.Renew([(owner, new ClaimProgress(Placed: true, "label", 2, 11, 0.5), [])]);
        Assert.Equal(new ClaimProgress(true, "label", 2, 11, 0.5), Assert.Single(fleet.List.Sectors()).Progress);

        // Silent, or given back: nobody else's before the hour is over, and the owner's at any time.
        fleet.Pass(TimeSpan.FromMinutes(59));
        Assert.Null(Take(table, "other"));
        Claim again = Take(table, "owner")!;
        Assert.False(table.Holds(owner));
        table.End(again, new ClaimEnd(ClaimState.Queued, "stopped", 0, null));
        Assert.Null(Take(table, "other"));

        fleet.Pass(TimeSpan.FromMinutes(61));
        Claim anew = Take(table, "other")!;
        Assert.False(table.Holds(again));
        Assert.True(table.Holds(anew));
        Assert.Null(Take(table, "owner"));
        Assert.False(Assert.Single(fleet.List.Sectors()).Progress.Placed);
    }

    [Fact]
    public async Task Who_is_stopped_between_two_signs_of_life_keeps_what_it_has_layers_of()
    {
        using FleetCase fleet = await FleetCase.CreateAsync(databases);
        fleet.Submit(1);
        ClaimTable table = fleet.Table();
        Claim claim = Take(table, "mine")!;

        Assert.True(table.End(claim, new ClaimEnd(ClaimState.Queued, "stopped", 0, null), placed: true));

        Assert.Null(Take(table, "other"));
        Assert.True(Assert.Single(fleet.List.Sectors()).Progress.Placed);
        Assert.NotNull(Take(table, "mine"));
    }

    [Fact]
    public async Task What_is_given_back_without_a_layer_is_anybody_s_once_it_waited()
    {
        using FleetCase fleet = await FleetCase.CreateAsync(databases);
        fleet.Submit(1);
        ClaimTable table = fleet.Table();
        table.End(Take(table, "a")!, new ClaimEnd(ClaimState.Queued, "stopped", 12, "busy", TimeSpan.FromMinutes(1)));
        Assert.Null(Take(table, "b"));
        fleet.Database.Send($"UPDATE {FleetDatabase.Schema}.claims SET not_before = now() - interval '1 second'");
        Assert.NotNull(Take(table, "b"));
    }

    [Fact]
    public async Task Priority_goes_before_what_is_due_and_that_before_numbers()
    {
        using FleetCase fleet = await FleetCase.CreateAsync(databases);
        DateTimeOffset now = DateTimeOffset.UnixEpoch;
        ClaimTable table = fleet.Table();
        table.Submit([new(FleetCase.Job(1)), new(FleetCase.Job(2), now.AddDays(2)), new(FleetCase.Job(3), now.AddDays(1))], 0);
        table.Submit([new(FleetCase.Job(9))], 5);
        table.Submit([new(FleetCase.Job(0))], -1);
        Assert.Equal([9ul, 3, 2, 1, 0], table.Candidates("a", Reach, 10).Select(candidate => candidate.Sector.Number));
    }

    [Fact]
    public async Task A_fault_that_ends_soon_goes_before_what_is_due_and_that_before_what_is_dear()
    {
        using FleetCase fleet = await FleetCase.CreateAsync(databases);
        DateTimeOffset now = DateTimeOffset.UtcNow;
        ClaimTable table = fleet.Table();
        table.Submit(
            [
                new(FleetCase.Job(1), now.AddHours(5)) { Deadline = 1, PerDay = 7, FaultEnd = now.AddDays(30) },
                new(FleetCase.Job(2), now.AddHours(5)) { Deadline = 1, PerDay = 9, FaultEnd = now.AddDays(30) },
                new(FleetCase.Job(3), now.AddHours(9)) { Deadline = 2, PerDay = 1, FaultEnd = now.AddDays(2) },

                // Its deadline was yesterday, and is tomorrow again.
                new(FleetCase.Job(4), now.AddHours(-20)) { Deadline = 3, PerDay = 1000 },
                new(FleetCase.Job(5)),
            ],
            0);
        Assert.Equal([3ul, 4, 2, 1, 5], table.Candidates("a", Reach, 10).Select(candidate => candidate.Sector.Number));
        ClaimView again = Assert.Single(fleet.List.Sectors(), sector => sector.Sector.Number == 4);
        Assert.InRange(again.Due!.Value - now, TimeSpan.FromHours(3.9), TimeSpan.FromHours(4.1));
        Assert.Equal((3, 1000, null), (again.Stakes.Deadline, (int)again.Stakes.PerDay!.Value, again.Stakes.FaultEnd));
    }

    [Fact]
    public async Task What_happens_to_a_sector_is_kept_as_far_as_its_newest_200()
    {
        using FleetCase fleet = await FleetCase.CreateAsync(databases);
        fleet.Submit(1);
        ClaimTable table = fleet.Table();
        Claim claim = Take(table, "a")!;
        for (int batch = 0; batch < 10; batch++)
        {
            table.Renew([(claim, default, [.. Enumerable.Range(0, 30).Select(i => new ClaimEvent($"{batch}, {i}", "layer_1", 12))])]);
        }

        // Who has lost it adds nothing any more.
        table.Renew([(claim with { Generation = 99 }, default, [new ClaimEvent("late")])]);
        table.End(claim, new ClaimEnd(ClaimState.Failed, "failed", 8, "another CommR"), events: [new ClaimEvent("before the end")]);
        IReadOnlyList<ClaimHistory> history = fleet.List.Events(claim.Sector);
        Assert.InRange(history.Count, 200, 202);
        Assert.Equal(("failed: another CommR", "a"), (history[0].Text, history[0].Worker));
        Assert.Equal("before the end", history[1].Text);
        Assert.Equal(("9, 29", "layer_1", 12), (history[2].Text, history[2].Step, history[2].Seconds));
        Assert.DoesNotContain(history, one => one.Text == "late");
        fleet.List.Retry([claim.Sector]);
        Assert.Equal("put on the list again", fleet.List.Events(claim.Sector)[0].Text);
    }

    [Fact]
    public async Task A_database_that_an_older_build_prepared_is_said_to_be_and_gets_what_is_new()
    {
        using FleetCase fleet = await FleetCase.CreateAsync(databases);
        fleet.Submit(2);
        fleet.Database.Send(
            $"DROP TABLE {FleetDatabase.Schema}.events; ALTER TABLE {FleetDatabase.Schema}.workers DROP COLUMN about;"
            + $"ALTER TABLE {FleetDatabase.Schema}.claims DROP COLUMN size, DROP COLUMN deadline, DROP COLUMN partition, DROP COLUMN fault_end, DROP COLUMN per_day, "
            + "DROP COLUMN termination, DROP COLUMN debt, DROP COLUMN rate, DROP COLUMN unit");
        foreach (Action ask in (Action[])[() => fleet.List.All(), () => fleet.List.Come("a"), () => fleet.Table().Candidates("a", Reach, 1), () => fleet.Submit(1)])
        {
            OperatorException older = Assert.Throws<OperatorException>(ask);
            Assert.Equal(FailureKind.BadInput, older.Kind);
            Assert.Contains("older build", older.Message, StringComparison.Ordinal);
        }

        FleetSchema.Prepare(fleet.Database);
        FleetSchema.Prepare(fleet.Database);
        Assert.Equal(2, fleet.List.All().Sectors.Count);
        Assert.NotNull(Take(fleet.Table(), "a"));
    }

    [Fact]
    public async Task A_job_of_another_form_kind_or_place_is_left()
    {
        using FleetCase fleet = await FleetCase.CreateAsync(databases);
        ClaimTable table = fleet.Table();
        table.Submit(
            [new(FleetCase.Job(0)), new(FleetCase.Job(1, place: "/sector")), new(FleetCase.Job(2, place: "/elsewhere")), new(FleetCase.Job(3, JobKind.Repair))], 0);
        fleet.Database.Send($"UPDATE {FleetDatabase.Schema}.claims SET form = 99 WHERE number = 0");
        Assert.Equal([1ul], table.Candidates("a", Reach, 10).Select(candidate => candidate.Sector.Number));
        Assert.Equal([1ul, 3], table.Candidates("a", Reach with { Kinds = [JobKind.Recover, JobKind.Repair] }, 10).Select(candidate => candidate.Sector.Number));
    }

    [Fact]
    public async Task People_pause_cancel_and_retry()
    {
        using FleetCase fleet = await FleetCase.CreateAsync(databases);
        fleet.Submit(3);
        ClaimTable table = fleet.Table();
        Assert.Equal(2, fleet.List.Pause(true, [FleetCase.Job(0).Facts.Sector, FleetCase.Job(1).Facts.Sector]));
        Assert.Equal([2ul], table.Candidates("a", Reach, 10).Select(candidate => candidate.Sector.Number));
        Assert.Equal(2, fleet.List.Pause(false, []));
        Claim claim = Take(table, "a")!;

        Assert.Equal(1, fleet.List.Cancel([claim.Sector]));
        Assert.False(table.Holds(claim));
        Assert.Equal(0, fleet.List.Retry([]));
        Assert.Equal(1, fleet.List.Retry([claim.Sector]));
        Claim again = Take(table, "a")!;
        Assert.Equal(claim.Sector, again.Sector);
        table.End(again, new ClaimEnd(ClaimState.Failed, "failed", 10, "the disk is full"));
        Assert.DoesNotContain(again.Sector, table.Candidates("a", Reach, 10).Select(candidate => candidate.Sector));
        Assert.Equal(1, fleet.List.Retry([]));
        Assert.Contains(again.Sector, table.Candidates("a", Reach, 10).Select(candidate => candidate.Sector));
    }

    [Fact]
    public async Task A_sector_that_a_worker_has_is_not_submitted_again_and_one_that_ended_is()
    {
        using FleetCase fleet = await FleetCase.CreateAsync(databases);
        fleet.Submit(2);
        ClaimTable table = fleet.Table();
        Claim claim = Take(table, "a")!;
        Assert.Equal([claim.Sector], table.Submit([new(FleetCase.Job(0)), new(FleetCase.Job(1))], 7));
        table.End(claim, new ClaimEnd(ClaimState.Done, "installed", 0, null));
        Assert.Empty(table.Submit([new(FleetCase.Job(0))], 7));
        Assert.All(fleet.List.Sectors(), sector => Assert.Equal((ClaimState.Queued, 7), (sector.State, sector.Priority)));
    }

    [Fact]
    public async Task A_job_holds_all_that_a_metadata_file_says()
    {
        using FleetCase fleet = await FleetCase.CreateAsync(databases);
        ClaimTable table = fleet.Table();
        SectorJob job = new(FleetCase.Sample, JobKind.Repair, "/sector");
        table.Submit([new(job)], 0);
        SectorJob read = SectorJob.Read(Assert.Single(table.Candidates("a", new WorkerReach([JobKind.Repair], ["/sector"]), 1)).Job);
        Assert.Equal((job.Kind, job.Place, job.Facts.Sector, job.Facts.Ticket, job.Facts.SealedCid, job.Facts.SealProof), (read.Kind, read.Place, read.Facts.Sector, read.Facts.Ticket, read.Facts.SealedCid, read.Facts.SealProof));
    }

    [Fact]
    public async Task A_database_that_is_not_prepared_or_not_there_is_said_without_its_password()
    {
        string url = await databases.CreateEmptyAsync();
        using FleetDatabase empty = FleetDatabase.At(url, "the test");
        OperatorException bare = Assert.Throws<OperatorException>(() => new FleetList(empty).Sectors());
        Assert.Equal(FailureKind.BadInput, bare.Kind);
        using FleetDatabase nobody = FleetDatabase.At(
            $"postgres://me:s3kr1t@127.0.0.1:{PostgresServer.FreePort()}/fleet", "the test");
        OperatorException silent = Assert.Throws<OperatorException>(() => new FleetList(nobody).Sectors());
        Assert.Equal(FailureKind.NodeUnreachable, silent.Kind);
        Assert.DoesNotContain("s3kr1t", silent.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(Uri.EscapeDataString(PostgresServer.Password), bare.ToString(), StringComparison.Ordinal);
        Assert.Throws<OperatorException>(() => FleetDatabase.At("postgres://127.0.0.1", "the test"));
    }

    private static Claim? Take(ClaimTable table, string worker) =>
        table.Candidates(worker, Reach, 1) is [var candidate] ? table.TryTake(worker, candidate) : null;
}
