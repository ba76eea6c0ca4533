using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;

namespace EndToEnd;

/// <summary>
/// A fleet of three hosts, the host of its database and one that people sit at, each with an address, a host name and mounts of its own: what they
/// share is a storage path and a folder of results, as NFS would have them share it, and pieces to be read. One has not the folder of results: those
/// that have it fetch what it makes. The network between them loses packets and has others overtake each other all the time, and its links are cut. Which link when follows from a seed, which is printed;
/// SEALER_RECOVER_KILL_SEED repeats it. What kills and clocks do: <see cref="FleetUnderBlows"/>.
/// </summary>
public sealed class FleetOfHosts(ParentCaches caches) : IAsyncLifetime
{
    private const int Silent = 4;
    private const int GiveBack = 6;
    private const double Loss = 0.03;

    /// <summary>Who does not have the folder that results go to.</summary>
    private const string Apart = "h2";

    private static readonly string[] Names = ["h1", Apart, "h3"];

    /// <summary>Longer than it takes to count as gone, and for what was begun to be given back.</summary>
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(10);

    /// <summary>Shorter than that, with what the network takes to come back.</summary>
    private static readonly TimeSpan Short = TimeSpan.FromSeconds(1.5);

    private readonly Workbench _bench = new(caches);
    private readonly LossyNetwork _network = new(Loss, delay: TimeSpan.FromMilliseconds(20), jitter: TimeSpan.FromMilliseconds(5));
    private readonly List<NamespaceHost> _hosts = [];
    private readonly ConcurrentQueue<(string Worker, JsonNode Line)> _ended = new();
    private readonly ConcurrentDictionary<(string Worker, string Sector), bool> _late = new();
    private TaskCompletionSource<NamespaceHost>? _installs;
    private PostgresServer? _server;

    private enum Blow
    {
        CutLong,
        CutShort,
        CutAtInstall,
        CutDatabase,
    }

    private NamespaceHost Database => _hosts[0];

    private NamespaceHost Desk => _hosts[1];

    private IReadOnlyList<NamespaceHost> Workers => _hosts[2..];

    public async ValueTask InitializeAsync()
    {
        Assert.SkipUnless(VectorFiles.LongTests, "takes minutes; set SEALER_RECOVER_LONG_TESTS=1");
        Assert.SkipWhen(PostgresServer.Missing is not null, PostgresServer.Missing ?? "");
        Assert.SkipWhen(NamespaceHost.Missing is not null, NamespaceHost.Missing ?? "");
        _hosts.Add(await NamespaceHost.StartAsync("database", "10.0.5.5", _network));
        _hosts.Add(await NamespaceHost.StartAsync("desk", "10.0.5.6", _network));
        _server = await PostgresServer.StartAsync(new PostgresHost(Database.Address, Database.Enter), TestContext.Current.CancellationToken);
        _bench.Environment["SEALER_RECOVER_FLEET_DB"] = _server.Url;
        _bench.Environment["SEALER_RECOVER_HTTP_TOKEN"] = "a-token-that-is-long-enough";
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }

        _hosts.ForEach(host => host.Dispose());
        _network.Dispose();
        _bench.Dispose();
    }

    [Fact]
    public async Task Every_sector_is_installed_once_whatever_link_is_cut()
    {
        Random random = new(Workbench.Seed());
        Blow[] blows = [.. Enum.GetValues<Blow>().SelectMany(blow => Enumerable.Repeat(blow, blow == Blow.CutDatabase ? 2 : 4))];
        random.Shuffle(blows);

        MixedSectors sectors = new(_bench, caches, all: true);
        await sectors.PrepareAsync();
        await AddWorkersAsync(sectors);
        _bench.On = Desk;
        await _bench.RunAsync(0, ["fleet", "init"]);
        await sectors.SubmitAsync();
        WatchedList list = new(_server!.Url, _server.SocketFolder);
        using CountedInstalls installs = new(_bench.Result, sectors.Storage);
        Stopwatch watch = Stopwatch.StartNew();
        Executable[] workers = [.. Workers.Select(host => Work(host, sectors))];
        try
        {
            int met = 0;
            foreach ((int index, Blow blow) in blows.Index())
            {
                // Spread over the list, so that each meets one at work.
                await list.UntilLeftAsync(sectors.Count - ((long)index * (sectors.Count - 3) / blows.Length));
                met += await StrikeAsync(blow, list, random) ? 1 : 0;
                Assert.All(workers, worker => Assert.False(worker.HasEnded));
            }

            await list.UntilLeftAsync(0);
            TimeSpan took = watch.Elapsed;
            await _bench.RunAsync(0, ["fleet", "drain"]);
            Ended[] ended = await Task.WhenAll(workers.Select(worker => worker.EndAsync(TestContext.Current.CancellationToken)));

            // One that was cut off may have come too late for a sector, which it says with the exit code of what another has.
            Assert.All(ended, end => Assert.True(end.Code is 0 or 12, end.ToString()));
            sectors.AssertWhole();
            sectors.AssertNothingElse([_bench.Temp, Folder("known"), .. Names.Select(Folder)]);
            Assert.All(Workers, host => host.Run("sh", "-c", $"test -z \"$(find {_bench.Home} -xdev -type f)\""));
            Assert.DoesNotContain(
                Directory.EnumerateFiles(Folder(Apart), "*", SearchOption.AllDirectories),
                file => file.Contains("/sealed/", StringComparison.Ordinal) || (file.Contains("/for-others/", StringComparison.Ordinal) && file.Contains("/s-t0", StringComparison.Ordinal)));
            await AssertDoneOnceAsync(sectors, installs);
            (long taken, int fetched) = (await list.TakenAsync(), await list.FetchedAsync());
            Assert.True(!_late.IsEmpty, "nobody came too late, so that nothing was seen of how that is refused");
            TestContext.Current.TestOutputHelper!.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{sectors.Count} sectors in {took.TotalSeconds:F0} s, {blows.Length} cuts, {met} of which met a worker that had sectors; they were taken {taken} times, {fetched} were fetched from who had made them, {_late.Count} times a worker came too late for one and was refused; {_network.Lost} of {_network.Lost + _network.Carried} frames were lost"));
        }
        finally
        {
            Array.ForEach(workers, worker => worker.Dispose());
        }
    }

    /// <summary>Whether it met a worker that had a sector.</summary>
    private async Task<bool> StrikeAsync(Blow blow, WatchedList list, Random random)
    {
        CancellationToken cancellation = TestContext.Current.CancellationToken;
        if (blow == Blow.CutAtInstall)
        {
            // The link is gone before the worker's next word, which it would say right before the first rename.
            TaskCompletionSource<NamespaceHost> installs = new(TaskCreationOptions.RunContinuationsAsynchronously);
            _installs = installs;
            await Task.WhenAny(installs.Task, Task.Delay(TimeSpan.FromSeconds(20), cancellation));
            if (Interlocked.Exchange(ref _installs, null) is not null)
            {
                return false;
            }

            await HealAsync((await installs.Task).Link, Long, cancellation);
            return true;
        }

        IReadOnlyList<string> busy = await list.AtWorkAsync(TimeSpan.FromSeconds(5));
        string which = busy.Count > 0 ? busy[random.Next(busy.Count)] : Names[random.Next(Names.Length)];
        LossyNetwork.Link link = (blow == Blow.CutDatabase ? Database : Workers[Array.IndexOf(Names, which)]).Link;
        link.IsCut = true;
        await HealAsync(link, blow == Blow.CutShort ? Short : Long, cancellation);
        return busy.Count > 0;
    }

    private static async Task HealAsync(LossyNetwork.Link link, TimeSpan after, CancellationToken cancellation)
    {
        await Task.Delay(after, cancellation);
        link.IsCut = false;
    }

    private async Task AddWorkersAsync(MixedSectors sectors)
    {
        string home = _bench.Home;
        string known = Path.Combine(Directory.CreateDirectory(Folder("known")).FullName, "hosts");
        await File.WriteAllLinesAsync(known, Names.Select((name, index) => $"{AddressOf(index)} {name}"), TestContext.Current.CancellationToken);
        foreach ((int index, string name) in Names.Index())
        {
            Directory.CreateDirectory(Folder(name));
            string[] shared = name == Apart ? [sectors.Storage, sectors.Pieces] : [_bench.Result, sectors.Storage, sectors.Pieces];
            string mounts = string.Join("; ", [
                $"mount --bind {known} /etc/hosts", $"mount --bind {home} /mnt", $"mount -t tmpfs none {home}",
                .. shared.Select(path => $"mkdir {path}; mount --bind /mnt/{Path.GetFileName(path)} {path}"),
                $"mount -o remount,bind,ro {sectors.Pieces}", $"mkdir {Nvme}; mount --bind /mnt/{name} {Nvme}", "umount /mnt",
            ]);
            _hosts.Add(await NamespaceHost.StartAsync(name, AddressOf(index), _network, mounts));
        }
    }

    private static string AddressOf(int index) => string.Create(CultureInfo.InvariantCulture, $"10.0.5.{10 + index}");

    /// <summary>By the kernel's word, by the list's, and by the workers'.</summary>
    private async Task AssertDoneOnceAsync(MixedSectors sectors, CountedInstalls installs)
    {
        await sectors.AssertDoneOnceAsync(installs, Names);

        // What one ends with that others fetch from it is installed by those.
        string[] installed = [.. _ended.Where(one => one.Worker != Apart && (string?)one.Line["result"] == "installed").Select(one => one.Line).Select(line => line["sector"]!.ToJsonString())];
        Assert.Equal(installed.Distinct(), installed);
    }

    /// <summary>A worker's own disk as the tests see it; to itself it is <see cref="Nvme"/>.</summary>
    private string Folder(string name) => Path.Combine(_bench.Home, name);

    private string Nvme => Path.Combine(_bench.Home, "nvme");

    /// <summary>Trees are made by the slowest kernel, so that a worker which is cut off has something to go on with.</summary>
    private Executable Work(NamespaceHost host, MixedSectors sectors) => Executable.Start(
        _bench.Home,
        new Dictionary<string, string>(_bench.Environment) { ["FIL_PROOFS_PARENT_CACHE"] = Path.Combine(Nvme, "parents") },
        [
            "fleet", "work", $"--worker={host.Name}", $"--storage={sectors.Storage}", $"--sealing-result={(host.Name == Apart ? Path.Combine(Nvme, "own") : _bench.Result)}",
            .. host.Name == Apart ? ["--http=0.0.0.0:8700"] : Array.Empty<string>(), $"--sealing-temp={Path.Combine(Nvme, "temp")}", $"--piece-source={sectors.Pieces}",
            host.Name == Apart ? "--parallel=2" : "--parallel=1", "--kernel=poseidon=scalar", $"--silent-after={Silent}", $"--give-back-after={GiveBack}", "--json",
        ],
        line => Hear(host, line),
        host);

    private void Hear(NamespaceHost host, string line)
    {
        if (line.Contains("\"phase\":\"install\"", StringComparison.Ordinal) && Interlocked.Exchange(ref _installs, null) is { } waits)
        {
            host.Link.IsCut = true;
            waits.TrySetResult(host);
        }

        // Said when it is heard, or when it is asked before a rename; the report at the end, which is of no one sector, says it again.
        if (line.Contains("is no longer this worker", StringComparison.Ordinal) && JsonNode.Parse(line)!["sector"] is { } late)
        {
            _late[(host.Name, late.ToJsonString())] = true;
        }

        if (line.Contains("\"sector_ended\"", StringComparison.Ordinal))
        {
            _ended.Enqueue((host.Name, JsonNode.Parse(line)!));
        }
    }
}
