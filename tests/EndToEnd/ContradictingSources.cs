namespace EndToEnd;

/// <summary>Sources that contradict each other, that make no sense, or that cannot be asked.</summary>
public sealed class ContradictingSources(ParentCaches caches, Databases databases)
{
    [Fact]
    public async Task Contradicting_sources_stop_that_sector_with_a_sentence_naming_both()
    {
        await using ForgettingChain forgetting = await ForgettingChain.StartAsync(caches, databases);
        forgetting.AddKinds();
        FakeLotusMiner lotusMiner = forgetting.Keep(await FakeLotusMiner.StartAsync(forgetting.Chain, forgetting.Miner));
        lotusMiner.Change = (sector, status) =>
        {
            if (sector.Number == 1)
            {
                status["Ticket"]!["Epoch"] = ForgettingChain.TicketEpoch + 5;
            }
        };

        Ended ended = await forgetting.Bench.RunAsync("export", "--miner=f01000", $"--miner-api-info={lotusMiner.ApiInfo}", "1", "2");

        Assert.True(ended.Code == 7, ended.ToString());
        Assert.Contains(
            "error: f01000 sector 1: the ticket's epoch is 9001 by the state at epoch 10200, but 9005 by lotus-miner", ended.Output, StringComparison.Ordinal);
        Assert.Equal([2UL], await forgetting.WrittenNumbersAsync());
    }

    [Fact]
    public async Task Curio_s_database_contradicting_the_chain_or_another_source_stops_that_sector_alone()
    {
        await using ForgettingChain forgetting = await ForgettingChain.StartAsync(caches, databases);
        FakeSector[] sectors = forgetting.AddKinds();
        FakeCurio curio = await forgetting.CurioAsync(sectors);
        await curio.ExecuteAsync("UPDATE curio.sectors_meta SET ticket_epoch = ticket_epoch + 5 WHERE sector_num = 1", TestContext.Current.CancellationToken);
        await curio.ExecuteAsync(
            "UPDATE curio.sectors_meta_pieces SET piece_num = 9 - piece_num WHERE sector_num = 3", TestContext.Current.CancellationToken);

        Ended chain = await forgetting.Bench.RunAsync("export", "--miner=f01000", $"--curio-db={curio.Url}", "1-3", "--verbose");
        Assert.True(chain.Code == 7, chain.ToString());
        Assert.Contains(
            "error: f01000 sector 1: the ticket's epoch is 9001 by the state at epoch 10200, but 9006 by Curio's database", chain.Output, StringComparison.Ordinal);
        Assert.Contains(
            $"f01000 sector 3: its pieces by Curio's database stand in another order than the one that is used, since it gives CommD {ForgettingChain.CommD}",
            chain.Output + chain.Error,
            StringComparison.Ordinal);
        Assert.Equal([2UL, 3UL], (await forgetting.WrittenNumbersAsync()).Order());
        Assert.DoesNotContain(PostgresServer.Password, chain.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(Uri.EscapeDataString(PostgresServer.Password), chain.ToString(), StringComparison.Ordinal);

        // With a node that remembers nothing, another source contradicts it just as well.
        forgetting.Node.KeepHeadersOnly();
        FakeLotusMiner lotusMiner = forgetting.Keep(await FakeLotusMiner.StartAsync(forgetting.Chain, forgetting.Miner));
        Ended other = await forgetting.Bench.RunAsync("export", "--miner=f01000", $"--curio-db={curio.Url}", $"--miner-api-info={lotusMiner.ApiInfo}", "1");
        Assert.True(other.Code == 7, other.ToString());
        Assert.Contains("the ticket's epoch is 9001 by lotus-miner, but 9006 by Curio's database", other.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("garbage")]
    [InlineData("reset")]
    public async Task A_lotus_miner_that_makes_no_sense_is_told_beside_what_the_node_has_pruned(string fault)
    {
        await using ForgettingChain forgetting = await ForgettingChain.StartAsync(caches, databases);
        forgetting.Node.KeepHeadersOnly();
        forgetting.AddFirst();
        FakeLotusMiner lotusMiner = forgetting.Keep(await FakeLotusMiner.StartAsync(forgetting.Chain, forgetting.Miner, token: "s3cr3t"));
        lotusMiner.Inject("*", fault == "garbage" ? Fault.Garbage : Fault.Reset);

        Ended ended = await forgetting.Bench.RunAsync("export", "--miner=f01000", $"--miner-api-info={lotusMiner.ApiInfo}", "1", "--node-timeout=2", "--verbose");

        Assert.True(ended.Code == 6, ended.ToString());
        Assert.Contains("nothing tells which ticket it was sealed with", ended.Output, StringComparison.Ordinal);
        Assert.Contains("lotus-miner: ", ended.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cr3t", ended.Output + ended.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(forgetting.Metadata));
    }
}
