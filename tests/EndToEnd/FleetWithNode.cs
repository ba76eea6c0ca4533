using System.Globalization;
using System.Numerics;
using System.Text.Json.Nodes;
using Filecoin.Cryptography;
using Filecoin.Primitives;

namespace EndToEnd;

/// <summary>A fleet's list where a node tells by when sectors are due and what they are worth, and what a check finds.</summary>
public sealed class FleetWithNode(ParentCaches caches, Databases databases) : IAsyncLifetime
{
    private const ulong Miner = 1000;

    /// <summary>Deadlines of sectors 0 to 3.</summary>
    private static readonly int[] Deadlines = [20, 30, 10, 40];

    private readonly Workbench _bench = new(caches);
    private readonly FakeChain _chain = new();
    private FakeNode _node = null!;

    private string Metadata => Path.Combine(_bench.Home, "sectors-recovery-f01000.json");

    public async ValueTask InitializeAsync()
    {
        FakeMiner miner = _chain.AddMiner(Miner, SectorSize.KiB2);

        // The last sector's fault ends in two days, the others' in thirty.
        for (int number = 0; number < Deadlines.Length; number++)
        {
            miner.Add(Sector((ulong)number, Deadlines[number], _chain.HeadEpoch + ((number == 3 ? 2 : 30) * 2880)));
        }

        _node = await FakeNode.StartAsync(_chain);
        _bench.Environment["FULLNODE_API_INFO"] = _node.ApiInfo;
        _bench.Environment["SEALER_RECOVER_FLEET_DB"] = await databases.CreateEmptyAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _node.DisposeAsync();
        _bench.Dispose();
    }

    [Fact]
    public async Task Sectors_go_by_the_end_of_their_fault_and_their_deadlines_and_what_they_lose_is_told()
    {
        await _bench.RunAsync(0, ["fleet", "init"]);
        await _bench.RunAsync(0, ["export", "--miner=f01000", "--faulty"]);
        Dictionary<string, int> before = Asked();
        await _bench.RunAsync(0, ["fleet", "submit", $"--metadata={Metadata}"]);

        // The network, its head and the miner once, and of each sector once what is compared and where it stands.
        Dictionary<string, int> asked = Asked().ToDictionary(calls => calls.Key, calls => calls.Value - before.GetValueOrDefault(calls.Key));
        Assert.Equal(
            (1, 1, 1, 4, 4),
            (asked["StateNetworkName"], asked["ChainHead"], asked["StateMinerInfo"], asked["StateSectorGetInfo"], asked["StateSectorPartition"]));
        JsonNode site = await StatusAsync();
        JsonNode[] sectors = [.. site["sectors"]!.AsArray().Select(sector => sector!)];
        Assert.Equal(3, (int)sectors[0]["sector"]!["number"]!);
        string[] dues = [.. sectors[1..].Select(sector => (string)sector["due"]!)];
        Assert.Equal(dues.Order(StringComparer.Ordinal), dues);
        Assert.All(sectors, sector => Assert.Equal(Deadlines[(int)sector["sector"]!["number"]!], (int)sector["deadline"]!));
        Assert.All(sectors, sector => Assert.NotNull(sector["partition"]));
        TimeSpan left = DateTimeOffset.Parse((string)sectors[0]["fault_end"]!, CultureInfo.InvariantCulture) - DateTimeOffset.Parse((string)site["at"]!, CultureInfo.InvariantCulture);
        Assert.InRange(left, TimeSpan.FromDays(1.9), TimeSpan.FromDays(2));
        Assert.True(BigInteger.Parse((string)site["run"]!["lost_per_day"]!, CultureInfo.InvariantCulture) > 0);
        Assert.Equal("0", (string?)site["run"]!["saved_per_day"]);
        Assert.Equal("no_machine", (string?)Assert.Single(site["concerns"]!.AsArray())!["kind"]);

        await _bench.RunAsync(0, ["fleet", "prefer", "1", "--priority=10"]);
        Assert.Equal(1, (int)(await StatusAsync())["sectors"]![0]!["sector"]!["number"]!);
        Ended text = await _bench.RunAsync(0, ["fleet", "status"]);
        Assert.Contains("! 4 sectors wait and no machine takes any", text.Output, StringComparison.Ordinal);
        Assert.Contains(" a day are lost", text.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Verifications_are_one_for_each_partition_and_what_they_find_is_submitted_for_repair()
    {
        string storage = Directory.CreateDirectory(Path.Combine(_bench.Home, "storage", "sealed")).Parent!.FullName;
        File.WriteAllBytes(Path.Combine(storage, "sealed", "s-t01000-2"), new byte[2048]);
        await _bench.RunAsync(0, ["fleet", "init"]);
        await _bench.RunAsync(0, ["export", "--miner=f01000", "--faulty"]);
        await _bench.RunAsync(0, ["fleet", "submit", "--check=verify", $"--storage={storage}", $"--metadata={Metadata}"]);
        Assert.Equal(Deadlines.Order(), (await StatusAsync())["checks"]!.AsArray().Select(check => (int)check!["deadline"]!).Order());

        // They are named by kind and path, or by kind alone.
        await _bench.RunAsync(0, ["fleet", "pause", "--check=verify", $"--storage={storage}"]);
        Assert.All((await StatusAsync())["checks"]!.AsArray(), check => Assert.True((bool)check!["paused"]!));
        Assert.Contains("4 checks no longer paused", (await _bench.RunAsync(0, ["fleet", "resume", "--check=all"])).ToString(), StringComparison.Ordinal);
        using Executable worker = _bench.Start(
            ["fleet", "work", $"--storage={storage}", $"--sealing-result={_bench.Result}", $"--sealing-temp={_bench.Temp}", "--silent-after=8", "--json"]);
        using CancellationTokenSource impatient = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        impatient.CancelAfter(TimeSpan.FromMinutes(2));
        JsonNode site;
        do
        {
            await Task.Delay(300, impatient.Token);
            site = await StatusAsync();
        }
        while (!site["checks"]!.AsArray().All(check => (string?)check!["stage"] == "done"));

        JsonNode damaged = Assert.Single(site["checks"]!.AsArray().SelectMany(check => check!["damaged"]!.AsArray()))!;
        Assert.Equal(2, (int)damaged["sector"]!["number"]!);
        Assert.Equal(3, site["checks"]!.AsArray().Sum(check => (int)check!["absent"]!));
        await _bench.RunAsync(0, ["fleet", "drain"]);
        Ended ended = await worker.EndAsync(TestContext.Current.CancellationToken);
        Assert.True(ended.Code == 0, ended.ToString());
        await _bench.RunAsync(0, ["fleet", "submit", "--repair", "--damaged", $"--metadata={Metadata}"]);
        JsonNode sector = Assert.Single((await StatusAsync())["sectors"]!.AsArray())!;
        Assert.Equal((2, "repair"), ((int)sector["sector"]!["number"]!, (string)sector["kind"]!));
    }

    /// <summary>How often each method was called.</summary>
    private Dictionary<string, int> Asked() => _node.Requests.GroupBy(request => request.Method).ToDictionary(calls => calls.Key, calls => calls.Count());

    private async Task<JsonNode> StatusAsync() =>
        (await _bench.RunAsync(0, ["fleet", "status", "--json"])).Lines.First(line => (string?)line["event"] == "site")["site"]!;

    private static FakeSector Sector(ulong number, int deadline, long faultEnd) => new()
    {
        Number = number,
        SealProof = 5,
        SealedCid = CommitmentCid.FromSealed(Blake2b.Hash256(BitConverter.GetBytes(number)).ClearTopTwoBits()),
        SealRandEpoch = 12_000,
        PreCommitEpoch = 13_000,
        Activation = 13_500,
        Deadline = deadline,
        Early = faultEnd,
    };
}
