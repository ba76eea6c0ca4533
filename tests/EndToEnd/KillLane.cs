using System.Globalization;

namespace EndToEnd;

/// <summary>Starts a multi-sector run again and again, kills it at a random point, and looks at what is left.</summary>
/// <param name="bench">Folders of its own.</param>
/// <param name="size">Which sample.</param>
/// <param name="seed">Decides the points.</param>
internal sealed class KillLane(Workbench bench, string size, int seed)
{
    private readonly Random _random = new(seed);
    private readonly ExpectedFiles _expected = new(size);
    private readonly string[] _arguments = [.. bench.Recover(Workbench.Sample(size), "--json", "--parallel=3")];

    /// <summary>
    /// Kills after a random line of the event stream and a random pause, <paramref name="kills"/> times; after every
    /// <paramref name="killsBetweenChecks"/> of them (and whenever a run was too quick) a run goes to its end and must leave exactly the
    /// expected files.
    /// </summary>
    public async Task RunAsync(int kills, int killsBetweenChecks)
    {
        Ended whole = await bench.RunAsync(_arguments);
        Assert.True(whole.Code == 0, whole.ToString());
        int killed = 0;
        int tries = 0;
        while (killed < kills)
        {
            Assert.True(++tries < kills * 20, $"seed {seed}: only {killed} of {tries} runs were caught alive");
            bool caught = await KillOnce(_random.Next(whole.Lines.Count), TimeSpan.FromMilliseconds(_random.Next(15)));
            killed += caught ? 1 : 0;
            AssertNothingHalfFinished();
            if (!caught || killed % killsBetweenChecks == 0 || killed == kills)
            {
                await AssertRerunFinishes();
                Directory.Delete(bench.Result, recursive: true);
                Directory.Delete(bench.Temp, recursive: true);
            }
        }
    }

    private async Task AssertRerunFinishes()
    {
        Ended ended = await bench.RunAsync(_arguments);
        Assert.True(ended.Code == 0, $"seed {seed}: {ended}");
        _expected.AssertInstalled(bench.Result, _expected.Numbers);
        Assert.Empty(bench.LeftInTemp.SelectMany(path => File.Exists(path) ? [path] : Directory.EnumerateFiles(path, "*", SearchOption.AllDirectories)));
        Assert.DoesNotContain(
            Directory.EnumerateFiles(Path.Combine(bench.Result, ".sealer-recover"), "*", SearchOption.AllDirectories),
            path => Path.GetFileName(path).StartsWith("sc-02", StringComparison.Ordinal));
    }

    private async Task<bool> KillOnce(int afterLine, TimeSpan pause)
    {
        TaskCompletionSource reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
        int seen = 0;
        using Executable executable = bench.Start(_arguments, _ =>
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
    private void AssertNothingHalfFinished()
    {
        string folder = Path.Combine(bench.Result, "sealed");
        foreach (string path in Directory.Exists(folder) ? Directory.EnumerateFileSystemEntries(folder) : [])
        {
            string name = Path.GetFileName(path);
            Assert.True(name.StartsWith("s-t01000-", StringComparison.Ordinal), $"seed {seed}: {path}");
            _expected.AssertSector(bench.Result, ulong.Parse(name["s-t01000-".Length..], CultureInfo.InvariantCulture));
        }
    }
}
