using System.Diagnostics;
using System.Globalization;
using SealerRecover.Tests;
using Xunit;

namespace EndToEnd;

/// <summary>A run can end at any moment; the same command always finishes it.</summary>
public sealed class SignalsAndKills(ParentCaches caches) : IDisposable
{
    private const int Kills = 50;

    private readonly Workbench _bench = new(caches);

    public void Dispose() => _bench.Dispose();

    [Theory]
    [InlineData("2KiB", "sector_started", false, false)]
    [InlineData("2KiB", "sector_started", true, false)]
    [InlineData("8MiB", "trees", false, true)]
    public async Task A_signal_stops_soon_says_how_to_go_on_and_the_same_command_does(string size, string at, bool terminate, bool isLong)
    {
        Assert.SkipUnless(!isLong || VectorFiles.LongTests, "takes a minute; set SEALER_RECOVER_LONG_TESTS=1");
        string[] arguments = [.. _bench.Recover(Workbench.Sample(size), "--json")];
        using Executable executable = await StartAndWait(arguments, at);
        Stopwatch watch = Stopwatch.StartNew();
        if (terminate)
        {
            executable.Terminate();
        }
        else
        {
            executable.Interrupt();
        }

        Ended stopped = await executable.EndAsync(TestContext.Current.CancellationToken);
        Assert.True(stopped.Code == 130, stopped.ToString());
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(4), $"it took {watch.Elapsed}");
        Assert.Equal("stopped", (string?)stopped.Report["exit_name"]);
        Assert.Equal("sealer-recover " + string.Join(' ', arguments), (string?)stopped.Report["go_on_with"]);

        Ended ended = await _bench.RunAsync(arguments);
        Assert.True(ended.Code == 0, ended.ToString());
        if (isLong)
        {
            Assert.Contains(ended.Lines, line => (string?)line["event"] == "sector_started" && (bool?)line["resumed"] == true);
        }

        ExpectedFiles expected = new(size);
        expected.AssertInstalled(_bench.Result, expected.Numbers);
    }

    [Fact]
    public async Task A_second_process_on_the_same_sector_is_refused()
    {
        using Executable first = await StartAndWait([.. _bench.Recover(Workbench.Sample("2KiB"), "1", "--json")], "sector_started");
        first.Freeze();
        Ended second = await _bench.RunAsync(_bench.Recover(Workbench.Sample("2KiB"), "1"));
        Assert.True(second.Code == 12, second.ToString());
        Assert.Contains(first.Id.ToString(CultureInfo.InvariantCulture), second.Output + second.Error, StringComparison.Ordinal);
        first.Thaw();
        Ended ended = await first.EndAsync(TestContext.Current.CancellationToken);
        Assert.True(ended.Code == 0, ended.ToString());
        new ExpectedFiles("2KiB").AssertInstalled(_bench.Result, [1]);
    }

    /// <summary>
    /// Eight sectors of 2KiB, killed after a random line of the event stream and a random pause; then, every few kills, a run to the end.
    /// The seed is printed; SEALER_RECOVER_KILL_SEED repeats it.
    /// </summary>
    [Fact]
    public async Task Fifty_kills_at_random_points_lose_nothing() => await Kill("2KiB", Kills, killsBetweenChecks: 5);

    [Fact]
    public async Task Kills_during_longer_layers_and_trees_lose_nothing()
    {
        Assert.SkipUnless(VectorFiles.LongTests, "takes minutes; set SEALER_RECOVER_LONG_TESTS=1");
        await Kill("8MiB", Kills, killsBetweenChecks: 10);
    }

    private async Task Kill(string size, int kills, int killsBetweenChecks)
    {
        string given = Environment.GetEnvironmentVariable("SEALER_RECOVER_KILL_SEED") ?? "";
        int seed = int.TryParse(given, NumberStyles.None, CultureInfo.InvariantCulture, out int repeated) ? repeated : Random.Shared.Next();
        TestContext.Current.SendDiagnosticMessage($"kill seed {seed}");
        Random random = new(seed);
        ExpectedFiles expected = new(size);
        string[] arguments = [.. _bench.Recover(Workbench.Sample(size), "--json", "--parallel=3")];

        Ended whole = await _bench.RunAsync(arguments);
        Assert.True(whole.Code == 0, whole.ToString());
        int lines = whole.Lines.Count;
        int killed = 0;
        int tries = 0;
        while (killed < kills)
        {
            Assert.True(++tries < kills * 20, $"seed {seed}: only {killed} of {tries} runs were caught alive");
            bool caught = await KillOnce(arguments, random.Next(lines), TimeSpan.FromMilliseconds(random.Next(15)));
            killed += caught ? 1 : 0;
            AssertNothingHalfFinished(expected, seed);
            if (!caught || killed % killsBetweenChecks == 0)
            {
                Ended ended = await _bench.RunAsync(arguments);
                Assert.True(ended.Code == 0, $"seed {seed}: {ended}");
                expected.AssertInstalled(_bench.Result, expected.Numbers);
                Assert.DoesNotContain(
                    Directory.EnumerateFileSystemEntries(_bench.Temp, "*", SearchOption.AllDirectories),
                    path => Path.GetFileName(path).StartsWith("sc-02", StringComparison.Ordinal));
                Directory.Delete(_bench.Result, recursive: true);
                Directory.Delete(_bench.Temp, recursive: true);
            }
        }
    }

    private async Task<Executable> StartAndWait(string[] arguments, string word)
    {
        TaskCompletionSource seen = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Executable executable = _bench.Start(arguments, line =>
        {
            if (line.Contains($"\"{word}\"", StringComparison.Ordinal))
            {
                seen.TrySetResult();
            }
        });
        await seen.Task.WaitAsync(TimeSpan.FromMinutes(2), TestContext.Current.CancellationToken);
        return executable;
    }

    private async Task<bool> KillOnce(string[] arguments, int afterLine, TimeSpan pause)
    {
        TaskCompletionSource reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
        int seen = 0;
        using Executable executable = _bench.Start(arguments, _ =>
        {
            if (Interlocked.Increment(ref seen) > afterLine)
            {
                reached.TrySetResult();
            }
        });
        Task ended = executable.EndAsync(TestContext.Current.CancellationToken);
        await Task.WhenAny(reached.Task, ended);
        await Task.Delay(pause, TestContext.Current.CancellationToken);
        bool alive = !executable.HasEnded;
        executable.Kill();
        await ended;
        return alive;
    }

    // A sector whose sealed file is in place is complete, whenever the process died.
    private void AssertNothingHalfFinished(ExpectedFiles expected, int seed)
    {
        string folder = Path.Combine(_bench.Result, "sealed");
        foreach (string path in Directory.Exists(folder) ? Directory.EnumerateFileSystemEntries(folder) : [])
        {
            string name = Path.GetFileName(path);
            Assert.True(name.StartsWith("s-t01000-", StringComparison.Ordinal), $"seed {seed}: {path}");
            expected.AssertSector(_bench.Result, ulong.Parse(name["s-t01000-".Length..], CultureInfo.InvariantCulture));
        }
    }
}
