using System.Globalization;
using System.Text.Json.Nodes;
using Npgsql;

namespace EndToEnd;

/// <summary>Several workers, each a process with a temporary folder of its own, on one list in a PostgreSQL of the tests' own.</summary>
public sealed class FleetOfWorkers(ParentCaches caches, Databases databases) : IDisposable
{
    private readonly Workbench _bench = new(caches);

    public void Dispose() => _bench.Dispose();

    [Fact]
    public async Task Of_three_workers_one_is_killed_and_one_sleeps_too_long_and_every_sector_is_installed_once()
    {
        ExpectedFiles expected = new("2KiB");
        await InitAsync();
        await _bench.RunAsync(0, ["fleet", "submit", $"--metadata={Workbench.Sample("2KiB")}"]);
        List<string> said = [];
        TaskCompletionSource killing = new(TaskCreationOptions.RunContinuationsAsynchronously);
        TaskCompletionSource freezing = new(TaskCreationOptions.RunContinuationsAsynchronously);
        using Executable killed = Work("a", line => Hear(said, line, killing));
        await killing.Task.WaitAsync(TimeSpan.FromMinutes(2), TestContext.Current.CancellationToken);
        killed.Kill();
        using Executable frozen = Work("b", line => Hear(said, line, freezing));
        await freezing.Task.WaitAsync(TimeSpan.FromMinutes(2), TestContext.Current.CancellationToken);
        frozen.Freeze();
        using Executable third = Work("c", line => Hear(said, line, null));

        // Longer than it takes to count as gone, and for what it has begun to be given back.
        await Task.Delay(TimeSpan.FromSeconds(5), TestContext.Current.CancellationToken);
        frozen.Thaw();
        await DoneAsync();
        await _bench.RunAsync(0, ["fleet", "drain"]);
        Ended ended = await third.EndAsync(TestContext.Current.CancellationToken);
        Assert.True(ended.Code == 0, ended.ToString());

        // The one that slept may have come too late for a sector, which it says with the exit code of what another has.
        ended = await frozen.EndAsync(TestContext.Current.CancellationToken);
        Assert.True(ended.Code is 0 or 12, ended.ToString());

        expected.AssertInstalled(_bench.Result, expected.Numbers);
        string[] installed =
        [
            .. said.Select(line => JsonNode.Parse(line)!).Where(line => (string?)line["event"] == "sector_ended" && (string?)line["result"] == "installed")
                .Select(line => line["sector"]!.ToJsonString()),
        ];
        Assert.Equal(installed.Distinct(), installed);
        Ended status = await _bench.RunAsync(0, ["fleet", "status", "--json"]);
        JsonNode fleet = status.Lines.First(line => (string?)line["event"] == "fleet");
        Assert.Equal(expected.Numbers.Count, fleet["sectors"]!.AsArray().Count);
        Assert.All(fleet["sectors"]!.AsArray(), sector => Assert.Equal("done", (string?)sector!["state"]));
        Assert.Equal(3, fleet["workers"]!.AsArray().Count);
        Assert.DoesNotContain(PostgresServer.Password, status.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_worker_that_is_stopped_gives_back_what_it_had_and_goes_on_with_it_when_it_is_started_again()
    {
        ExpectedFiles expected = new("8MiB");
        await InitAsync();
        await _bench.RunAsync(0, ["fleet", "submit", $"--metadata={Workbench.Sample("8MiB")}", "1"]);
        TaskCompletionSource trees = new(TaskCreationOptions.RunContinuationsAsynchronously);
        using (Executable first = Work("a", line =>
        {
            if (line.Contains("\"trees\"", StringComparison.Ordinal))
            {
                trees.TrySetResult();
            }
        }))
        {
            await trees.Task.WaitAsync(TimeSpan.FromMinutes(2), TestContext.Current.CancellationToken);
            first.Terminate();
            Ended stopped = await first.EndAsync(TestContext.Current.CancellationToken);
            Assert.True(stopped.Code == 130, stopped.ToString());
        }

        Ended status = await _bench.RunAsync(0, ["fleet", "status"]);
        Assert.Contains("begun; its layers are with this worker", status.Output, StringComparison.Ordinal);
        List<string> said = [];
        using Executable again = Work("a", line => Hear(said, line, null));
        await DoneAsync();
        await _bench.RunAsync(0, ["fleet", "drain"]);
        Ended ended = await again.EndAsync(TestContext.Current.CancellationToken);
        Assert.True(ended.Code == 0, ended.ToString());
        Assert.Contains(ended.Lines, line => (string?)line["event"] == "sector_started" && (bool?)line["resumed"] == true);
        expected.AssertInstalled(_bench.Result, [1]);
    }

    /// <summary>
    /// Three workers, of which one is killed and started again, or put to sleep beyond the timeout, again and again. The seed is printed;
    /// SEALER_RECOVER_KILL_SEED repeats it.
    /// </summary>
    [Fact]
    public async Task Workers_that_are_killed_and_put_to_sleep_at_random_finish_the_list()
    {
        Assert.SkipUnless(VectorFiles.LongTests, "takes minutes; set SEALER_RECOVER_LONG_TESTS=1");
        const int kills = 20;
        const int sleeps = 5;
        string given = Environment.GetEnvironmentVariable("SEALER_RECOVER_KILL_SEED") ?? "";
        int seed = int.TryParse(given, NumberStyles.None, CultureInfo.InvariantCulture, out int repeated) ? repeated : Random.Shared.Next();
        TestContext.Current.SendDiagnosticMessage($"kill seed {seed}");
        Random random = new(seed);
        ExpectedFiles expected = new("8MiB");
        await InitAsync();
        await _bench.RunAsync(0, ["fleet", "submit", $"--metadata={Workbench.Sample("8MiB")}"]);
        string[] names = ["a", "b", "c"];
        Executable[] workers = [.. names.Select(name => Work(name, _ => { }))];
        int rounds = 1;
        try
        {
            for (int blow = 0; blow < kills + sleeps; blow++)
            {
                if (await LeftAsync() == 0)
                {
                    expected.AssertInstalled(_bench.Result, expected.Numbers);
                    Directory.Delete(_bench.Result, recursive: true);
                    await _bench.RunAsync(0, ["fleet", "submit", $"--metadata={Workbench.Sample("8MiB")}"]);
                    rounds++;
                }

                await Task.Delay(random.Next(300, 4000), TestContext.Current.CancellationToken);
                int which = random.Next(workers.Length);
                if (blow % (kills / sleeps + 1) == 0)
                {
                    workers[which].Freeze();
                    await Task.Delay(TimeSpan.FromSeconds(5), TestContext.Current.CancellationToken);
                    workers[which].Thaw();
                }
                else
                {
                    workers[which].Dispose();
                    workers[which] = Work(names[which], _ => { });
                }
            }

            await DoneAsync();
            await _bench.RunAsync(0, ["fleet", "drain"]);
            Ended[] ended = await Task.WhenAll(workers.Select(worker => worker.EndAsync(TestContext.Current.CancellationToken)));
            Assert.All(ended, end => Assert.True(end.Code is 0 or 12, end.ToString()));
            expected.AssertInstalled(_bench.Result, expected.Numbers);
            TestContext.Current.TestOutputHelper!.WriteLine($"seed {seed}: {kills} kills, {sleeps} sleeps, {rounds} times the list");
        }
        finally
        {
            Array.ForEach(workers, worker => worker.Dispose());
        }
    }

    private static void Hear(List<string> said, string line, TaskCompletionSource? started)
    {
        lock (said)
        {
            if (line.Contains("\"sector_ended\"", StringComparison.Ordinal))
            {
                said.Add(line);
            }
        }

        if (line.Contains("\"sector_started\"", StringComparison.Ordinal))
        {
            started?.TrySetResult();
        }
    }

    private async Task InitAsync()
    {
        _bench.Environment["SEALER_RECOVER_FLEET_DB"] = await databases.CreateEmptyAsync();
        await _bench.RunAsync(0, ["fleet", "init"]);
    }

    private Executable Work(string name, Action<string> onLine) => _bench.Start(
        [
            "fleet", "work", $"--sealing-result={_bench.Result}", $"--sealing-temp={Path.Combine(_bench.Home, name)}", "--parallel=1", "--silent-after=2",
            "--give-back-after=3", "--json",
        ],
        onLine);

    /// <summary>Waits until no sector is left on the list.</summary>
    private async Task DoneAsync()
    {
        using CancellationTokenSource impatient = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        impatient.CancelAfter(TimeSpan.FromMinutes(2));
        while (await LeftAsync() > 0)
        {
            await Task.Delay(100, impatient.Token);
        }
    }

    /// <summary>How many sectors are not done.</summary>
    private async Task<long> LeftAsync()
    {
        await using NpgsqlConnection connection = new(Connection(_bench.Environment["SEALER_RECOVER_FLEET_DB"]));
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using NpgsqlCommand command = new("SELECT count(*) FROM sealer_recover_fleet.claims WHERE state <> 'done'", connection);
        return (long)(await command.ExecuteScalarAsync(TestContext.Current.CancellationToken))!;
    }

    private static string Connection(string url)
    {
        Uri where = new(url);
        return new NpgsqlConnectionStringBuilder
        {
            Host = where.Host,
            Port = where.Port,
            Username = PostgresServer.User,
            Password = PostgresServer.Password,
            Database = where.AbsolutePath[1..],
        }.ConnectionString;
    }
}
