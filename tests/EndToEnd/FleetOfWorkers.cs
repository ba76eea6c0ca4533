using System.Globalization;

namespace EndToEnd;

/// <summary>A worker that is stopped and started again, on a list in a PostgreSQL of the tests' own. What several do under blows: <see cref="FleetUnderBlows"/>.</summary>
public sealed class FleetOfWorkers(ParentCaches caches, Databases databases) : IDisposable
{
    private readonly Workbench _bench = new(caches);

    public void Dispose() => _bench.Dispose();

    [Fact]
    public async Task A_worker_that_is_stopped_gives_back_what_it_had_and_goes_on_with_it_when_it_is_started_again()
    {
        ExpectedFiles expected = new("8MiB");
        await InitAsync();
        await _bench.RunAsync(0, ["fleet", "submit", $"--metadata={Workbench.Sample("8MiB")}", $"--to={_bench.Result}", "1"]);
        TaskCompletionSource trees = new(TaskCreationOptions.RunContinuationsAsynchronously);

        // Its layers are on record, and trees take seconds with this kernel.
        Ended stopped;
        using (Executable first = Work("a", line =>
        {
            if (line.Contains("\"phase\":\"trees\"", StringComparison.Ordinal))
            {
                trees.TrySetResult();
            }
        }, 2, "--kernel=poseidon=scalar"))
        {
            await trees.Task.WaitAsync(TimeSpan.FromMinutes(2), TestContext.Current.CancellationToken);
            first.Terminate();
            stopped = await first.EndAsync(TestContext.Current.CancellationToken);
            Assert.True(stopped.Code == 130, stopped.ToString());
        }

        Ended status = await _bench.RunAsync(0, ["fleet", "status"]);
        Assert.Contains("begun; its layers are with this worker", status.Output, StringComparison.Ordinal);
        using Executable again = Work("a", _ => { }, 2);
        await new WatchedList(_bench.Environment["SEALER_RECOVER_FLEET_DB"]).UntilLeftAsync(0);
        await _bench.RunAsync(0, ["fleet", "drain"]);
        Ended ended = await again.EndAsync(TestContext.Current.CancellationToken);
        Assert.True(ended.Code == 0, ended.ToString());
        Assert.True(ended.Lines.Any(line => (string?)line["event"] == "sector_started" && (bool?)line["resumed"] == true), $"{stopped}\n{ended}");
        expected.AssertInstalled(_bench.Result, [1]);
    }

    [Fact]
    public async Task A_worker_without_the_storage_path_makes_sectors_that_the_one_with_it_fetches_over_HTTP()
    {
        ExpectedFiles expected = new("2KiB");
        await InitAsync();
        string token = Path.Combine(_bench.Home, "token");
        await File.WriteAllTextAsync(token, "a-token-that-is-long-enough\n", TestContext.Current.CancellationToken);
        File.SetUnixFileMode(token, UnixFileMode.UserRead);
        string place = Directory.CreateDirectory(Path.Combine(_bench.Home, "place")).FullName;
        ulong[] numbers = [.. expected.Numbers.Take(8)];
        await _bench.RunAsync(0, ["fleet", "submit", $"--metadata={Workbench.Sample("2KiB")}", $"--to={place}", .. numbers.Select(number => number.ToString(CultureInfo.InvariantCulture))]);
        await _bench.RunAsync(0, ["fleet", "pause"]);

        // Found by the name it is given, at an address that is not this machine's own.
        WatchedList list = new(_bench.Environment["SEALER_RECOVER_FLEET_DB"]);
        using Executable keeper = Work("keeper", _ => { }, 60, $"--storage={place}", $"--http-token-file={token}");
        await list.UntilWorkersAsync(1);

        // It counts as there, and takes none: all that it gets it fetches.
        keeper.Freeze();
        await _bench.RunAsync(0, ["fleet", "resume"]);
        using Executable maker = Work("maker", _ => { }, 60, $"--http=0.0.0.0:{Workbench.FreePort()}", "--http-name=localhost", $"--http-token-file={token}");
        await list.UntilMadeAsync(numbers.Length);
        Ended status = await _bench.RunAsync(0, ["fleet", "status"]);
        Assert.Contains($"made; it waits until a worker that has {place} fetches it", status.Output, StringComparison.Ordinal);
        keeper.Thaw();
        await list.UntilLeftAsync(0);
        await _bench.RunAsync(0, ["fleet", "drain"]);
        Ended made = await maker.EndAsync(TestContext.Current.CancellationToken);
        Ended kept = await keeper.EndAsync(TestContext.Current.CancellationToken);
        Assert.True(made.Code == 0 && kept.Code == 0, $"{made}\n{kept}");
        Assert.Equal(numbers.Length, await list.FetchedAsync());
        expected.AssertInstalled(place, numbers);
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(_bench.Home, "maker", "for-others"), "*", SearchOption.AllDirectories));
        Assert.False(Directory.Exists(Path.Combine(_bench.Result, "sealed")));
    }

    private async Task InitAsync()
    {
        _bench.Environment["SEALER_RECOVER_FLEET_DB"] = await databases.CreateEmptyAsync();
        await _bench.RunAsync(0, ["fleet", "init"]);
    }

    private Executable Work(string name, Action<string> onLine, int silence, params string[] more) => _bench.Start(
        [
            "fleet", "work", $"--sealing-result={_bench.Result}", $"--sealing-temp={Path.Combine(_bench.Home, name)}", "--parallel=1",
            string.Create(CultureInfo.InvariantCulture, $"--silent-after={silence}"), string.Create(CultureInfo.InvariantCulture, $"--give-back-after={silence + 1}"), "--json", .. more,
        ],
        onLine);
}
