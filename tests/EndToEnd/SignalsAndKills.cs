using System.Globalization;

namespace EndToEnd;

/// <summary>A run can end at any moment; the same command always finishes it.</summary>
public sealed class SignalsAndKills(ParentCaches caches) : IDisposable
{
    private static readonly int Kills = VectorFiles.LongTests ? 50 : 20;

    private readonly Workbench _bench = new(caches);

    public void Dispose() => _bench.Dispose();

    [Theory]
    [InlineData("sector_started", false)]
    [InlineData("sector_started", true)]
    [InlineData("trees", false)]
    public async Task A_signal_stops_says_how_to_go_on_and_the_same_command_does(string at, bool terminate)
    {
        string[] arguments = [.. _bench.Recover(Workbench.Sample("8MiB"), "1", "--json")];
        Ended stopped = await _bench.StopAsync(
            arguments,
            $"\"{at}\"",
            executable =>
            {
                if (terminate)
                {
                    executable.Terminate();
                }
                else
                {
                    executable.Interrupt();
                }
            },
            () => Directory.Delete(_bench.Result, recursive: true));
        Assert.True(stopped.Code == 130, stopped.ToString());
        Assert.Equal("stopped", (string?)stopped.Report["exit_name"]);
        Assert.Equal("sealer-recover " + string.Join(' ', arguments), (string?)stopped.Report["go_on_with"]);

        Ended ended = await _bench.RunAsync(arguments);
        Assert.True(ended.Code == 0, ended.ToString());
        if (at == "trees")
        {
            Assert.Contains(ended.Lines, line => (string?)line["event"] == "sector_started" && (bool?)line["resumed"] == true);
        }

        new ExpectedFiles("8MiB").AssertInstalled(_bench.Result, [1]);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_stopped_bench_says_so_in_one_line_and_leaves_nothing(bool json)
    {
        string[] arguments = ["bench", $"--sealing-temp={_bench.Temp}", .. json ? ["--json"] : (string[])[]];
        using Executable executable = await _bench.StartAndWaitAsync(arguments, "label kernels");
        executable.Interrupt();

        Ended stopped = await executable.EndAsync(TestContext.Current.CancellationToken);

        Assert.True(stopped.Code == 130, stopped.ToString());
        Assert.Empty(_bench.LeftInTemp);
        Assert.StartsWith("stopping; ", Assert.Single(stopped.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
        if (json)
        {
            Assert.Equal("stopped", (string?)stopped.Report["exit_name"]);
            Assert.Null(stopped.Report["go_on_with"]);
        }
        else
        {
            string[] lines = stopped.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
            Assert.Equal("stopped before the end; nothing is left behind", lines[^1]);
            Assert.All(lines[..^1], line => Assert.Contains("measuring", line, StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task A_second_process_on_the_same_sector_is_refused()
    {
        using Executable first = await _bench.StartAndWaitAsync([.. _bench.Recover(Workbench.Sample("8MiB"), "1", "--json")], "\"sector_started\"");
        first.Freeze();
        Ended second = await _bench.RunAsync(_bench.Recover(Workbench.Sample("8MiB"), "1"));
        Assert.True(second.Code == 12, second.ToString());
        Assert.Contains(first.Id.ToString(CultureInfo.InvariantCulture), second.Output + second.Error, StringComparison.Ordinal);
        first.Thaw();
        Ended ended = await first.EndAsync(TestContext.Current.CancellationToken);
        Assert.True(ended.Code == 0, ended.ToString());
        new ExpectedFiles("8MiB").AssertInstalled(_bench.Result, [1]);
    }

    /// <summary>
    /// Eight sectors of 2KiB, killed after a random line of the event stream and a random pause; then, every few kills, a run to the end.
    /// Fifty with SEALER_RECOVER_LONG_TESTS=1, else twenty. The seed is printed; SEALER_RECOVER_KILL_SEED repeats it.
    /// </summary>
    [Fact]
    public async Task Kills_at_random_points_lose_nothing() => await Kill("2KiB", lanes: 2, killsBetweenChecks: 9);

    [Fact]
    public async Task Kills_during_longer_layers_and_trees_lose_nothing()
    {
        Assert.SkipUnless(VectorFiles.LongTests, "takes minutes; set SEALER_RECOVER_LONG_TESTS=1");
        await Kill("8MiB", lanes: 1, killsBetweenChecks: 10);
    }

    // Lanes run side by side in folders of their own, sharing the parent caches; together they make the kills.
    private async Task Kill(string size, int lanes, int killsBetweenChecks)
    {
        int seed = Workbench.Seed();
        await Task.WhenAll(Enumerable.Range(0, lanes).Select(lane => Task.Run(async () =>
        {
            using Workbench bench = new(caches);
            await new KillLane(bench, size, seed + lane).RunAsync(Kills / lanes, killsBetweenChecks);
        })));
    }
}
