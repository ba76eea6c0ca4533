using System.Text.Json.Nodes;
using Filecoin.Primitives;

namespace EndToEnd;

/// <summary>What sources say of updates against what follows from the CommRs on chain, and lists of pieces against CommD.</summary>
public sealed class ImpossibleUpdates(ParentCaches caches, Databases databases)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("no piece")]
    [InlineData("the pieces of before")]
    public async Task The_row_that_Curio_s_own_repair_leaves_says_nothing_of_the_update_s_data(string pieces)
    {
        await using ForgettingChain forgetting = await ForgettingChain.StartAsync(caches, databases);
        FakeSector snapped = forgetting.AddKinds()[4];
        forgetting.Node.KeepHeadersOnly();
        FakeCurio curio = await forgetting.CurioAsync([snapped]);
        await curio.ExecuteAsync("UPDATE curio.sectors_meta SET cur_unsealed_cid = orig_unsealed_cid, msg_cid_update = NULL, has_sector_key = true", Cancellation);
        if (pieces == "no piece")
        {
            await curio.ExecuteAsync("DELETE FROM curio.sectors_meta_pieces", Cancellation);
        }

        Ended ended = await forgetting.Bench.RunAsync("export", "--miner=f01000", $"--curio-db={curio.Url}", "5");

        Assert.True(ended.Code == 6, ended.ToString());
        Assert.Contains("f01000 sector 5 was updated with data, but nothing tells which pieces", ended.Output, StringComparison.Ordinal);
        Assert.Contains(
            "Curio's database has CommD and pieces of the time before its update, while the chain has the update (sectors_meta.cur_unsealed_cid); that is not used",
            ended.Output + ended.Error,
            StringComparison.Ordinal);
        JsonNode entry = (await forgetting.WrittenAsync())[0]!;
        Assert.Null(entry["Update"]!["CommD"]);
        Assert.Empty(entry["Update"]!["Pieces"]!.AsArray());
        Assert.DoesNotContain(entry["Facts"]!.AsArray(), fact => (string?)fact!["Fact"] == "Update.CommD");

        // Whoever else knows is asked.
        await forgetting.LotusMinerAsync(forgetting.Bench);
        Ended known = await forgetting.Bench.RunAsync("export", "--miner=f01000", $"--curio-db={curio.Url}", "5");
        Assert.True(known.Code == 0, known.ToString());
        WrittenEntries.AssertWritten(forgetting, snapped, (await forgetting.WrittenAsync())[0]!);
    }

    [Theory]
    [InlineData("lotus-miner")]
    [InlineData("damocles")]
    public async Task A_CommD_of_zeros_beside_another_CommR_than_the_key_s_is_credited_to_who_said_it_and_not_used(string source)
    {
        await using ForgettingChain forgetting = await ForgettingChain.StartAsync(caches, databases);
        FakeSector snapped = forgetting.AddKinds()[4];
        forgetting.Node.KeepHeadersOnly();
        FakeSector wrong = snapped with { Update = snapped.Update! with { UnsealedCid = ZeroCommitments.ForSector(ForgettingChain.Size).ToCid() } };
        List<string> options = [];
        forgetting.Miner.Add(wrong);
        await forgetting.AddAsync(source, options, [wrong]);

        Ended ended = await forgetting.Bench.RunAsync(["export", "--miner=f01000", .. options, "5"]);

        Assert.True(ended.Code == 0, ended.ToString());
        Assert.Matches(
            $"{(source == "damocles" ? "the damocles state in .*" : source)} says that its update holds zeros, but then its SealedCID would be that of its key", ended.Output + ended.Error);
        JsonNode entry = (await forgetting.WrittenAsync())[0]!;
        Assert.Null(entry["Update"]!["CommD"]);
        Assert.Equal(3, entry["Update"]!["Pieces"]!.AsArray().Count);
        Assert.False(WrittenEntries.IsVerified(entry["Facts"]!.AsArray(), "Update.Pieces"));
    }

    [Theory]
    [InlineData("curio")]
    [InlineData("lotus-miner")]
    [InlineData("damocles")]
    public async Task A_snap_to_zeros_is_exported_and_recovered(string source)
    {
        await using ForgettingChain forgetting = await ForgettingChain.StartAsync(caches, databases);
        Cid key = SealedByHand.SealedCid(
            caches, forgetting.Chain, ForgettingChain.MinerNumber, 1, RegisteredSealProof.StackedDrg2KiBV1_1, ForgettingChain.TicketEpoch + 1);
        CommD zeros = ZeroCommitments.ForSector(ForgettingChain.Size);
        FakeSector snapped = forgetting.Miner.Add(ForgettingChain.Proven(1) with
        {
            SealedCid = key,
            SectorKeyCid = key,
            Update = new FakeUpdate(16_000) { Pieces = [new FakePiece(zeros.ToCid(), (ulong)ForgettingChain.Size.Bytes)], UnsealedCid = zeros.ToCid() },
        });
        forgetting.Node.KeepHeadersOnly();
        List<string> options = [];
        await forgetting.AddAsync(source, options, [snapped]);

        Ended exported = await forgetting.Bench.RunAsync(["export", "--miner=f01000", .. options, "1"]);
        Assert.True(exported.Code == 0, exported.ToString());
        JsonNode entry = (await forgetting.WrittenAsync())[0]!;
        Assert.Equal(zeros.ToString(), (string?)entry["Update"]!["CommD"]!["/"]);
        Assert.True(WrittenEntries.IsVerified(entry["Facts"]!.AsArray(), "Update.CommD"));

        Ended recovered = await forgetting.Bench.RunAsync(forgetting.Bench.Recover(forgetting.Metadata, "--json"));
        Assert.True(recovered.Code == 0, recovered.ToString());
        byte[] update = await File.ReadAllBytesAsync(Path.Combine(forgetting.Bench.Result, "update", "s-t01000-1"), Cancellation);
        Assert.Equal(await File.ReadAllBytesAsync(Path.Combine(forgetting.Bench.Result, "sealed", "s-t01000-1"), Cancellation), update);
    }

    [Theory]
    [InlineData("piece_cid", null)]
    [InlineData("piece_size", null)]
    [InlineData("missing", null)]
    [InlineData("piece_cid", "lotus-miner")]
    [InlineData("missing", "lotus-miner")]
    public async Task Pieces_that_do_not_give_the_CommD_of_the_same_database_are_said_at_export_and_the_next_source_is_asked(string wrong, string? next)
    {
        await using ForgettingChain forgetting = await ForgettingChain.StartAsync(caches, databases);
        FakeSector[] sectors = forgetting.AddKinds();
        forgetting.Node.KeepHeadersOnly();
        FakeCurio curio = await forgetting.CurioAsync([sectors[2], sectors[4]]);
        await curio.ExecuteAsync(
            wrong switch
            {
                "piece_cid" => "UPDATE curio.sectors_meta_pieces SET piece_cid = (SELECT piece_cid FROM curio.sectors_meta_pieces WHERE piece_num = 2 LIMIT 1) WHERE piece_num = 1",
                "piece_size" => "UPDATE curio.sectors_meta_pieces SET piece_size = 256 WHERE piece_num = 1",
                _ => "DELETE FROM curio.sectors_meta_pieces WHERE piece_num = 1",
            },
            Cancellation);
        if (next is not null)
        {
            await forgetting.LotusMinerAsync(forgetting.Bench);
        }

        Ended ended = await forgetting.Bench.RunAsync("export", "--miner=f01000", $"--curio-db={curio.Url}", "3", "5");

        Assert.True(ended.Code == (next is null ? 6 : 0), ended.ToString());
        string said = ended.Output + ended.Error;
        Assert.Contains("its pieces by Curio's database give CommD ", said, StringComparison.Ordinal);
        Assert.Contains("the pieces of its update by Curio's database give CommD ", said, StringComparison.Ordinal);
        Assert.Contains($"and in no order do they give CommD {ForgettingChain.CommD}, which it names too: they are not used", said, StringComparison.Ordinal);
        foreach ((FakeSector sector, JsonNode entry) in WrittenEntries.Of([sectors[2], sectors[4]], await forgetting.WrittenAsync()))
        {
            WrittenEntries.AssertWritten(forgetting, sector, entry, withPieces: next is not null);
        }
    }
}
