using System.Diagnostics;
using Npgsql;
using SealerRecover.Fleet.Claims;
using SealerRecover.Fleet.Jobs;

namespace SealerRecover.Tests.Fleet;

/// <summary>What the list itself costs, without any sealing. docs/performance.md has the figures of the long run.</summary>
public sealed class OverheadTests(Databases databases)
{
    private const int Workers = 4;

    private static readonly WorkerReach Reach = new([JobKind.Recover], []);

    [Fact]
    public async Task Jobs_of_nothing_go_through_the_list_and_each_is_taken_once()
    {
        int count = VectorFiles.LongTests ? 10_000 : 400;
        using FleetCase fleet = await FleetCase.CreateAsync(databases);
        Stopwatch watch = Stopwatch.StartNew();
        fleet.Submit(count);
        TimeSpan submitted = watch.Elapsed;
        long before = Transactions(fleet);
        watch.Restart();
        int[] taken = await Task.WhenAll(Enumerable.Range(0, Workers).Select(worker => Task.Run(() => WorkOff(fleet, $"worker {worker}"))));
        TimeSpan worked = watch.Elapsed;

        // What a connection has counted shows up after a second.
        await Task.Delay(TimeSpan.FromSeconds(1.5), TestContext.Current.CancellationToken);
        Assert.Equal(count, taken.Sum());
        Assert.Equal(count, fleet.List.Sectors().Count(sector => sector is { State: ClaimState.Done, Generation: 1 }));
        TestContext.Current.TestOutputHelper!.WriteLine(
            $"{count} jobs, {Workers} workers: submitted in {submitted.TotalSeconds:0.0} s; {worked.TotalSeconds:0.0} s, {worked.TotalMilliseconds / count:0.00} ms and "
            + $"{(Transactions(fleet) - before) / (double)count:0.0} transactions a job");
    }

    [Fact]
    public async Task Fifty_workers_that_wait_ask_for_little()
    {
        Assert.SkipUnless(VectorFiles.LongTests, "takes half a minute; set SEALER_RECOVER_LONG_TESTS=1");
        const int workers = 50;
        const int seconds = 20;
        using FleetCase fleet = await FleetCase.CreateAsync(databases);
        ClaimTable table = fleet.Table();
        CheckTable checks = new(fleet.Database, TimeSpan.FromMinutes(2));
        MadeTable made = new(fleet.Database, TimeSpan.FromMinutes(2));
        long before = Transactions(fleet);
        Stopwatch watch = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, workers).Select(worker => Task.Run(async () =>
        {
            // As a worker does that has nothing: the list every two seconds, a sign of life every three, checks and what others made every ten.
            fleet.List.Come($"worker {worker}", "/sector");
            for (int second = 0; watch.Elapsed < TimeSpan.FromSeconds(seconds); second++)
            {
                if (second % 2 == 0)
                {
                    Assert.Empty(table.Candidates($"worker {worker}", Reach, 64));
                }

                if (second % 3 == 0)
                {
                    fleet.List.IsThere($"worker {worker}", null, new MachineAbout { Version = "0.1.0", Processor = "a processor", Cores = 16, Memory = 1L << 40, Disk = 1L << 44, Busy = 0.5 });
                }

                if (second % 10 == 0)
                {
                    Assert.Null(checks.TryTake($"worker {worker}", ["/sector"]));
                    Assert.Null(made.Next($"worker {worker}", ["/sector"]));
                }

                await Task.Delay(1000, TestContext.Current.CancellationToken);
            }
        })));
        await Task.Delay(TimeSpan.FromSeconds(1.5), TestContext.Current.CancellationToken);
        double perSecond = (Transactions(fleet) - before) / watch.Elapsed.TotalSeconds;
        TestContext.Current.TestOutputHelper!.WriteLine($"{workers} waiting workers: {perSecond:0} transactions a second");
        Assert.InRange(perSecond, 1, 100);
    }

    private static int WorkOff(FleetCase fleet, string worker)
    {
        ClaimTable table = fleet.Table();
        int taken = 0;
        while (table.Candidates(worker, Reach, 64) is { Count: > 0 } candidates)
        {
            foreach (Candidate candidate in candidates)
            {
                if (table.TryTake(worker, candidate) is { } claim)
                {
                    taken += table.Holds(claim) && table.End(claim, new ClaimEnd(ClaimState.Done, "installed", 0, null)) ? 1 : 0;
                }
            }
        }

        return taken;
    }

    private static long Transactions(FleetCase fleet) => fleet.Database.First(
        "SELECT (xact_commit + xact_rollback)::bigint FROM pg_stat_database WHERE datname = current_database()", row => row.GetInt64(0), Array.Empty<NpgsqlParameter>());
}
