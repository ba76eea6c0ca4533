using System.Text.Json.Nodes;
using Filecoin.Primitives;

namespace EndToEnd;

/// <summary>Records of which one field can be none: it is said where it stands, and the rest is used.</summary>
public sealed class FieldsAlone(ParentCaches caches, Databases databases)
{
    [Theory]
    [InlineData("cur_sealed_cid = 'b'", "sectors_meta.cur_sealed_cid")]
    [InlineData("msg_cid_update = 'x'", "sectors_meta.msg_cid_update")]
    [InlineData("msg_cid_precommit = 'pending'", "sectors_meta.msg_cid_precommit")]
    [InlineData("reg_seal_proof = -1", "sectors_meta.reg_seal_proof")]
    [InlineData("ticket_value = '\\x00'", "sectors_meta.ticket_value")]
    [InlineData("ticket_value = ''", null)]
    [InlineData("cur_sealed_cid = ''", null)]
    public async Task A_bad_column_of_Curio_s_row_costs_nothing_else(string bad, string? place)
    {
        await using ForgettingChain forgetting = await ForgettingChain.StartAsync(caches, databases);
        FakeSector sector = forgetting.AddFirst();
        forgetting.Node.KeepHeadersOnly();
        FakeCurio curio = await forgetting.CurioAsync([sector]);
        await curio.ExecuteAsync($"UPDATE curio.sectors_meta SET {bad} WHERE sector_num = 1", TestContext.Current.CancellationToken);

        Ended ended = await forgetting.Bench.RunAsync("export", "--miner=f01000", $"--curio-db={curio.Url}", "1");

        Assert.True(ended.Code == 0, ended.ToString());
        Assert.Equal(place is not null, (ended.Output + ended.Error).Contains($"({place}); that is not used", StringComparison.Ordinal));
        WrittenEntries.AssertWritten(forgetting, sector, (await forgetting.WrittenAsync())[0]!);
    }

    [Theory]
    [InlineData("zero size", "lotus-miner")]
    [InlineData("no CID", "lotus-miner")]
    [InlineData("zero size", null)]
    public async Task A_bad_piece_costs_Curio_s_list_and_the_next_source_is_asked(string bad, string? next)
    {
        await using ForgettingChain forgetting = await ForgettingChain.StartAsync(caches, databases);
        FakeSector sector = forgetting.AddKinds()[2];
        forgetting.Node.KeepHeadersOnly();
        FakeCurio curio = await forgetting.CurioAsync([sector]);
        await curio.ExecuteAsync(
            $"UPDATE curio.sectors_meta_pieces SET {(bad == "zero size" ? "piece_size = 0" : "piece_cid = 'b'")} WHERE piece_num = 1", TestContext.Current.CancellationToken);
        if (next is not null)
        {
            await forgetting.LotusMinerAsync(forgetting.Bench);
        }

        Ended ended = await forgetting.Bench.RunAsync("export", "--miner=f01000", $"--curio-db={curio.Url}", "3");

        Assert.True(ended.Code == (next is null ? 6 : 0), ended.ToString());
        Assert.Contains("(sectors_meta_pieces); that is not used", ended.Output + ended.Error, StringComparison.Ordinal);
        WrittenEntries.AssertWritten(forgetting, sector, (await forgetting.WrittenAsync())[0]!, withPieces: next is not null);
    }

    [Theory]
    [InlineData("b")]
    [InlineData("")]
    public async Task The_form_of_curio_191_is_read_as_Curio_reads_it(string undefined)
    {
        await using ForgettingChain forgetting = await ForgettingChain.StartAsync(caches, databases);
        FakeSector snapped = forgetting.AddKinds()[4];
        forgetting.Node.KeepHeadersOnly();
        FakeCurio curio = await forgetting.CurioAsync([snapped]);
        await curio.ExecuteAsync(
            "UPDATE curio.sectors_meta SET cur_unsealed_cid = cur_sealed_cid, cur_sealed_cid = $1", TestContext.Current.CancellationToken, undefined);

        Ended ended = await forgetting.Bench.RunAsync("export", "--miner=f01000", $"--curio-db={curio.Url}", "5");

        Assert.True(ended.Code == 0, ended.ToString());
        JsonNode entry = (await forgetting.WrittenAsync())[0]!;
        WrittenEntries.AssertWritten(forgetting, snapped, entry);
        Assert.Equal(snapped.SealedCid.ToString(), (string?)entry["Update"]!["SealedCID"]!["/"]);
        Assert.Equal("the newest state, Curio's database", WrittenEntries.TellersOf(entry["Facts"]!.AsArray(), "Update.SealedCID"));
    }

    [Theory]
    [InlineData("SealProof")]
    [InlineData("Ticket.Value")]
    [InlineData("CommR")]
    [InlineData("CommitMsg")]
    public async Task A_bad_field_of_lotus_miner_s_record_costs_nothing_else_and_a_known_epoch_gives_the_ticket(string field)
    {
        await using ForgettingChain forgetting = await ForgettingChain.StartAsync(caches, databases);
        FakeSector sector = forgetting.AddFirst();
        forgetting.Node.KeepHeadersOnly();
        FakeLotusMiner lotusMiner = await forgetting.LotusMinerAsync(forgetting.Bench);
        lotusMiner.Change = (_, status) =>
        {
            status["Log"] = null;
            switch (field)
            {
                case "SealProof":
                    status["SealProof"] = -1;
                    break;
                case "Ticket.Value":
                    status["Ticket"]!["Value"] = null;
                    break;
                default:
                    status[field] = new JsonObject { ["/"] = "b" };
                    break;
            }
        };

        Ended ended = await forgetting.Bench.RunAsync("export", "--miner=f01000", "1");

        Assert.True(ended.Code == 0, ended.ToString());
        Assert.Equal(field != "Ticket.Value", (ended.Output + ended.Error).Contains($"({field}); that is not used", StringComparison.Ordinal));
        JsonNode entry = (await forgetting.WrittenAsync())[0]!;
        WrittenEntries.AssertWritten(forgetting, sector, entry);
        Assert.Equal("lotus-miner", WrittenEntries.TellersOf(entry["Facts"]!.AsArray(), "TicketEpoch"));
        Assert.Equal(field != "Ticket.Value", WrittenEntries.TellersOf(entry["Facts"]!.AsArray(), "Ticket").Contains("lotus-miner", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("SealedCID")]
    [InlineData("UnsealedCID")]
    public async Task A_CID_of_another_kind_in_damocles_state_costs_nothing_else(string field)
    {
        await using ForgettingChain forgetting = await ForgettingChain.StartAsync(caches, databases);
        FakeSector snapped = forgetting.AddKinds()[4];
        forgetting.Node.KeepHeadersOnly();
        JsonObject state = FakeDamocles.State(forgetting.Chain, ForgettingChain.MinerNumber, snapped);
        state["UpgradedInfo"]![field] = new JsonObject { ["/"] = (field == "SealedCID" ? ForgettingChain.CommD.ToCid() : snapped.SealedCid).ToString() };
        string file = Path.Combine(forgetting.Bench.Home, "damocles.json");
        await File.WriteAllTextAsync(file, state.ToJsonString(), TestContext.Current.CancellationToken);

        Ended ended = await forgetting.Bench.RunAsync("export", "--miner=f01000", $"--damocles-state={file}", "5");

        Assert.True(ended.Code == 0, ended.ToString());
        Assert.Contains($"(UpgradedInfo.{field}); that is not used", ended.Output + ended.Error, StringComparison.Ordinal);
        WrittenEntries.AssertWritten(forgetting, snapped, (await forgetting.WrittenAsync())[0]!);
    }

    [Theory]
    [InlineData("after_sdr")]
    [InlineData("after_tree_r")]
    [InlineData("after_tree_d")]
    public async Task What_an_earlier_try_left_in_Curio_s_pipeline_does_not_contradict_the_chain(string flag)
    {
        await using ForgettingChain forgetting = await ForgettingChain.StartAsync(caches, databases);
        FakeSector sector = forgetting.AddKinds()[7];
        FakeCurio curio = await forgetting.CurioAsync([sector]);
        string stale = flag switch
        {
            "after_sdr" => "ticket_epoch = ticket_epoch - 100, ticket_value = '\\x" + new string('0', 64) + "'",
            "after_tree_r" => $"tree_r_cid = '{ForgettingChain.Proven(99).SealedCid}'",
            _ => $"tree_d_cid = '{ZeroCommitments.ForSector(ForgettingChain.Size)}'",
        };
        await curio.ExecuteAsync($"UPDATE curio.sectors_sdr_pipeline SET {flag} = false, {stale}", TestContext.Current.CancellationToken);

        Ended ended = await forgetting.Bench.RunAsync("export", "--miner=f01000", $"--curio-db={curio.Url}", "8");

        Assert.True(ended.Code == 0, ended.ToString());
        WrittenEntries.AssertWritten(forgetting, sector, (await forgetting.WrittenAsync())[0]!);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_snap_that_failed_is_not_said_to_be_under_way(bool hasFailed)
    {
        await using ForgettingChain forgetting = await ForgettingChain.StartAsync(caches, databases);
        FakeSector sector = forgetting.AddFirst();
        FakeCurio curio = await forgetting.CurioAsync([sector]);
        await curio.AddUpdateAsync(
            forgetting.Miner, sector, ForgettingChain.Proven(99).SealedCid, new FakeUpdate(16_000), isSent: false, TestContext.Current.CancellationToken);
        await curio.ExecuteAsync($"UPDATE curio.sectors_snap_pipeline SET failed = {hasFailed}", TestContext.Current.CancellationToken);

        Ended ended = await forgetting.Bench.RunAsync("export", "--miner=f01000", $"--curio-db={curio.Url}", "1");

        Assert.True(ended.Code == 0, ended.ToString());
        Assert.Equal(!hasFailed, (ended.Output + ended.Error).Contains("Curio is updating it with data", StringComparison.Ordinal));
    }
}
