using System.Text.Json.Nodes;
using Filecoin.Primitives;
using SealerRecover.Recovery.Site;

namespace EndToEnd;

/// <summary>The form without a command name, and export, against a node that speaks as Lotus does.</summary>
public sealed class RecoverFromChain(ParentCaches caches) : IAsyncLifetime
{
    private const ulong Miner = 1000;
    private const RegisteredSealProof Interactive = RegisteredSealProof.StackedDrg2KiBV1_1;

    private readonly Workbench _bench = new(caches);
    private readonly FakeChain _chain = new();
    private FakeNode _node = null!;
    private FakeMiner _miner = null!;

    public async ValueTask InitializeAsync()
    {
        _miner = _chain.AddMiner(Miner, SectorSize.KiB2);
        _node = await FakeNode.StartAsync(_chain, token: "s3cr3t");
        _bench.Environment["FULLNODE_API_INFO"] = _node.ApiInfo;
    }

    private static readonly string[] Finalized = ["p_aux", "sc-02-data-tree-r-last.dat", "t_aux"];

    private static readonly string[] WithLayers =
    [
        "p_aux", "sc-02-data-layer-1.dat", "sc-02-data-layer-2.dat", "sc-02-data-tree-c.dat", "sc-02-data-tree-d.dat",
        "sc-02-data-tree-r-last.dat", "t_aux",
    ];

    public async ValueTask DisposeAsync()
    {
        await _node.DisposeAsync();
        _bench.Dispose();
    }

    [Fact]
    public async Task Pre_committed_proven_and_non_interactive_sectors_are_recovered_in_one_go()
    {
        PreCommitted(1, ticketEpoch: 15_000);
        Proven(2, ticketEpoch: 9_000);
        NonInteractive(3, ticketEpoch: 9_500);
        _chain.NullRounds.Add(8_000);
        _chain.NullRounds.Add(8_001);
        Proven(4, ticketEpoch: 8_000);

        Ended ended = await Recover("--sectors=1", "--sectors=2", "--sectors=3,4", "--parallel=6", "--json");
        Assert.True(ended.Code == 0, ended.ToString());
        Assert.All(ended.Report["sectors"]!.AsArray(), sector =>
        {
            Assert.Equal("installed", (string?)sector!["result"]);
            Assert.Equal((string?)sector["sealed_cid"], (string?)sector["comm_r"]);
        });
        foreach (ulong number in (ulong[])[1, 2, 3, 4])
        {
            Assert.Equal(2048, new FileInfo(Path.Combine(_bench.Result, "sealed", $"s-t01000-{number}")).Length);

            // Of the one that is not proven yet, all that Commit 1 needs is kept.
            Assert.Equal(number == 1 ? WithLayers : Finalized, CachedOf(number));
        }

        Assert.Equal(
            ["pre_committed", "proven", "proven", "proven"],
            ended.Lines.Where(line => (string?)line["event"] == "sector_found").OrderBy(line => (ulong?)line["sector"]!["number"]).Select(line => (string?)line["state"]));
        Assert.NotNull(ended.Lines.First(line => (string?)line["state"] == "pre_committed")["prove_before"]);
        Assert.NotEmpty(ended.Report["next"]!.AsArray());
        Assert.DoesNotContain("s3cr3t", ended.Output + ended.Error, StringComparison.Ordinal);

        // Whoever watches saw where each is proven.
        SiteSector[] watched = [.. RunFile.Read(_bench.Temp)!.State.Sectors];
        Assert.Equal([(1ul, false, null), (2ul, true, 0), (3ul, true, 0), (4ul, true, (int?)0)], watched.OrderBy(sector => sector.Sector.Number).Select(sector => (sector.Sector.Number, sector.Deadline is not null, sector.Partition)));
    }

    [Fact]
    public async Task Layers_of_a_sector_that_is_not_proven_yet_are_not_kept_where_the_operator_says_so()
    {
        PreCommitted(1, ticketEpoch: 15_000);

        Ended ended = await Recover("--sectors=1", "--keep-all=false", "--json");

        Assert.True(ended.Code == 0, ended.ToString());
        Assert.Equal(Finalized, CachedOf(1));
    }

    [Fact]
    public async Task Export_then_recover_without_a_node_gives_the_same_files()
    {
        PreCommitted(1, ticketEpoch: 15_000);
        Proven(2, ticketEpoch: 9_000);
        Ended first = await _bench.RunAsync("export", "--miner=f01000", "1");
        Assert.True(first.Code == 0, first.ToString());
        Ended second = await _bench.RunAsync("export", "--miner=t01000", "2", "99");
        Assert.True(second.Code == 4, second.ToString());
        Assert.Contains("f01000 sector 99", second.Output, StringComparison.Ordinal);
        await _node.DisposeAsync();

        string metadata = Path.Combine(_bench.Home, "sectors-recovery-f01000.json");
        JsonNode written = JsonNode.Parse(await File.ReadAllTextAsync(metadata, TestContext.Current.CancellationToken))!;
        Assert.Equal([1, 2], written["SectorInfos"]!.AsArray().Select(sector => (int)sector!["SectorNumber"]!));
        Ended ended = await _bench.RunAsync(_bench.Recover(metadata));
        Assert.True(ended.Code == 0, ended.ToString());
        Assert.Equal(2, Directory.GetFiles(Path.Combine(_bench.Result, "sealed")).Length);
        Assert.Equal(WithLayers, CachedOf(1));
        Assert.Equal(Finalized, CachedOf(2));
    }

    [Fact]
    public async Task Recovering_from_a_file_asks_a_node_that_is_there_by_when_to_go_on()
    {
        Proven(2, ticketEpoch: 9_000);
        Ended exported = await _bench.RunAsync("export", "--miner=f01000", "2");
        Assert.True(exported.Code == 0, exported.ToString());

        Ended ended = await _bench.RunAsync([.. _bench.Recover(Path.Combine(_bench.Home, "sectors-recovery-f01000.json")), "--json"]);

        Assert.True(ended.Code == 0, ended.ToString());
        Assert.Contains(ended.Report["next"]!.AsArray(), advice => advice!["before"] is not null);
    }

    [Fact]
    public async Task Recovering_from_a_file_does_not_mind_a_node_that_fails()
    {
        Proven(2, ticketEpoch: 9_000);
        Ended exported = await _bench.RunAsync("export", "--miner=f01000", "2");
        Assert.True(exported.Code == 0, exported.ToString());
        _node.Inject("*", Fault.Status(500));

        Ended ended = await _bench.RunAsync([.. _bench.Recover(Path.Combine(_bench.Home, "sectors-recovery-f01000.json"))]);

        Assert.True(ended.Code == 0, ended.ToString());
        Assert.Contains("could not be asked by when to go on", ended.Output, StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(_bench.Result, "sealed", "s-t01000-2")));
    }

    [Fact]
    public async Task A_wrong_SealedCID_on_chain_is_a_mismatch_with_nothing_installed()
    {
        FakeSector good = Proven(1, ticketEpoch: 9_000);
        _miner.Add(good with { Number = 2 });
        Ended ended = await Recover("--sectors=1,2");
        Assert.True(ended.Code == 8, ended.ToString());
        Assert.Contains("likely cause 1", ended.Output, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(_bench.Result, "sealed", "s-t01000-2")));
        Assert.True(File.Exists(Path.Combine(_bench.Result, "sealed", "s-t01000-1")));
    }

    [Fact]
    public async Task Unknown_miners_and_sectors_are_not_on_chain()
    {
        Ended miner = await _bench.RunAsync("--miner=f0777", "--sectors=1");
        Assert.True(miner.Code == 4, miner.ToString());
        AssertSentence(miner.Error);
        Ended sector = await Recover("--sectors=1");
        Assert.True(sector.Code == 4, sector.ToString());
        AssertSentence(sector.Output);
    }

    [Fact]
    public async Task A_pruned_node_is_explained()
    {
        Proven(1, ticketEpoch: 9_000);
        _node.StateKeptFrom = 19_000;
        Ended ended = await Recover("--sectors=1");
        Assert.True(ended.Code == 6, ended.ToString());
        AssertSentence(ended.Output);
    }

    [Theory]
    [InlineData("401")]
    [InlineData("500")]
    [InlineData("html")]
    [InlineData("garbage")]
    [InlineData("truncated")]
    [InlineData("reset")]
    public async Task A_node_that_makes_no_sense_is_one_sentence(string fault)
    {
        _node.Inject("*", fault switch
        {
            "401" => Fault.Status(401),
            "500" => Fault.Status(500, "internal error"),
            "html" => Fault.Html,
            "garbage" => Fault.Garbage,
            "truncated" => Fault.Truncated,
            _ => Fault.Reset,
        });
        Ended ended = await Recover("--sectors=1", "--node-timeout=2");
        Assert.True(ended.Code == 3, ended.ToString());
        AssertSentence(ended.Error);
        Assert.Contains("127.0.0.1", ended.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cr3t", ended.Error + ended.Output, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_bench.Result));
    }

    [Fact]
    public async Task A_hanging_node_is_left_after_the_time_allowed()
    {
        _node.Inject("*", Fault.Hang);
        Ended ended = await Recover("--sectors=1", "--node-timeout=1");
        Assert.True(ended.Code == 3, ended.ToString());
        AssertSentence(ended.Error);
    }

    [Fact]
    public async Task Ctrl_C_while_a_node_hangs_ends_soon()
    {
        _node.Inject("StateMinerInfo", Fault.Hang);
        using Executable executable = _bench.Start(Arguments("--sectors=1"));
        while (_node.Count("StateMinerInfo") == 0)
        {
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }

        executable.Interrupt();
        Ended ended = await executable.EndAsync(TestContext.Current.CancellationToken);
        Assert.True(ended.Code == 130, ended.ToString());
    }

    [Fact]
    public async Task Verbose_logs_requests_without_the_token()
    {
        PreCommitted(1, ticketEpoch: 15_000);
        Ended ended = await Recover("--sectors=1", "--verbose");
        Assert.True(ended.Code == 0, ended.ToString());
        Assert.Contains("StateSectorPreCommitInfo", ended.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cr3t", ended.Error + ended.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_node_is_found_in_the_Lotus_repository_and_a_second_endpoint_helps_out()
    {
        PreCommitted(1, ticketEpoch: 15_000);
        _bench.Environment.Remove("FULLNODE_API_INFO");
        string lotus = Directory.CreateDirectory(Path.Combine(_bench.Home, ".lotus")).FullName;
        await File.WriteAllTextAsync(Path.Combine(lotus, "api"), $"/ip4/127.0.0.1/tcp/{_node.Port}/http", TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(Path.Combine(lotus, "token"), "s3cr3t", TestContext.Current.CancellationToken);
        Ended found = await Recover("--sectors=1");
        Assert.True(found.Code == 0, found.ToString());

        Ended helped = await Recover("--sectors=1", $"--api-info=x:/ip4/127.0.0.1/tcp/1/http,{_node.ApiInfo}");
        Assert.True(helped.Code == 0, helped.ToString());
        Assert.Contains("already there", helped.Output, StringComparison.Ordinal);
    }

    private IEnumerable<string> CachedOf(ulong number) =>
        Directory.EnumerateFiles(Path.Combine(_bench.Result, "cache", $"s-t01000-{number}")).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal);

    private FakeSector PreCommitted(ulong number, long ticketEpoch) => _miner.Add(new FakeSector
    {
        Number = number,
        SealProof = (int)Interactive,
        SealedCid = SealedByHand.SealedCid(caches, _chain, Miner, number, Interactive, ticketEpoch),
        SealRandEpoch = ticketEpoch,
        PreCommitEpoch = ticketEpoch + 900,
    });

    private FakeSector Proven(ulong number, long ticketEpoch) =>
        _miner.Add(PreCommitted(number, ticketEpoch) with { Activation = ticketEpoch + 1_200, Early = 100_000 });

    private void NonInteractive(ulong number, long ticketEpoch) => _miner.Add(new FakeSector
    {
        Number = number,
        SealProof = (int)RegisteredSealProof.StackedDrg2KiBNonInteractive,
        SealedCid = SealedByHand.SealedCid(
            caches, _chain, Miner, number, RegisteredSealProof.StackedDrg2KiBNonInteractive, ticketEpoch),
        SealRandEpoch = ticketEpoch,
        Activation = ticketEpoch + 1_000,
    });

    private IEnumerable<string> Arguments(params string[] more) =>
        ["--miner=f01000", $"--sealing-result={_bench.Result}", $"--sealing-temp={_bench.Temp}", .. more];

    private Task<Ended> Recover(params string[] more) => _bench.RunAsync(Arguments(more));

    private static void AssertSentence(string text)
    {
        Assert.Contains("error: ", text, StringComparison.Ordinal);
        Assert.Contains("hint: ", text, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", text, StringComparison.Ordinal);
        Assert.DoesNotContain("unexpected", text, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', text);
    }
}
