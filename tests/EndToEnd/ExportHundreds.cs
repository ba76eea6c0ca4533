using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Filecoin.Cryptography;
using Filecoin.Primitives;

namespace EndToEnd;

/// <summary>Hundreds of sectors from the command line to the metadata file, before a node that is far away, busy, or goes away.</summary>
public sealed class ExportHundreds(ParentCaches caches) : IAsyncLifetime
{
    private const ulong Miner = 1000;
    private const long Activation = 15_000;

    private readonly Workbench _bench = new(caches);
    private readonly FakeChain _chain = new(headEpoch: 20_000);
    private FakeMiner _miner = null!;
    private FakeNode _node = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private string Metadata => Path.Combine(_bench.Home, "sectors-recovery-f01000.json");

    public async ValueTask InitializeAsync()
    {
        _miner = _chain.AddMiner(Miner, SectorSize.KiB2);
        _node = await FakeNode.StartAsync(_chain);
        _bench.Environment["FULLNODE_API_INFO"] = _node.ApiInfo;
    }

    public async ValueTask DisposeAsync()
    {
        await _node.DisposeAsync();
        _bench.Dispose();
    }

    [Fact]
    public async Task Five_hundred_sectors_over_a_line_of_fifty_milliseconds_take_few_round_trips()
    {
        Add(500);
        _node.Latency = TimeSpan.FromMilliseconds(50);
        long started = Stopwatch.GetTimestamp();
        Ended ended = await _bench.RunAsync("export", "--miner=f01000", "--all", "--json");
        TimeSpan took = Stopwatch.GetElapsedTime(started);

        Assert.True(ended.Code == 0, ended.ToString());
        Assert.Equal(500, Sectors().Count);
        TestContext.Current.SendDiagnosticMessage($"500 sectors in {took.TotalSeconds:0.0} s, {_node.RoundTrips} round trips for {_node.Requests.Count} calls");
        Assert.InRange(_node.RoundTrips, 100, _node.Requests.Count / 2);
        if (VectorFiles.LongTests)
        {
            Assert.InRange(took.TotalSeconds, 0, 30);
        }
    }

    [Fact]
    public async Task A_node_that_takes_no_batches_and_limits_the_rate_is_asked_until_all_is_there()
    {
        Add(60);
        _node.RefusesBatches = true;
        _node.Inject("StateSectorExpiration", Fault.Status(429, retryAfter: TimeSpan.FromSeconds(1)), times: 5);
        _node.Inject("StateSectorPreCommitInfo", Fault.Status(503, retryAfter: TimeSpan.FromSeconds(1)), times: 5);
        Ended ended = await _bench.RunAsync("export", "--miner=f01000", "--all", "--concurrency=8", "--json");
        Assert.True(ended.Code == 0, ended.ToString());
        Assert.Equal(60, Sectors().Count);
    }

    [Theory]
    [InlineData("kill")]
    [InlineData("interrupt")]
    public async Task A_stopped_export_leaves_a_whole_file_and_the_same_command_goes_on_from_there(string how)
    {
        Assert.SkipUnless(VectorFiles.LongTests || how == "kill", "who survives a kill survives less; set SEALER_RECOVER_LONG_TESTS=1");
        Add(60);
        _node.Latency = TimeSpan.FromMilliseconds(100);
        string[] command = ["export", "--miner=f01000", "--all", "--concurrency=2", "--json"];
        int kept;
        bool progress = false;
        using (Executable executable = _bench.Start(command, line => progress |= line.Contains("\"look_up\"", StringComparison.Ordinal)))
        {
            // Written while the run goes on: what is there now was there without a proper end.
            while (!File.Exists(Metadata) || !Volatile.Read(ref progress))
            {
                Assert.False(executable.HasEnded);
                await Task.Delay(20, Cancellation);
            }

            if (how == "kill")
            {
                executable.Kill();
            }
            else
            {
                executable.Interrupt();
                Ended stopped = await executable.EndAsync(Cancellation);
                Assert.True(stopped.Code == 130, stopped.ToString());
                Assert.Equal("sealer-recover export --miner=f01000 --all --concurrency=2 --json", (string?)stopped.Report["go_on_with"]);
                string[] results = [.. stopped.Report["sectors"]!.AsArray().Select(sector => (string)sector!["result"]!)];
                Assert.Equal(60, results.Length);
                Assert.Equal(Sectors().Count, results.Count(result => result == "exported"));
                Assert.Contains("stopped", results);
                Assert.Contains(stopped.Lines, line => (string?)line["event"] == "progress" && (string?)line["phase"] == "look_up" && (string?)line["unit"] == "sectors");
            }

            kept = Sectors().Count;
            Assert.InRange(kept, 1, 59);
        }

        string[] before = [.. Sectors().Select(sector => sector["Facts"]!.ToJsonString())];
        _node.Latency = TimeSpan.Zero;
        _node.Requests.Clear();
        Ended ended = await _bench.RunAsync(command);
        Assert.True(ended.Code == 0, ended.ToString());
        Assert.Equal(60, Sectors().Count);
        Assert.Equal(before, Sectors().Take(kept).Select(sector => sector["Facts"]!.ToJsonString()));
        Assert.Equal(60 - kept, _node.Count("StateSectorPreCommitInfo"));
        Assert.Contains($"{kept} of 60 sectors stood in", ended.Output, StringComparison.Ordinal);

        _node.Requests.Clear();
        Assert.Equal(0, (await _bench.RunAsync([.. command, "--anew"])).Code);
        Assert.Equal(60, _node.Count("StateSectorPreCommitInfo"));
    }

    [Fact]
    public async Task What_ends_first_comes_first_and_what_it_is_worth_is_told()
    {
        const string pledge = "200000000000000000";
        _miner.Add(Sector(1) with { Early = 100_000, InitialPledge = pledge, DailyFee = "4" });
        _miner.Add(Sector(2) with { Early = 20_100, InitialPledge = pledge });
        _miner.Add(Sector(3) with { Early = 60_000, InitialPledge = pledge });
        _miner.Add(Sector(4));
        Ended ended = await _bench.RunAsync("export", "--miner=f01000", "--faulty", "--json");
        Assert.True(ended.Code == 0, ended.ToString());
        Assert.Equal([2, 3, 1], Sectors().Select(sector => (int)sector["SectorNumber"]!));

        JsonObject worth = ended.Lines.Single(line => (string?)line["event"] == "worth");
        Assert.Equal(25, (int)worth["network_version"]!);
        JsonNode[] sectors = [.. worth["sectors"]!.AsArray().Select(sector => sector!)];
        Assert.Equal(["ends_too_soon", "in_time", "in_time"], sectors.Select(sector => (string)sector["verdict"]!));
        Assert.Equal([20_100, 60_000, 100_000], sectors.Select(sector => (long)sector["ends_epoch"]!));
        Assert.Equal(60_000 - 120_960, (long)sectors[1]["faulty_since_epoch"]!);
        Assert.Equal(Math.Round(40_000 / 2880.0, 2), (double)sectors[1]["days_left"]!);

        // The least, 2 % of the pledge: by age, 85000 of 403200 epochs, 8.5 % are less.
        Assert.Equal("4000000000000000", (string)sectors[2]["termination_fee"]!);
        Assert.Equal("4", (string)sectors[2]["daily_fee"]!);
        string fault = (string)sectors[2]["fault_fee_per_day"]!;
        Assert.Equal(long.Parse(fault, CultureInfo.InvariantCulture) + 4, long.Parse((string)sectors[2]["cost_per_day"]!, CultureInfo.InvariantCulture));

        Ended text = await _bench.RunAsync("export", "--miner=f01000", "--faulty");
        Assert.True(text.Output.Contains("f01000 sector 2 is not worth recovering: its fault terminates it at epoch 20100, in less than the day", StringComparison.Ordinal), text.ToString());
        Assert.Contains("a faulty day costs", text.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_of_another_miner_is_refused_before_anything_is_asked_about_sectors()
    {
        Add(3);
        await File.WriteAllTextAsync(Metadata, """{"Miner":"f01001","SectorSize":2048,"SectorInfos":null}""", Cancellation);
        Ended ended = await _bench.RunAsync("export", "--miner=f01000", "1");
        Assert.Equal(2, ended.Code);
        Assert.Equal(0, _node.Count("StateSectorGetInfo"));
        Assert.Contains("holds 2 KiB sectors of f01001", ended.Error.Replace("2KiB", "2 KiB", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    private IReadOnlyList<JsonObject> Sectors() => [.. JsonNode.Parse(File.ReadAllText(Metadata))!["SectorInfos"]!.AsArray().Select(sector => sector!.AsObject())];

    private void Add(int count)
    {
        for (ulong number = 0; number < (ulong)count; number++)
        {
            _miner.Add(Sector(number));
        }
    }

    private static FakeSector Sector(ulong number) => new()
    {
        Number = number,
        SealProof = 5,
        SealedCid = CommitmentCid.FromSealed(Blake2b.Hash256(BitConverter.GetBytes(number)).ClearTopTwoBits()),
        SealRandEpoch = 12_000 + (long)(number / 3),
        PreCommitEpoch = 13_000,
        Activation = Activation + (long)(number / 50),
    };
}
