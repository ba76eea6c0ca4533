using System.Text.Json.Nodes;
using Filecoin.Cryptography;
using Filecoin.Primitives;

namespace EndToEnd;

/// <summary>Records of who sealed that differ from what the newest state has, which holds, and from what the chain no longer holds.</summary>
public sealed class NewestStateHolds(ParentCaches caches, Databases databases)
{
    private static readonly CommR Other = new(Blake2b.Hash256([9]).ClearTopTwoBits());

    [Theory]
    [InlineData("lotus-miner", "SealProof")]
    [InlineData("lotus-miner", "SealedCID")]
    [InlineData("damocles", "SealProof")]
    [InlineData("damocles", "SealedCID")]
    [InlineData("Curio's database", "SealProof")]
    [InlineData("Curio's database", "SealedCID")]
    public async Task A_record_that_differs_is_a_note_that_names_both_and_the_chain_s_word_is_written(string source, string fact)
    {
        await using ForgettingChain forgetting = await ForgettingChain.StartAsync(caches, databases);
        FakeSector sector = forgetting.AddFirst();
        string option = await OptionAsync(forgetting, sector, source, fact);

        Ended ended = await forgetting.Bench.RunAsync(0, ["export", "--miner=f01000", option, "1"]);

        string what = fact == "SealProof" ? "the seal proof" : "the SealedCID";
        string wrong = fact == "SealProof" ? SealProofs.Get(RegisteredSealProof.StackedDrg2KiBV1).ToString() : Other.ToString();
        Assert.Contains($"f01000 sector 1: {what} is ", ended.Output + ended.Error, StringComparison.Ordinal);
        Assert.Contains($" by the newest state, which holds, though {(source == "damocles" ? $"the damocles state in {Path.Combine(forgetting.Bench.Home, "state.json")}" : source)} says {wrong}", ended.Output + ended.Error, StringComparison.Ordinal);
        JsonNode written = JsonNode.Parse(await File.ReadAllTextAsync(forgetting.Metadata, TestContext.Current.CancellationToken))!["SectorInfos"]![0]!;
        Assert.Equal((5, sector.SealedCid.ToString()), ((int)written["SealProof"]!, (string?)written["SealedCID"]!["/"]));
        JsonNode told = written["Facts"]!.AsArray().Single(entry => (string?)entry!["Fact"] == fact)!;
        Assert.DoesNotContain(source, told["ToldBy"]!.ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_the_newest_state_has_a_pre_commit_a_record_s_ticket_is_a_note_too_and_where_it_has_none_it_stops_the_sector()
    {
        await using ForgettingChain forgetting = await ForgettingChain.StartAsync(caches, databases);
        forgetting.AddKinds();
        FakeLotusMiner lotusMiner = forgetting.Keep(await FakeLotusMiner.StartAsync(forgetting.Chain, forgetting.Miner));
        lotusMiner.Change = (_, status) =>
        {
            status["Ticket"]!["Epoch"] = 9500;
            status["Ticket"]!["Value"] = Convert.ToBase64String(forgetting.Chain.Ticket(1000, 9500).Span);
        };

        Ended ended = await forgetting.Bench.RunAsync(7, ["export", "--miner=f01000", $"--miner-api-info={lotusMiner.ApiInfo}", "6", "1"]);

        Assert.Equal([6UL], await forgetting.WrittenNumbersAsync());
        Assert.Contains("f01000 sector 6: the ticket's epoch is ", ended.Output, StringComparison.Ordinal);
        Assert.Contains("f01000 sector 6: the ticket is ", ended.Output, StringComparison.Ordinal);
        Assert.Contains("error: f01000 sector 1: the ticket's epoch is 9001 by the state at epoch 10200, but 9500 by lotus-miner", ended.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("error: f01000 sector 6", ended.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_sector_made_with_the_genesis_block_is_no_contradiction_but_its_ticket_is_nowhere()
    {
        string devnet = Path.Combine(VectorFiles.Folder, "devnet");
        using Workbench bench = new(caches);
        await using RecordedServer full = await RecordedServer.StartAsync(Path.Combine(devnet, "full.jsonl"));
        await using RecordedServer miner = await RecordedServer.StartAsync(Path.Combine(devnet, "miner.jsonl"));
        bench.Environment["FULLNODE_API_INFO"] = full.ApiInfo;

        Ended ended = await bench.RunAsync("export", "--miner=f01000", $"--miner-api-info={miner.ApiInfo}", "0");

        Assert.NotEqual(7, ended.Code);
        Assert.Contains("f01000 sector 0: nothing tells which ticket it was sealed with", ended.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("one of the two is wrong", ended.ToString(), StringComparison.Ordinal);
    }

    private static async Task<string> OptionAsync(ForgettingChain forgetting, FakeSector sector, string source, string fact)
    {
        switch (source)
        {
            case "lotus-miner":
                FakeLotusMiner lotusMiner = forgetting.Keep(await FakeLotusMiner.StartAsync(forgetting.Chain, forgetting.Miner));
                lotusMiner.Change = (_, status) => Set(status, fact, "SealProof", "CommR");
                return $"--miner-api-info={lotusMiner.ApiInfo}";
            case "damocles":
                JsonObject state = FakeDamocles.State(forgetting.Chain, forgetting.Miner.Id, sector);
                Set(state, fact, "SectorType", null);
                if (fact == "SealedCID")
                {
                    state["Pre"]!["CommR"] = new JsonObject { ["/"] = Other.ToCid().ToString() };
                }

                string file = Path.Combine(forgetting.Bench.Home, "state.json");
                await File.WriteAllTextAsync(file, state.ToJsonString());
                return $"--damocles-state={file}";
            default:
                FakeCurio curio = await forgetting.CurioAsync([sector]);
                await curio.ExecuteAsync(
                    fact == "SealProof" ? "UPDATE curio.sectors_meta SET reg_seal_proof = 0" : $"UPDATE curio.sectors_meta SET orig_sealed_cid = '{Other}', cur_sealed_cid = '{Other}'",
                    TestContext.Current.CancellationToken);
                return $"--curio-db={curio.Url}";
        }
    }

    private static void Set(JsonObject record, string fact, string proof, string? commR)
    {
        if (fact == "SealProof")
        {
            record[proof] = 0;
        }
        else if (commR is not null)
        {
            record[commR] = new JsonObject { ["/"] = Other.ToCid().ToString() };
        }
    }
}
