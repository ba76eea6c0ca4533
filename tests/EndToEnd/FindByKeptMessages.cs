using System.Text.Json.Nodes;

namespace EndToEnd;

/// <summary>
/// Sectors of which only messages tell how they were sealed, before a node that has pruned them, by the copies that Curio keeps. Its rows of the
/// sectors have neither ticket nor CommD nor pieces.
/// </summary>
public sealed class FindByKeptMessages(ParentCaches caches, Databases databases)
{
    private const string OldGas = "replaced";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("waits")]
    [InlineData("sends")]
    [InlineData("secp256k1")]
    [InlineData(OldGas)]
    [InlineData("replaced twice, the first lost")]
    public async Task Ticket_commitment_pieces_and_epoch_of_the_update_come_from_messages_that_Curio_kept(string how)
    {
        await using ForgettingChain forgetting = await ForgettingChain.StartAsync(caches, databases);
        FakeSector[] sectors = [.. forgetting.AddKinds().Where(sector => sector.Number is 1 or 3 or 5)];
        forgetting.Node.KeepHeadersOnly();
        FakeCurio curio = await forgetting.CurioAsync(sectors);
        curio.SetVariables(forgetting.Bench.Environment);
        await KeepAsync(curio, forgetting.Miner, how);
        Ended ended = await forgetting.Bench.RunAsync("export", "--miner=f01000", "1,3,5", "--json");
        Assert.True(ended.Code == 0, ended.ToString());
        JsonArray written = await forgetting.WrittenAsync();
        foreach ((FakeSector sector, JsonNode entry) in WrittenEntries.Of(sectors, written))
        {
            WrittenEntries.AssertWritten(forgetting, sector, entry);
            Assert.Contains(", as Curio's database keeps it", WrittenEntries.TellersOf(entry["Facts"]!.AsArray(), "CommD"), StringComparison.Ordinal);
        }

        JsonNode update = written.Single(entry => (ulong)entry!["SectorNumber"]! == 5)!["Update"]!;
        Assert.True((bool)update["PiecesInOrder"]!);
        Assert.Contains("as Curio's database keeps it", (string?)update["PiecesFrom"], StringComparison.Ordinal);
        Assert.Equal(16_000, (long)update["Epoch"]!);
    }

    [Fact]
    public async Task Copies_with_other_bytes_than_their_CIDs_say_count_for_nothing()
    {
        await using ForgettingChain forgetting = await ForgettingChain.StartAsync(caches, databases);
        FakeSector first = forgetting.AddFirst();
        forgetting.Node.KeepHeadersOnly();
        FakeCurio curio = await forgetting.CurioAsync([first]);
        curio.SetVariables(forgetting.Bench.Environment);
        await KeepAsync(curio, forgetting.Miner, "sends");
        await curio.ExecuteAsync(
            """
            UPDATE curio.message_sends SET signed_data = set_byte(signed_data, length(signed_data) - 120, 99);
            UPDATE curio.sectors_meta SET ticket_value = '', ticket_epoch = -9000000000;
            """,
            Cancellation);
        Ended ended = await forgetting.Bench.RunAsync("export", "--miner=f01000", "1");
        Assert.False(ended.Code == 0, ended.ToString());
    }

    /// <summary>Puts the messages of all sectors into Curio's tables, under CIDs that the chain's node does not have, and takes the rest away.</summary>
    private static async Task KeepAsync(FakeCurio curio, FakeMiner miner, string how)
    {
        await curio.ExecuteAsync(
            "UPDATE curio.sectors_meta SET ticket_value = '', orig_unsealed_cid = '', cur_unsealed_cid = ''; DELETE FROM curio.sectors_meta_pieces", Cancellation);
        ulong nonce = 0;
        foreach (FakeMessage sent in FakeMessage.OfMiner(miner))
        {
            CurioMail first = new(sent.To, sent.Method, sent.Params) { Nonce = ++nonce, SignatureType = (byte)(how == "secp256k1" ? 1 : 2) };
            CurioMail second = first with { Premium = 130_000 };
            CurioMail third = first with { Premium = 170_000 };
            string[] rows = how switch
            {
                "waits" => [],
                "replaced twice, the first lost" => [first.SendsRow(hasBytes: false)],
                _ => [first.SendsRow()],
            };
            foreach (string row in rows)
            {
                await curio.AddRowAsync("message_sends", row, Cancellation);
            }

            CurioMail ran = how switch
            {
                OldGas => second,
                "replaced twice, the first lost" => third,
                _ => first,
            };
            if (ran != first)
            {
                await curio.AddRowAsync("message_send_replacements", second.ReplacesRow((int)nonce * 2, first, first), Cancellation);
                await curio.AddRowAsync("message_send_replacements", third.ReplacesRow(((int)nonce * 2) + 1, first, second, ran == third), Cancellation);
            }

            await curio.AddRowAsync("message_waits", first.WaitsRow(ran, sent.Epoch + 1, hasData: how is "waits" or "secp256k1"), Cancellation);
            string column = sent.PreCommits ? "msg_cid_precommit" : sent.Updates ? "msg_cid_update" : "msg_cid_commit";
            await curio.ExecuteAsync($"UPDATE curio.sectors_meta SET {column} = $1 WHERE sector_num = $2", Cancellation, first.Cid.ToString(), (long)sent.Sector);
        }
    }
}
