using System.Text.Json.Nodes;

namespace EndToEnd;

/// <summary>Nodes that are no Lotus, or one of another time, before the same chain: what they say is understood, and never that they are gone.</summary>
public sealed class OtherNodesWords(ParentCaches caches, Databases databases)
{
    private const string Unknown = "the disk on fire";

    /// <summary>Ways of saying that a state is gone: Forest's, Venus' and a gateway's, and one that nobody has read yet.</summary>
    public static TheoryData<int, string> Pruned => new()
    {
        { -32603, "No state tree exists for the root bafy2bzacebhp." },
        { -32603, "Entry not found in block store: cid=bafy2bzacebhp" },
        { -32603, "Entry not found in cbor store: cid=bafy2bzacebhp, type=StateRoot" },
        { -32603, "Key for header not found" },
        { 1, "loading tipset {bafy2bzacebhp}: ipld: could not find bafy2bzacebhp" },
        { 1, "bad tipset key: lookbacks of more than 24h0m0s are disallowed" },
        { -32603, Unknown },
        { -32000, "" },
    };

    [Theory]
    [MemberData(nameof(Pruned))]
    public async Task What_one_node_has_pruned_the_next_endpoint_tells(int code, string words)
    {
        await using ForgettingChain forgetting = await ForgettingChain.StartAsync(caches, databases);
        FakeSector[] sectors = forgetting.AddMany(12);
        Forget(forgetting.Node, code, words);
        FakeNode archive = await forgetting.NodeAsync();
        forgetting.Bench.Environment["FULLNODE_API_INFO"] = $"{forgetting.Node.ApiInfo},{archive.ApiInfo}";

        Ended ended = await forgetting.Bench.RunAsync("export", "--miner=f01000", "1-12", "--json");

        Assert.True(ended.Code == 0, ended.ToString());
        foreach ((FakeSector sector, JsonNode entry) in WrittenEntries.Of(sectors, await forgetting.WrittenAsync()))
        {
            WrittenEntries.AssertWritten(forgetting, sector, entry, withPieces: true);
        }
    }

    [Theory]
    [MemberData(nameof(Pruned))]
    public async Task Of_one_node_alone_what_it_cannot_tell_ends_with_6_in_its_own_words_and_costs_no_other_sector(int code, string words)
    {
        await using ForgettingChain forgetting = await ForgettingChain.StartAsync(caches, databases);
        FakeSector[] sectors = forgetting.AddMany(8);
        foreach (FakeSector old in sectors.Take(5))
        {
            // Long before the others, in states that are gone: more of them than endings in a row that would mean a dead node.
            forgetting.Miner.Add(old with { SealRandEpoch = 2_000, PreCommitEpoch = 2_900, Activation = 3_200, Update = null, SectorKeyCid = null });
        }

        Forget(forgetting.Node, code, words, from: 5_000);

        Ended ended = await forgetting.Bench.RunAsync("export", "--miner=f01000", "1-8", "--concurrency=1", "--json");

        Assert.True(ended.Code == 6, ended.ToString());
        JsonArray results = ended.Report["sectors"]!.AsArray();
        Assert.Equal(Enumerable.Repeat("failed", 5).Concat(Enumerable.Repeat("exported", 3)), results.Select(sector => (string?)sector!["result"]));
        Assert.Equal([6UL, 7UL, 8UL], await forgetting.WrittenNumbersAsync());
        Assert.All(results.Take(5), sector => Assert.Contains($"\"{words}\"", (string?)sector!["failure"]!["message"], StringComparison.Ordinal));
        Assert.All(results.Take(5), sector => Assert.Contains("--archive-node", (string?)sector!["failure"]!["hint"], StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(-32603, Unknown)]
    [InlineData(-32603, "Entry not found in block store: cid=bafy2bzacebhp")]
    [InlineData(1, "failed to load miner actor: unexpected EOF")]
    public async Task What_the_node_cannot_tell_who_sealed_the_sectors_tells(int code, string words)
    {
        await using ForgettingChain forgetting = await ForgettingChain.StartAsync(caches, databases);
        FakeSector[] sectors = forgetting.AddKinds();
        Forget(forgetting.Node, code, words);
        await forgetting.LotusMinerAsync(forgetting.Bench);

        Ended ended = await forgetting.Bench.RunAsync("export", "--miner=f01000", "1-8", "--json");

        Assert.True(ended.Code == 0, ended.ToString());
        foreach ((FakeSector sector, JsonNode entry) in WrittenEntries.Of(sectors, await forgetting.WrittenAsync()))
        {
            WrittenEntries.AssertWritten(forgetting, sector, entry, withPieces: true);
        }
    }

    [Theory]
    [InlineData("SectorPreCommitOnChainInfo not found")]
    [InlineData("precommit info does not exist")]
    [InlineData("precommit info is not exists")]
    public async Task Absence_in_any_wording_is_absence(string words)
    {
        await using ForgettingChain forgetting = await ForgettingChain.StartAsync(caches, databases);
        forgetting.AddMany(2);
        forgetting.Node.AbsentWords = words;

        Ended ended = await forgetting.Bench.RunAsync("export", "--miner=f01000", "1-3", "--json");

        Assert.True(ended.Code == 4, ended.ToString());
        Assert.Equal([1UL, 2UL], await forgetting.WrittenNumbersAsync());
        Assert.Contains("it is neither pre-committed nor proven", (string?)ended.Report["sectors"]![2]!["failure"]!["message"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("actor not found")]
    [InlineData("Actor not found: addr=f01000")]
    [InlineData("not found resolve address f01000")]
    [InlineData("actor id not found for address f01000")]
    public async Task A_miner_that_is_not_there_is_not_there_in_any_wording(string words)
    {
        await using ForgettingChain forgetting = await ForgettingChain.StartAsync(caches, databases);
        forgetting.Node.Inject("StateMinerInfo", Fault.Error(words, -32603));
        Ended ended = await forgetting.Bench.RunAsync("export", "--miner=f01000", "1");
        Assert.True(ended.Code == 4, ended.ToString());
        Assert.Contains("there is no miner f01000", ended.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Words_that_nobody_knows_do_not_say_that_a_miner_is_not_there()
    {
        await using ForgettingChain forgetting = await ForgettingChain.StartAsync(caches, databases);
        forgetting.Node.Inject("StateMinerInfo", Fault.Error(Unknown, -32603));
        Ended ended = await forgetting.Bench.RunAsync("export", "--miner=f01000", "1");
        Assert.True(ended.Code == 3, ended.ToString());
        Assert.Contains($"\"{Unknown}\"", ended.Error, StringComparison.Ordinal);
    }

    /// <summary>FRC-0116 (draft): errors have HTTP statuses, too.</summary>
    [Theory]
    [InlineData("messages", false)]
    [InlineData("archive", false)]
    [InlineData("lotus-miner", false)]
    [InlineData("lotus-miner", true)]
    public async Task Errors_with_http_statuses_say_what_their_bodies_say(string source, bool refusesBatches)
    {
        await using ForgettingChain forgetting = await ForgettingChain.StartAsync(caches, databases);
        FakeSector[] sectors = forgetting.AddKinds();
        FakeNode node = forgetting.Node;
        node.TellsByStatus = true;
        node.RefusesBatches = refusesBatches;
        node.MissingMethods.Add("ChainGetTipSetAfterHeight");
        node.MissingMethods.Add("StateLookupRobustAddress");
        if (source != "messages")
        {
            node.KeepHeadersOnly();
        }

        List<string> options = [];
        await forgetting.AddAsync(source, options, sectors);
        Ended ended = await forgetting.Bench.RunAsync(["export", "--miner=f01000", .. options, "1-8", "--json"]);

        Assert.True(ended.Code == (source == "archive" ? 5 : 0), ended.ToString());
        Assert.Equal(8, (await forgetting.WrittenAsync()).Count);
    }

    [Theory]
    [InlineData(404, -32601, "Method not found")]
    [InlineData(405, -32601, "Method not found")]
    [InlineData(501, 1, "method not supported")]
    [InlineData(500, -32603, Unknown)]
    [InlineData(403, 1, "missing permission to invoke 'Filecoin.StateSectorExpiration' (need 'read')")]
    [InlineData(502, -32601, "Method not found")]
    public async Task A_node_that_lacks_one_method_by_status_is_not_given_up(int status, int code, string words)
    {
        await using ForgettingChain forgetting = await ForgettingChain.StartAsync(caches, databases);
        forgetting.AddMany(8);
        string body = new JsonObject
        {
            ["jsonrpc"] = "2.0",
            ["id"] = null,
            ["error"] = new JsonObject { ["code"] = code, ["message"] = words },
        }.ToJsonString();
        forgetting.Node.Inject("StateSectorExpiration", Fault.Status(status, body));

        Ended ended = await forgetting.Bench.RunAsync("export", "--miner=f01000", "1-8", "--concurrency=1");

        Assert.True(ended.Code == 0, ended.ToString());
        Assert.Equal(8, (await forgetting.WrittenAsync()).Count);
        Assert.Contains(words, ended.Output + ended.Error, StringComparison.Ordinal);
    }

    /// <summary>Since Lotus 1.35.1 a search finds nothing that is older than the lookback it names, with the index either.</summary>
    [Theory]
    [InlineData("curio")]
    [InlineData("curio without pieces")]
    [InlineData("lotus-miner")]
    public async Task A_search_for_an_old_message_names_an_unlimited_lookback(string source)
    {
        await using ForgettingChain forgetting = await ForgettingChain.StartAsync(caches, databases);
        forgetting.AddKinds();

        // Snapped, then extended: only the message, which who sealed it names, tells when it was updated.
        FakeSector snapped = forgetting.Miner.Add(forgetting.Miner.Sectors[5] with { ExtendedAt = 19_000 });
        FakeNode node = forgetting.Node;
        node.KeepHeadersOnly();
        (node.MessagesKeptFrom, node.IndexesMessages) = (0, true);
        if (source == "lotus-miner")
        {
            await forgetting.LotusMinerAsync(forgetting.Bench);
        }
        else
        {
            FakeCurio curio = await forgetting.CurioAsync([snapped]);
            curio.SetVariables(forgetting.Bench.Environment);
            if (source != "curio")
            {
                await curio.ExecuteAsync("DELETE FROM curio.sectors_meta_pieces", TestContext.Current.CancellationToken);
            }
        }

        Ended ended = await forgetting.Bench.RunAsync("export", "--miner=f01000", "5", "--json");

        Assert.True(ended.Code == 0, ended.ToString());
        FakeRequest search = node.Requests.Single(request => request.Method == "StateSearchMsg");
        Assert.Equal("-1", JsonNode.Parse(search.Params)![2]!.ToJsonString());
        JsonNode written = Assert.Single(await forgetting.WrittenAsync())!;
        Assert.Equal(16_000, (long?)written["Update"]!["Epoch"]);
        WrittenEntries.AssertWritten(forgetting, snapped, written);
    }

    /// <summary>The headers alone give the ticket, whatever the node says instead of its own draw.</summary>
    [Theory]
    [InlineData(-32603, Unknown)]
    [InlineData(-32603, "No state tree exists for the root bafy2bzacebhp.")]
    [InlineData(-32601, "Method not found")]
    [InlineData(1, "loading tipset: ipld: could not find bafy2bzacebhp")]
    public async Task A_node_that_draws_no_ticket_costs_a_note(int code, string words)
    {
        await using ForgettingChain forgetting = await ForgettingChain.StartAsync(caches, databases);
        FakeSector[] sectors = forgetting.AddMany(4);
        forgetting.Node.Inject("StateGetRandomnessFromTickets", Fault.Error(words, code));

        Ended ended = await forgetting.Bench.RunAsync("export", "--miner=f01000", "1-4");

        Assert.True(ended.Code == 0, ended.ToString());
        Assert.Contains("the ticket comes from block headers alone", ended.Output, StringComparison.Ordinal);
        foreach ((FakeSector sector, JsonNode entry) in WrittenEntries.Of(sectors, await forgetting.WrittenAsync()))
        {
            WrittenEntries.AssertWritten(forgetting, sector, entry, withPieces: true);
        }
    }

    private static void Forget(FakeNode node, int code, string words, long? from = null)
    {
        node.KeepHeadersOnly();
        (node.StateKeptFrom, node.MessagesKeptFrom) = (from ?? node.StateKeptFrom, from ?? node.MessagesKeptFrom);
        node.PrunedWords = (code, words);
    }
}
