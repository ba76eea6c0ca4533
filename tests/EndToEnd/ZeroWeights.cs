using System.Text.Json.Nodes;
using Filecoin.Primitives;

namespace EndToEnd;

/// <summary>Sectors whose weights on chain are zero, which proves zeros only where nothing can have restated them.</summary>
public sealed class ZeroWeights(ParentCaches caches, Databases databases)
{
    private const string Untold = "error: f01000 sector 1: nothing tells whether it was sealed over data: its weights are zero, but ";

    [Theory]
    [InlineData("extended", "localnet")]
    [InlineData("extended, with data", "localnet")]
    [InlineData("base epoch not told", "localnet")]
    [InlineData("proven when extensions left no trace", "calibrationnet")]
    public async Task A_sector_that_may_have_lost_its_weights_is_refused_until_a_witness_or_the_operator_speaks(string kind, string network)
    {
        await using ForgettingChain forgetting = await ForgettingChain.StartAsync(caches, databases, network);
        FakeSector sector = forgetting.Miner.Add(Sector(kind));
        forgetting.Node.KeepHeadersOnly();
        string[] byHand = ["export", "--miner=f01000", $"--ticket-epoch={sector.SealRandEpoch}", "1"];

        Ended refused = await forgetting.Bench.RunAsync(byHand);
        Assert.True(refused.Code == 6, refused.ToString());
        Assert.Contains(Untold, refused.Output, StringComparison.Ordinal);
        Assert.Contains(
            kind switch
            {
                "base epoch not told" => "the node does not tell whether it was extended",
                "proven when extensions left no trace" => "it was proven when the chain did not keep whether a sector was extended",
                _ => "they were restated at epoch 15000, when it was extended",
            },
            refused.Output,
            StringComparison.Ordinal);
        Assert.All(
            ["--archive-node", "--miner-api-info", "--curio-db", "--damocles-state", "--assume-zeros"],
            option => Assert.Contains(option, refused.Output.Split(Untold)[1], StringComparison.Ordinal));
        Assert.False(File.Exists(forgetting.Metadata));

        // Who knows better says so, and that is written down as nobody's word but the operator's.
        Ended assumed = await forgetting.Bench.RunAsync([.. byHand, "--assume-zeros"]);
        Assert.True(assumed.Code == 0, assumed.ToString());
        Assert.Contains("f01000 sector 1: nothing tells whether it was sealed over data: it is taken for a sector of zeros, as asked", assumed.Output + assumed.Error, StringComparison.Ordinal);
        JsonArray facts = (await forgetting.WrittenAsync())[0]!["Facts"]!.AsArray();
        Assert.Equal("the command line, which assumes it", WrittenEntries.TellersOf(facts, "CommD"));
        Assert.False(WrittenEntries.IsVerified(facts, "CommD"));

        // That is asked again, and a witness decides.
        await forgetting.LotusMinerAsync(forgetting.Bench);
        Ended witnessed = await forgetting.Bench.RunAsync("export", "--miner=f01000", "1");
        Assert.True(witnessed.Code == 0, witnessed.ToString());
        JsonNode entry = (await forgetting.WrittenAsync())[0]!;
        Assert.Equal("lotus-miner", WrittenEntries.TellersOf(entry["Facts"]!.AsArray(), "CommD"));
        Assert.Equal(sector.UnsealedCid is null ? null : ForgettingChain.CommD.ToString(), (string?)entry["CommD"]?["/"]);
    }

    [Theory]
    [InlineData("localnet")]
    [InlineData("mainnet")]
    public async Task A_sector_that_was_never_extended_is_one_of_zeros_by_its_weights(string network)
    {
        await using ForgettingChain forgetting = await ForgettingChain.StartAsync(caches, databases, network);
        FakeSector sector = forgetting.AddFirst();
        forgetting.Node.KeepHeadersOnly();
        Ended ended = await forgetting.Bench.RunAsync("export", "--miner=f01000", $"--ticket-epoch={sector.SealRandEpoch}", "1");
        Assert.True(ended.Code == 0, ended.ToString());
        JsonArray facts = (await forgetting.WrittenAsync())[0]!["Facts"]!.AsArray();
        Assert.Equal("its weights on chain, which are zero", WrittenEntries.TellersOf(facts, "CommD"));
        Assert.True(WrittenEntries.IsVerified(facts, "CommD"));
    }

    [Theory]
    [InlineData("message")]
    [InlineData("event")]
    public async Task The_message_or_event_that_proved_it_is_a_witness(string witness)
    {
        await using ForgettingChain forgetting = await ForgettingChain.StartAsync(caches, databases);
        FakeSector zeros = forgetting.Miner.Add(Sector("extended") with { ProvedWithPieces = witness == "message" });
        FakeSector data = Sector("extended, with data") with { Number = 2, SealRandEpoch = zeros.SealRandEpoch, ProvedWithPieces = witness == "message" };
        forgetting.Miner.Add(data);
        forgetting.Node.KeepHeadersOnly();
        forgetting.Node.MessagesKeptFrom = witness == "message" ? 0 : long.MaxValue;
        forgetting.Node.KeepsEvents = witness == "event";
        forgetting.Node.MissingMethods.Add("StateListMessages");
        foreach (string number in new[] { "1", "2" })
        {
            Ended ended = await forgetting.Bench.RunAsync("export", "--miner=f01000", $"--ticket-epoch={zeros.SealRandEpoch}", number);
            Assert.True(ended.Code == 0, ended.ToString());
        }

        JsonArray written = await forgetting.WrittenAsync();
        Assert.Contains(
            witness == "message" ? "the ProveCommitSectors3 message at epoch 10200" : "the event sector-activated at epoch 10200",
            WrittenEntries.TellersOf(written[0]!["Facts"]!.AsArray(), "CommD"),
            StringComparison.Ordinal);
        Assert.Null(written[0]!["Pieces"]);
        Assert.Equal(3, written[1]!["Pieces"]!.AsArray().Count);
    }

    [Fact]
    public async Task Every_command_that_looks_a_sector_up_refuses_it_alike_and_recovers_it_when_told()
    {
        await using ForgettingChain forgetting = await ForgettingChain.StartAsync(caches, databases);
        FakeSector sector = Sector("extended") with
        {
            SealedCid = SealedByHand.SealedCid(
                caches, forgetting.Chain, ForgettingChain.MinerNumber, 1, RegisteredSealProof.StackedDrg2KiBV1_1, ForgettingChain.TicketEpoch + 1),
        };
        forgetting.Miner.Add(sector);
        forgetting.Node.KeepHeadersOnly();
        FakeLotusMiner lotusMiner = await forgetting.LotusMinerAsync(forgetting.Bench);
        lotusMiner.Change = (_, status) => (status["CommD"], status["Pieces"]) = (null, null);

        string storage = Directory.CreateDirectory(Path.Combine(forgetting.Bench.Home, "data", "sealed")).Parent!.FullName;
        string[] repair = ["repair", "--miner=f01000", $"--storage={storage}", $"--sealing-temp={forgetting.Bench.Temp}", "--dry-run", "1"];
        string[] recover = ["--miner=f01000", "--sectors=1", $"--sealing-result={forgetting.Bench.Result}", $"--sealing-temp={forgetting.Bench.Temp}"];
        foreach (string[] command in new[] { repair, recover, ["pieces", "--miner=f01000", "1"] })
        {
            Ended refused = await forgetting.Bench.RunAsync(command);
            Assert.True(refused.Code == 6, refused.ToString());
            Assert.Contains("nothing tells whether it was sealed over data", refused.Output, StringComparison.Ordinal);
            Ended assumed = await forgetting.Bench.RunAsync([.. command, "--assume-zeros"]);
            Assert.True(assumed.Code == 0, assumed.ToString());
        }

        Assert.True(File.Exists(Path.Combine(forgetting.Bench.Result, "sealed", "s-t01000-1")));
    }

    private static FakeSector Sector(string kind) => kind switch
    {
        "extended" => ForgettingChain.Proven(1) with { ExtendedAt = 15_000 },

        // Verified data whose claims were dropped when it was extended.
        "extended, with data" => ForgettingChain.Proven(1) with { ExtendedAt = 15_000, UnsealedCid = ForgettingChain.CommD.ToCid(), Pieces = ForgettingChain.OnChain },
        "base epoch not told" => ForgettingChain.Proven(1) with { TellsPowerBaseEpoch = false },
        _ => ForgettingChain.Proven(1) with { SealRandEpoch = 16_900, PreCommitEpoch = 17_800, Activation = 18_000 },
    };
}
