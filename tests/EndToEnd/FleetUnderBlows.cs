using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;

namespace EndToEnd;

/// <summary>
/// Three workers on one list, struck again and again: a worker is killed, or sleeps longer than it may, or the database is killed. One has a clock
/// that is wrong; one does not have the folder that results go to, and those that have it fetch what it makes; and, in the long form, one shares its
/// only core with others that never rest. Which blow comes when follows from a seed, which is printed; SEALER_RECOVER_KILL_SEED repeats it.
/// </summary>
public sealed class FleetUnderBlows(ParentCaches caches) : IAsyncLifetime
{
    private static readonly string[] Names = ["a", "b", "c"];

    /// <summary>Who does not have the folder that results go to.</summary>
    private const string Apart = "b";

    private static readonly TimeSpan ClockOff = TimeSpan.FromMinutes(10);

    private readonly Workbench _bench = new(caches);
    private readonly ConcurrentQueue<(string Worker, DateTime Heard, string Line)> _said = new();
    private readonly List<Process> _restless = [];
    private readonly int _port = Workbench.FreePort();
    private PostgresServer _server = null!;

    private enum Blow
    {
        Kill,
        KillDatabase,
        Sleep,
    }

    public async ValueTask InitializeAsync()
    {
        Assert.SkipWhen(PostgresServer.Missing is not null, PostgresServer.Missing ?? "");
        _server = await PostgresServer.StartAsync(TestContext.Current.CancellationToken);
        _bench.Environment["SEALER_RECOVER_FLEET_DB"] = _server.Url;
        _bench.Environment["SEALER_RECOVER_HTTP_TOKEN"] = "a-token-that-is-long-enough";
    }

    public async ValueTask DisposeAsync()
    {
        _restless.ForEach(process =>
        {
            process.Kill();
            process.Dispose();
        });
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }

        _bench.Dispose();
    }

    [Fact]
    public Task Every_sector_is_installed_once_and_nothing_else_is_touched() => StrikeAsync(all: false, kills: 2, databaseKills: 1, sleeps: 1);

    [Fact]
    public Task Of_sixty_sectors_every_one_is_installed_once_and_nothing_else_is_touched()
    {
        Assert.SkipUnless(VectorFiles.LongTests, "takes minutes; set SEALER_RECOVER_LONG_TESTS=1");
        return StrikeAsync(all: true, kills: 20, databaseKills: 5, sleeps: 5);
    }

    private async Task StrikeAsync(bool all, int kills, int databaseKills, int sleeps)
    {
        Random random = new(Workbench.Seed());
        Blow[] blows = [.. Enumerable.Repeat(Blow.Kill, kills), .. Enumerable.Repeat(Blow.KillDatabase, databaseKills), .. Enumerable.Repeat(Blow.Sleep, sleeps)];
        random.Shuffle(blows);

        MixedSectors sectors = new(_bench, caches, all);
        await sectors.PrepareAsync();
        await _bench.RunAsync(0, ["fleet", "init"]);
        await sectors.SubmitAsync();
        WatchedList list = new(_server.Url);
        using CountedInstalls installs = new(_bench.Result, sectors.Storage);
        Stopwatch watch = Stopwatch.StartNew();
        Executable[] workers = [.. Names.Select(name => Work(name, sectors, pinned: all && name == "c"))];
        if (all)
        {
            // Beside the third worker, on the core that it is kept to, as long as these tests are there.
            _restless.AddRange(Enumerable.Range(0, 2).Select(_ => Process.Start("taskset", ["-c", LastCore, "sh", "-c", "while [ -d /proc/$PPID ]; do :; done"])));
        }

        try
        {
            int atWork = 0;
            foreach ((int index, Blow blow) in blows.Index())
            {
                // Spread over the list, so that each meets one at work.
                await list.UntilLeftAsync(sectors.Count - ((long)index * (sectors.Count - 3) / blows.Length));
                await Task.Delay(random.Next(0, all ? 1500 : 300), TestContext.Current.CancellationToken);
                IReadOnlyList<string> busy = await list.AtWorkAsync(TimeSpan.FromSeconds(5));
                string which = busy.Count > 0 ? busy[random.Next(busy.Count)] : Names[random.Next(Names.Length)];
                atWork += busy.Count > 0 ? 1 : 0;
                await StrikeAsync(blow, workers, Array.IndexOf(Names, which), sectors, all && which == "c", random);
            }

            await list.UntilLeftAsync(0);
            TimeSpan took = watch.Elapsed;
            Task<Ended[]> end = Task.WhenAll(workers.Select(worker => worker.EndAsync(TestContext.Current.CancellationToken)));
            while (!end.IsCompleted)
            {
                // Again and again: one that was just started again is not on the list yet, and begins when it has come.
                await _bench.RunAsync(0, ["fleet", "drain"]);
                await Task.WhenAny(end, Task.Delay(TimeSpan.FromSeconds(3), TestContext.Current.CancellationToken));
            }

            Ended[] ended = await end;

            // One that slept may have come too late for a sector, which it says with the exit code of what another has.
            Assert.All(ended, end => Assert.True(end.Code is 0 or 12, end.ToString()));
            sectors.AssertWhole();
            Assert.False(Directory.Exists(Path.Combine(Folder(Apart), "own", "sealed")));
            Assert.DoesNotContain(Directory.EnumerateFiles(Folder(Apart), "*", SearchOption.AllDirectories), file => file.Contains("/for-others/", StringComparison.Ordinal) && file.Contains("/s-t0", StringComparison.Ordinal));
            sectors.AssertNothingElse([_bench.Temp, .. Names.Select(Folder)]);
            await AssertDoneOnceAsync(sectors, installs);
            (long taken, int fetched) = (await list.TakenAsync(), await list.FetchedAsync());
            TestContext.Current.TestOutputHelper!.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{sectors.Count} sectors in {took.TotalSeconds:F0} s, {kills} kills of workers, {databaseKills} of the database, {sleeps} sleeps; {atWork} blows met a worker that had sectors; they were taken {taken} times, and {fetched} were fetched from who had made them"));
        }
        finally
        {
            Array.ForEach(workers, worker => worker.Dispose());
        }
    }

    private async Task StrikeAsync(Blow blow, Executable[] workers, int which, MixedSectors sectors, bool pinned, Random random)
    {
        switch (blow)
        {
            case Blow.Kill:
                workers[which].Dispose();
                workers[which] = Work(Names[which], sectors, pinned);
                break;
            case Blow.KillDatabase:
                await _server.KillAsync();
                await Task.Delay(random.Next(0, 2000), TestContext.Current.CancellationToken);
                await _server.StartAgainAsync(TestContext.Current.CancellationToken);
                break;
            default:
                // Longer than it takes to count as gone, and for what it has begun to be given back.
                workers[which].Freeze();
                await Task.Delay(TimeSpan.FromSeconds(5), TestContext.Current.CancellationToken);
                workers[which].Thaw();
                break;
        }
    }

    /// <summary>By the kernel's word, by the list's, and by the workers'.</summary>
    private async Task AssertDoneOnceAsync(MixedSectors sectors, CountedInstalls installs)
    {
        Ended status = await sectors.AssertDoneOnceAsync(installs, Names);
        Assert.DoesNotContain(PostgresServer.Password, status.ToString(), StringComparison.Ordinal);
        (string Worker, DateTime Heard, JsonNode Line)[] said = [.. _said.Select(one => (one.Worker, one.Heard, JsonNode.Parse(one.Line)!))];
        string[] installed =
        [
            .. said.Where(one => one.Worker != Apart && (string?)one.Line["event"] == "sector_ended" && (string?)one.Line["result"] == "installed").Select(one => one.Line["sector"]!.ToJsonString()),
        ];
        Assert.Equal(installed.Distinct(), installed);
        if (WrongClock.By(ClockOff).Count > 0)
        {
            Assert.All(said.Where(one => one.Worker == "a"), one => Assert.InRange(
                DateTime.Parse((string)one.Line["time"]!, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal) - one.Heard, ClockOff / 2, ClockOff * 2));
        }
    }

    private string Folder(string name) => Path.Combine(_bench.Home, name);

    private static string LastCore => (Environment.ProcessorCount - 1).ToString(CultureInfo.InvariantCulture);

    private Executable Work(string name, MixedSectors sectors, bool pinned)
    {
        Dictionary<string, string> environment = new(_bench.Environment);
        foreach ((string variable, string value) in name == "a" ? WrongClock.By(ClockOff) : new Dictionary<string, string>())
        {
            environment[variable] = value;
        }

        Executable worker = Executable.Start(
            _bench.Home,
            environment,
            [
                "fleet", "work", $"--worker={name}", $"--storage={sectors.Storage}", $"--sealing-result={(name == Apart ? Folder(name) + "/own" : _bench.Result)}",
                .. name == Apart ? [$"--http=0.0.0.0:{_port}", "--http-name=localhost"] : Array.Empty<string>(), $"--sealing-temp={Folder(name)}",
                name == "b" ? "--parallel=3" : "--parallel=1", "--silent-after=2", "--give-back-after=3", "--json",
            ],
            line => Hear(name, line));
        if (pinned)
        {
            Assert.True(Tool.Succeeds("taskset", "--all-tasks", "--cpu-list", "--pid", LastCore, worker.Id.ToString(CultureInfo.InvariantCulture)));
        }

        return worker;
    }

    private void Hear(string name, string line)
    {
        if (line.Contains("\"sector_ended\"", StringComparison.Ordinal) || line.Contains("\"sector_started\"", StringComparison.Ordinal))
        {
            _said.Enqueue((name, DateTime.UtcNow, line));
        }
    }
}
