using System.Globalization;
using System.Numerics;
using System.Text.Json.Nodes;
using Filecoin.Primitives;

namespace EndToEnd;

/// <summary>What the last lines of a run say, by what is true of the sectors on chain, of the node and of the miner's funds.</summary>
public sealed class NextStepsOnChain(ParentCaches caches) : IAsyncLifetime
{
    private const RegisteredSealProof Proof = RegisteredSealProof.StackedDrg2KiBV1_1;
    private const string NotFaulty = "not faulty on chain, so nothing is to be declared; to be readable before ";

    private readonly Workbench _bench = new(caches);
    private readonly FakeChain _chain = new();
    private FakeNode _node = null!;
    private FakeMiner _miner = null!;

    private string Metadata => Path.Combine(_bench.Home, "sectors-recovery-f01000.json");

    private IEnumerable<string> FromChain => ["--miner=f01000", "--sectors=2", $"--sealing-result={_bench.Result}", $"--sealing-temp={_bench.Temp}"];

    public async ValueTask InitializeAsync()
    {
        _miner = _chain.AddMiner(1000, SectorSize.KiB2);
        _node = await FakeNode.StartAsync(_chain);
        _bench.Environment["FULLNODE_API_INFO"] = _node.ApiInfo;
    }

    public async ValueTask DisposeAsync()
    {
        await _node.DisposeAsync();
        _bench.Dispose();
    }

    [Fact]
    public async Task A_sector_that_is_not_faulty_has_to_be_readable_before_its_challenge_and_nothing_is_declared()
    {
        _miner.Add(Proven(2));

        Ended ended = await _bench.RunAsync(0, FromChain);

        // Deadline 7 opens 420 epochs into the period, and its challenge is drawn 20 epochs before that.
        long opens = 1000 + 420 + (2880 * ((_chain.HeadEpoch - 1400) / 2880)) + 2880;
        Assert.Contains($"f01000 sector 2: {NotFaulty}{Utc(_chain.TimeOf(opens - 20))}, when the challenge of deadline 7 is drawn", ended.Output, StringComparison.Ordinal);
        Assert.Contains("lotus-miner proving check --only-bad 7", ended.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("recover-faults", ended.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("to be declared by", ended.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("fee debt", ended.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_faulty_sector_has_to_be_declared_unless_it_is_already_and_a_terminated_one_is_told_neither()
    {
        _miner.Add(Proven(2) with { Early = 120_000 });
        Ended faulty = await _bench.RunAsync(0, FromChain);
        Assert.Contains("f01000 sector 2: to be declared by ", faulty.Output, StringComparison.Ordinal);
        Assert.Contains("lotus-miner proving recover-faults 2", faulty.Output, StringComparison.Ordinal);
        Assert.Contains("lotus-miner proving check --only-bad --faulty 7", faulty.Output, StringComparison.Ordinal);

        _miner.Recoveries.Add(2);
        Ended declared = await _bench.RunAsync(0, FromChain);
        Assert.Contains("f01000 sector 2: declared recovered already, so nothing is to be declared; to be readable before ", declared.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("recover-faults", declared.Output, StringComparison.Ordinal);

        _miner.Add(Proven(2) with { Terminated = true });
        Ended terminated = await _bench.RunAsync(0, FromChain);
        Assert.DoesNotContain("to be declared", terminated.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("to be readable", terminated.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_a_stale_node_it_is_said_once_a_run_and_one_clock_judges_what_is_in_time_and_what_has_ended()
    {
        // By the node's head there are two days left to prove them; the clock says that there were.
        _chain.HeadEpoch = 100_000;
        _chain.HeadTime = DateTimeOffset.FromUnixTimeSeconds(DateTimeOffset.UtcNow.ToUnixTimeSeconds()).AddDays(-3);
        long preCommit = _chain.HeadEpoch + (2 * 2880) - 86_550;
        foreach (ulong number in new ulong[] { 2, 3, 4 })
        {
            _miner.Add(PreCommitted(number) with { SealRandEpoch = 15_000, PreCommitEpoch = preCommit });
        }

        Ended export = await _bench.RunAsync(0, ["export", "--miner=f01000", "2", "3", "4"]);
        Assert.Single(Lines(export), line => line.Contains("72.0 hours old by this machine's clock", StringComparison.Ordinal));
        Assert.Contains("too late", export.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("in time\n", export.Output, StringComparison.Ordinal);
        Assert.Contains("by this machine's clock", export.Output, StringComparison.Ordinal);

        Ended recover = await _bench.RunAsync(0, [.. _bench.Recover(Metadata, "2", "3", "4"), $"--api-info={_node.ApiInfo}"]);
        Assert.Single(Lines(recover), line => line.Contains("72.0 hours old", StringComparison.Ordinal));
        Assert.Contains("the time to prove it ended ", recover.Output, StringComparison.Ordinal);
        Assert.Contains("by this machine's clock, so the pre-commit deposit is lost", recover.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Fee_debt_that_is_not_covered_is_the_first_of_the_next_steps_in_every_command()
    {
        _miner.Add(Proven(2) with { Early = 120_000 });
        (_miner.FeeDebt, _miner.Unlocked) = (6_279_746_615_844, 1_000_000);
        string[] storage = ["--miner=f01000", $"--storage={_bench.Result}"];

        AssertDebt(await _bench.RunAsync(0, ["export", "--miner=f01000", "2", "--json"]), isEstimated: true);
        AssertDebt(await _bench.RunAsync(0, [.. FromChain, "--json"]), isEstimated: true);
        AssertDebt(await _bench.RunAsync(0, ["repair", .. storage, $"--sealing-temp={_bench.Temp}", "2", "--json"]), isEstimated: true);
        AssertDebt(await _bench.RunAsync(0, ["verify", .. storage, "2", "--json"]), isEstimated: true);
        AssertDebt(await _bench.RunAsync(0, [.. _bench.Recover(Metadata, "2", "--json"), $"--api-info={_node.ApiInfo}"]), isEstimated: true);
        Ended text = await _bench.RunAsync(0, ["export", "--miner=f01000", "2"]);
        string[] lines = Lines(text);
        Assert.StartsWith("  f01000 is in fee debt", lines[Array.IndexOf(lines, "next:") + 1], StringComparison.Ordinal);

        // Without a node: what export was told.
        _bench.Environment.Remove("FULLNODE_API_INFO");
        AssertDebt(await _bench.RunAsync(0, _bench.Recover(Metadata, "2", "--json")), isEstimated: false);
        AssertDebt(await _bench.RunAsync(0, ["verify", $"--metadata={Metadata}", $"--storage={_bench.Result}", "2", "--json"]), isEstimated: false);
    }

    [Theory]
    [InlineData("covered")]
    [InlineData("gateway")]
    [InlineData("balance only")]
    [InlineData("state only")]
    public async Task Debt_is_claimed_only_where_the_node_tells_that_it_is_not_covered(string node)
    {
        _miner.Add(Proven(2) with { Early = 120_000 });
        _miner.FeeDebt = 500;
        _miner.Unlocked = node == "covered" ? 500 : 0;
        _node.MissingMethods.UnionWith(node switch
        {
            "gateway" => ["StateMinerAvailableBalance", "StateReadState", "StateMinerFaults"],
            "balance only" => ["StateReadState"],
            "state only" => ["StateMinerAvailableBalance"],
            _ => [],
        });

        Ended ended = await _bench.RunAsync(0, ["export", "--miner=f01000", "2", "--json"]);

        Assert.Equal(node.EndsWith("only", StringComparison.Ordinal), ended.Report["next"]!.AsArray().Any(step => step!["send"] is not null));
    }

    /// <summary>A real Curio's miner in debt, as its node answered (tests/vectors/devnet tells of another miner of such a chain).</summary>
    [Fact]
    public async Task What_a_real_node_answered_of_a_miner_in_debt_is_understood()
    {
        using Workbench bench = new(caches);
        await using RecordedServer full = await RecordedServer.StartAsync(Path.Combine(VectorFiles.Folder, "devnet", "full.jsonl"));
        full.Replace("StateMinerAvailableBalance", ["f01000", null], "-6279746615844");
        full.Replace("StateReadState", ["f01000", null], JsonNode.Parse(
            """
            {"Balance":"119209287680","Code":{"/":"bafk2bzaceaxfll3kmvqwq2bsyxpo5esfmmvdjjkuwk4ddp3rfveguri3j3or4"},
             "State":{"PreCommitDeposits":"0","LockedFunds":"0","VestingFunds":null,"FeeDebt":"6279746615844","InitialPledge":"119209287680","ProvingPeriodStart":12421,"EarlyTerminations":[0]}}
            """));
        bench.Environment["FULLNODE_API_INFO"] = full.ApiInfo;

        Ended ended = await bench.RunAsync(0, ["export", "--miner=f01000", "3", "--json"]);

        JsonNode first = ended.Report["next"]![0]!;
        Assert.Equal("6279746615844", (string?)first["send"]);
        Assert.Contains("0.000006279746615844 FIL are missing", (string?)first["text"], StringComparison.Ordinal);
        Assert.Equal("lotus send f01000 0.000006279746615844", (string?)first["commands"]![0]);
    }

    private static void AssertDebt(Ended ended, bool isEstimated)
    {
        JsonNode first = ended.Report["next"]![0]!;
        string text = (string)first["text"]!;
        BigInteger send = BigInteger.Parse((string)first["send"]!, CultureInfo.InvariantCulture);
        Assert.StartsWith("f01000 is in fee debt that its unlocked balance does not cover", text, StringComparison.Ordinal);
        Assert.Contains("0.000006279745615844 FIL are missing", text, StringComparison.Ordinal);
        Assert.Single(ended.Report["next"]!.AsArray(), step => step!["send"] is not null);
        Assert.Equal(isEstimated, first["before"] is not null);
        Assert.Equal(isEstimated, text.Contains("estimated", StringComparison.Ordinal));
        Assert.Equal(isEstimated, send > 6_279_745_615_844);
        Assert.Equal(!isEstimated, text.Contains("as of ", StringComparison.Ordinal));
        Assert.StartsWith("lotus send f01000 0.00000", (string?)first["commands"]![0], StringComparison.Ordinal);
    }

    private static string[] Lines(Ended ended) => (ended.Output + ended.Error).Split('\n');

    private static string Utc(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture);

    private FakeSector PreCommitted(ulong number) => new()
    {
        Number = number,
        SealProof = (int)Proof,
        SealedCid = SealedByHand.SealedCid(caches, _chain, 1000, number, Proof, 15_000),
        SealRandEpoch = 15_000,
        PreCommitEpoch = 15_900,
    };

    private FakeSector Proven(ulong number) => PreCommitted(number) with { Activation = 16_200 };
}
