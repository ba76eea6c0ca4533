using System.Text.Json.Nodes;
using Filecoin.Cryptography;
using Filecoin.Primitives;

namespace EndToEnd;

/// <summary>Facts that the operator types, one sector at a time, before nodes that tell little of it or nothing.</summary>
public sealed class FindByHand(ParentCaches caches, Databases databases)
{
    [Fact]
    public async Task Facts_by_hand_fill_what_is_missing_and_are_marked_where_nothing_speaks_for_them()
    {
        await using ForgettingChain forgetting = await ForgettingChain.StartAsync(caches, databases);
        forgetting.Node.KeepHeadersOnly();
        FakeSector sector = forgetting.AddFirst();
        string ticket = forgetting.Chain.Ticket(ForgettingChain.MinerNumber, sector.SealRandEpoch).ToString();

        Ended epoch = await forgetting.Bench.RunAsync("export", "--miner=f01000", "--ticket-epoch=9001", "1");
        Assert.True(epoch.Code == 0, epoch.ToString());
        Assert.Contains("TicketEpoch: the command line (alone, not verified)", epoch.Output, StringComparison.Ordinal);
        JsonNode written = (await forgetting.WrittenAsync())[0]!;
        Assert.Equal(Convert.ToBase64String(Bytes32.FromHex(ticket).ToArray()), (string?)written["Ticket"]);
        Assert.False((bool)written["Facts"]!.AsArray().Single(fact => (string?)fact!["Fact"] == "TicketEpoch")!["Verified"]!);

        Ended all = await forgetting.Bench.RunAsync(
            "export", "--miner=f01000", "--ticket-epoch=9001", $"--ticket={ticket}", "--seal-proof=StackedDrg2KiBV1_1", $"--sealed-cid={sector.SealedCid}", "--sectors=1");
        Assert.True(all.Code == 0, all.ToString());
        Assert.Contains("TicketEpoch: the command line (the ticket that the command line has is that of the block headers)", all.Output, StringComparison.Ordinal);

        // The file of the first export says it again, and then two agree.
        Ended kept = await forgetting.Bench.RunAsync("export", "--miner=f01000", $"--metadata={forgetting.Metadata}", "1");
        Assert.True(kept.Code == 0, kept.ToString());
        Assert.Contains("TicketEpoch: the metadata file ", kept.Output, StringComparison.Ordinal);

        Ended wrong = await forgetting.Bench.RunAsync("export", "--miner=f01000", "--ticket-epoch=9002", $"--metadata={forgetting.Metadata}", "1");
        Assert.True(wrong.Code == 7, wrong.ToString());
        Assert.Contains("the ticket's epoch is 9001 by the metadata file ", wrong.Output, StringComparison.Ordinal);
        Assert.Contains("but 9002 by the command line", wrong.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("mainnet", 'f', "f01000")]
    [InlineData("calibrationnet", 't', "robust")]
    public async Task Before_a_node_with_headers_only_all_is_told_but_the_pieces_of_proven_sectors(string network, char prefix, string miner)
    {
        await using ForgettingChain forgetting = await ForgettingChain.StartAsync(caches, databases, network, prefix);
        FakeSector[] sectors = forgetting.AddKinds();
        forgetting.Node.KeepHeadersOnly();
        foreach (FakeSector sector in sectors)
        {
            Ended ended = await forgetting.Bench.RunAsync(ByHand(forgetting, miner, sector, sector.SealedAs));
            Assert.True(ended.Code == (sector.Number switch { 2 or 3 or 5 => 6, 8 => 5, _ => 0 }), ended.ToString());
            if (ended.Code != 0)
            {
                string holds = sector.Number == 5 ? "was updated with data" : "holds data";
                Assert.Contains($"error: f01000 sector {sector.Number} {holds}, but nothing tells which pieces (", ended.Output, StringComparison.Ordinal);
                Assert.Contains("the lotus-miner that sealed it with --miner-api-info", ended.Output, StringComparison.Ordinal);
                Assert.Contains("write the pieces to a metadata file", ended.Output, StringComparison.Ordinal);
            }
        }

        // Of 2 and 3 not even the commitment to their data is known, without which an entry would say that they hold none.
        JsonArray written = await forgetting.WrittenAsync();
        Assert.Equal([1UL, 4UL, 5UL, 6UL, 7UL, 8UL], written.Select(entry => (ulong)entry!["SectorNumber"]!));
        foreach (JsonNode? entry in written)
        {
            FakeSector sector = sectors[(int)entry!["SectorNumber"]! - 1];
            JsonArray facts = entry["Facts"]!.AsArray();
            WrittenEntries.AssertWritten(forgetting, sector, entry, withPieces: sector.Number is not (5 or 8));
            Assert.Equal(sector.Activation is null ? "the newest state, the command line" : "the command line", WrittenEntries.TellersOf(facts, "TicketEpoch"));
            Assert.Equal("the newest state, the command line", WrittenEntries.TellersOf(facts, "SealProof"));
            Assert.Equal("the newest state, the command line", WrittenEntries.TellersOf(facts, "SealedCID"));
            string commD = sector.Number switch
            {
                1 => "its weights on chain, which are zero",
                5 => "that it was snapped, which only sectors without data are",
                _ => "the newest state",
            };
            Assert.Equal(commD, WrittenEntries.TellersOf(facts, "CommD"));
            Assert.All(facts, fact => Assert.Equal((string?)fact!["Fact"] != "CommD" || sector.Number is not 5, (bool)fact["Verified"]!));
        }
    }

    [Theory]
    [InlineData("mainnet", 'f', "robust")]
    [InlineData("calibrationnet", 't', "t01000")]
    public async Task Before_a_node_that_does_not_tell_the_sector_it_is_taken_for_zeros_only_if_asked(string network, char prefix, string miner)
    {
        await using ForgettingChain forgetting = await ForgettingChain.StartAsync(caches, databases, network, prefix);
        FakeSector[] sectors = forgetting.AddKinds();
        forgetting.Node.KeepHeadersOnly();
        forgetting.Node.MissingMethods.UnionWith(["StateSectorGetInfo", "StateSectorPreCommitInfo"]);
        foreach (FakeSector sector in sectors)
        {
            // Of a non-interactive one its seal proof tells.
            bool isTold = sector.SealProof == (int)RegisteredSealProof.StackedDrg2KiBNonInteractive;
            string[] byHand = [.. ByHand(forgetting, miner, sector, sector.SealedAs)];
            Ended refused = await forgetting.Bench.RunAsync(byHand);
            Assert.True(refused.Code == (isTold ? 0 : 4), refused.ToString());
            Assert.Equal(
                !isTold,
                refused.Output.Contains(
                    $"f01000 sector {sector.Number}: nothing tells whether it was sealed over data, or whether it was snapped (", StringComparison.Ordinal));
            Assert.Equal(!isTold, refused.Output.Contains("--assume-zeros", StringComparison.Ordinal));

            Ended ended = await forgetting.Bench.RunAsync([.. byHand, "--assume-zeros"]);
            Assert.True(ended.Code == 0, ended.ToString());
            string said = ended.Output + ended.Error;
            Assert.Contains($"f01000 sector {sector.Number}: what the chain has of it the node did not tell (", said, StringComparison.Ordinal);
            Assert.Equal(
                !isTold,
                said.Contains(
                    $"f01000 sector {sector.Number}: nothing tells whether it was sealed over data; nor is it known whether it was snapped: it is taken for a sector of zeros, as asked",
                    StringComparison.Ordinal));
        }

        foreach ((FakeSector sector, JsonNode? entry) in sectors.Zip(await forgetting.WrittenAsync()))
        {
            JsonArray facts = entry!["Facts"]!.AsArray();
            WrittenEntries.AssertSealing(forgetting, sector, entry);
            Assert.All(["CommD", "Pieces", "Update"], field => Assert.Null(entry[field]));
            Assert.All(["SealProof", "SealedCID", "TicketEpoch"], fact => Assert.Equal("the command line", WrittenEntries.TellersOf(facts, fact)));
            Assert.Equal(
                sector.SealProof == (int)RegisteredSealProof.StackedDrg2KiBNonInteractive ? "its seal proof, which is for sectors without data only" : "the command line, which assumes it",
                WrittenEntries.TellersOf(facts, "CommD"));
            Assert.All(facts, fact => Assert.Equal((string?)fact!["Fact"] is "TicketEpoch" or "Ticket", (bool)fact["Verified"]!));
        }
    }

    [Fact]
    public async Task What_is_given_of_a_snapped_sector_is_its_key_s_and_what_is_not_given_is_named()
    {
        await using ForgettingChain forgetting = await ForgettingChain.StartAsync(caches, databases);
        FakeSector snapped = forgetting.AddKinds()[4];
        forgetting.Node.KeepHeadersOnly();

        Ended help = await forgetting.Bench.RunAsync("export", "--help");
        Assert.Contains("of a snapped sector, that of its key", string.Join(' ', help.Output.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
        Ended update = await forgetting.Bench.RunAsync(ByHand(forgetting, "f01000", snapped, snapped.SealedCid));
        Assert.True(update.Code == 7, update.ToString());
        Assert.Contains(
            $"error: f01000 sector 5: the SealedCID of its key is {snapped.SealedAs} by the newest state, but {snapped.SealedCid} by the command line",
            update.Output,
            StringComparison.Ordinal);

        forgetting.Node.MissingMethods.UnionWith(["StateSectorGetInfo", "StateSectorPreCommitInfo"]);
        string[] all = [.. ByHand(forgetting, "f01000", snapped, snapped.SealedAs)];
        foreach ((string option, string lacking) in new[] { ("--seal-proof", "its seal proof"), ("--sealed-cid", "its SealedCID") })
        {
            Ended ended = await forgetting.Bench.RunAsync(all.Where(argument => !argument.StartsWith(option, StringComparison.Ordinal)));
            Assert.NotEqual(0, ended.Code);
            Assert.Contains($"error: f01000 sector 5: nothing tells {lacking} (", ended.Output, StringComparison.Ordinal);
            Assert.Contains(option, ended.Output.Split("nothing tells ")[1], StringComparison.Ordinal);
        }

        Assert.False(File.Exists(forgetting.Metadata));
    }

    private static IEnumerable<string> ByHand(ForgettingChain forgetting, string miner, FakeSector sector, Cid sealedCid) =>
    [
        "export",
        $"--miner={forgetting.Named(miner)}",
        $"--ticket-epoch={sector.SealRandEpoch}",
        $"--ticket={forgetting.Chain.Ticket(ForgettingChain.MinerNumber, sector.SealRandEpoch)}",
        $"--seal-proof={sector.SealProof}",
        $"--sealed-cid={sealedCid}",
        $"{sector.Number}",
    ];
}
