using System.Text.Json.Nodes;

namespace EndToEnd;

/// <summary>A metadata file that was written before the node forgot, as a source of another one.</summary>
public sealed class FindInMetadata(ParentCaches caches, Databases databases)
{
    [Theory]
    [InlineData("archive", "mainnet", 'f', "f01000")]
    [InlineData("archive", "calibrationnet", 't', "robust")]
    [InlineData("same node", "mainnet", 'f', "robust")]
    [InlineData("same node", "calibrationnet", 't', "t01000")]
    public async Task An_earlier_file_tells_sectors_of_every_kind(string asked, string network, char prefix, string miner)
    {
        await using ForgettingChain forgetting = await ForgettingChain.StartAsync(caches, databases, network, prefix);
        FakeSector[] sectors = forgetting.AddKinds();
        string earlier = await forgetting.EarlierAsync(
            asked == "archive" ? await forgetting.NodeAsync() : forgetting.Node, miner, code: 0, sealerToo: true);
        forgetting.Node.KeepHeadersOnly();

        Ended ended = await forgetting.Bench.RunAsync(["export", $"--miner={forgetting.Named(miner)}", $"--metadata={earlier}", "1-8"]);

        Assert.True(ended.Code == 0, ended.ToString());
        await AssertToldAsync(forgetting, sectors, $"the metadata file {earlier}", $"the metadata file {earlier}");
    }

    [Theory]
    [InlineData("mainnet", 'f', "robust")]
    [InlineData("calibrationnet", 't', "t01000")]
    public async Task Pieces_that_were_not_told_then_lotus_miner_adds(string network, char prefix, string miner)
    {
        await using ForgettingChain forgetting = await ForgettingChain.StartAsync(caches, databases, network, prefix);
        FakeSector[] sectors = forgetting.AddKinds();
        string earlier = await forgetting.EarlierAsync(forgetting.Node, miner, code: 5, sealerToo: false);
        forgetting.Node.KeepHeadersOnly();
        await forgetting.LotusMinerAsync(forgetting.Bench);

        Ended ended = await forgetting.Bench.RunAsync(["export", $"--miner={forgetting.Named(miner)}", $"--metadata={earlier}", "1-8"]);

        Assert.True(ended.Code == 0, ended.ToString());
        await AssertToldAsync(forgetting, sectors, $"lotus-miner, the metadata file {earlier}", "lotus-miner");
    }

    [Fact]
    public async Task What_an_earlier_file_has_wrong_is_found_by_the_headers_and_by_lotus_miner()
    {
        await using ForgettingChain forgetting = await ForgettingChain.StartAsync(caches, databases);
        forgetting.AddKinds();
        string earlier = await forgetting.EarlierAsync(forgetting.Node, "f01000", code: 0, sealerToo: true);
        JsonNode file = JsonNode.Parse(await File.ReadAllTextAsync(earlier, TestContext.Current.CancellationToken))!;
        JsonNode first = Entry(1);
        JsonNode last = Entry(8);
        first["TicketEpoch"] = ForgettingChain.TicketEpoch + 6;
        last["Pieces"] = new JsonArray([.. last["Pieces"]!.AsArray().Select(piece => piece!.DeepClone()).Reverse()]);
        await File.WriteAllTextAsync(earlier, file.ToJsonString(), TestContext.Current.CancellationToken);
        forgetting.Node.KeepHeadersOnly();

        Ended alone = await forgetting.Bench.RunAsync("export", "--miner=f01000", $"--metadata={earlier}", "1-3");
        Assert.True(alone.Code == 7, alone.ToString());
        Assert.Contains("error: f01000 sector 1: the ticket is ", alone.Output, StringComparison.Ordinal);
        Assert.Contains(" by the block headers of epoch 9006", alone.Output, StringComparison.Ordinal);
        Assert.Equal([2UL, 3UL], await forgetting.WrittenNumbersAsync());

        await forgetting.LotusMinerAsync(forgetting.Bench);
        Ended pair = await forgetting.Bench.RunAsync("export", "--miner=f01000", $"--metadata={earlier}", "1", "2", "8");
        Assert.True(pair.Code == 7, pair.ToString());
        Assert.Contains(
            $"error: f01000 sector 1: the ticket's epoch is 9001 by lotus-miner, but 9006 by the metadata file {earlier}", pair.Output, StringComparison.Ordinal);
        Assert.Contains(
            $"f01000 sector 8: its pieces by the metadata file {earlier} stand in another order than the one that is used, since it gives CommD {ForgettingChain.CommD}",
            pair.Output + pair.Error,
            StringComparison.Ordinal);
        Assert.Equal([2UL, 3UL, 8UL], await forgetting.WrittenNumbersAsync());

        JsonNode Entry(ulong number) => file["SectorInfos"]!.AsArray().Single(entry => (ulong)entry!["SectorNumber"]! == number)!;
    }

    [Fact]
    public async Task Pieces_nobody_told_are_missed_before_sealing_can_be_written_by_hand_and_are_not_lost_again()
    {
        await using ForgettingChain forgetting = await ForgettingChain.StartAsync(caches, databases);
        forgetting.AddKinds();
        Ended exported = await forgetting.Bench.RunAsync("export", "--miner=f01000", "6", "8");
        Assert.True(exported.Code == 5, exported.ToString());
        string sentence = $"f01000 sector 8 holds data with CommD {ForgettingChain.CommD}, but the metadata file does not tell which pieces";

        Ended pieces = await forgetting.Bench.RunAsync("pieces", $"--metadata={forgetting.Metadata}", "8");
        Assert.True(pieces.Code == 5, pieces.ToString());
        Assert.Contains(sentence, pieces.Output, StringComparison.Ordinal);
        Ended recovered = await forgetting.Bench.RunAsync(forgetting.Bench.Recover(forgetting.Metadata, "--sectors=8"));
        Assert.True(recovered.Code == 5, recovered.ToString());
        Assert.Contains(sentence, recovered.Output, StringComparison.Ordinal);
        Assert.Contains("rite them to its Pieces in that file", recovered.Output, StringComparison.Ordinal);

        JsonNode file = JsonNode.Parse(await File.ReadAllTextAsync(forgetting.Metadata, TestContext.Current.CancellationToken))!;
        file["SectorInfos"]![1]!["Pieces"] = new JsonArray([.. ForgettingChain.OnChain.Select(piece => new JsonObject
        {
            ["PieceCID"] = new JsonObject { ["/"] = piece.Cid.ToString() }, ["Size"] = piece.Size,
        })]);
        await File.WriteAllTextAsync(forgetting.Metadata, file.ToJsonString(), TestContext.Current.CancellationToken);
        Ended listed = await forgetting.Bench.RunAsync("pieces", $"--metadata={forgetting.Metadata}", "8", "--json");
        Assert.True(listed.Code == 0, listed.ToString());
        Assert.True((bool)listed.Lines.Single(line => (string?)line["event"] == "pieces")["comm_d_agrees"]!);

        // Asked anew nobody tells them still, which is no reason to forget what was written.
        Ended anew = await forgetting.Bench.RunAsync("export", "--miner=f01000", "--anew", "8");
        Assert.True(anew.Code == 5, anew.ToString());
        Assert.Equal(3, (await forgetting.WrittenAsync())[1]!["Pieces"]!.AsArray().Count);
        Ended kept = await forgetting.Bench.RunAsync("export", "--miner=f01000", "8");
        Assert.True(kept.Code == 0, kept.ToString());
    }

    /// <summary>
    /// All is as it was, told by <paramref name="tellers"/> where the newest state does not. Nothing is unverified but that sectors hold zeros of which
    /// neither the state nor a sealer says so: files of any tool leave that out.
    /// </summary>
    private static async Task AssertToldAsync(ForgettingChain forgetting, FakeSector[] sectors, string tellers, string piecesBy)
    {
        bool sealerToo = tellers.StartsWith("lotus-miner", StringComparison.Ordinal);
        JsonArray written = await forgetting.WrittenAsync();
        Assert.Equal(8, written.Count);
        foreach ((FakeSector sector, JsonNode entry) in WrittenEntries.Of(sectors, written))
        {
            WrittenEntries.AssertWritten(forgetting, sector, entry);
            JsonArray facts = entry["Facts"]!.AsArray();
            Assert.Equal(sector.Activation is null ? $"the newest state, {tellers}" : tellers, WrittenEntries.TellersOf(facts, "TicketEpoch"));
            Assert.Equal($"the newest state, {tellers}", WrittenEntries.TellersOf(facts, "SealProof"));
            Assert.Equal($"the newest state, {tellers}", WrittenEntries.TellersOf(facts, "SealedCID"));
            Assert.Contains("the block headers of epoch ", WrittenEntries.TellersOf(facts, "Ticket"), StringComparison.Ordinal);
            Assert.All(facts, fact => Assert.True(
                (bool)fact!["Verified"]! || ((string?)fact["Fact"] == "CommD" && sector.Number is 1 or 5 && !sealerToo), $"sector {sector.Number}: {fact}"));
            if (sector.Number == 8)
            {
                Assert.Equal(piecesBy, WrittenEntries.TellersOf(facts, "Pieces"));
                Assert.Equal($"the newest state, {tellers}", WrittenEntries.TellersOf(facts, "CommD"));
            }
            else if (sector.Number == 5)
            {
                Assert.Equal(tellers, WrittenEntries.TellersOf(facts, "Update.Pieces"));
            }
            else if (sector.Pieces.Length > 0)
            {
                Assert.EndsWith(tellers, WrittenEntries.TellersOf(facts, "CommD"), StringComparison.Ordinal);
                Assert.Contains(tellers, WrittenEntries.TellersOf(facts, "Pieces"), StringComparison.Ordinal);
            }
        }
    }
}
