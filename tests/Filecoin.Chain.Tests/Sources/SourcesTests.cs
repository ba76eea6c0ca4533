using System.Text;
using System.Text.Json.Nodes;
using Filecoin.Chain.Facts;
using Filecoin.Chain.Lookup;
using Filecoin.Chain.Messages;
using Filecoin.Chain.Nodes;
using Filecoin.Chain.Rpc;
using Filecoin.Chain.Sources;
using Filecoin.Primitives;
using Xunit;

namespace SealerRecover.Tests.Chain;

/// <summary>Each source alone, useful pairs, and contradictions, before a node that has forgotten.</summary>
public sealed class SourcesTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<string> Kinds => new("CC", "V1", "synthetic", "NI", "deal", "direct-onboarded", "snapped");

    /// <summary>The kinds that have a pre-commit.</summary>
    public static TheoryData<string> PreCommittedKinds => new("CC", "V1", "synthetic", "deal", "direct-onboarded", "snapped");

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Nothing_is_found_where_nobody_remembers(string kind)
    {
        await using Forgotten forgotten = await Forgotten.StartAsync();
        OperatorException error = await Assert.ThrowsAsync<OperatorException>(
            () => forgotten.FindAsync(Forgotten.Sector(kind), OtherSources.None, Cancellation));
        Assert.Equal(FailureKind.StatePruned, error.Kind);
        Assert.Contains(Setting.MinerApi, error.Hint.Named);
        Assert.InRange(error.Message.Length, 20, 900);

        // Hundreds of sectors must not send such a node through the chain hundreds of times.
        Assert.InRange(forgotten.Lost.Node.Requests.Count, 5, 20);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task The_lotus_miner_that_sealed_it_knows_everything_and_headers_confirm_its_ticket(string kind)
    {
        await using Forgotten forgotten = await Forgotten.StartAsync();
        await using FakeLotusMiner lotusMiner = await FakeLotusMiner.StartAsync(forgotten.Chain, forgotten.Lost.FakeMiner, token: "miner-token");
        FakeSector sector = Forgotten.Sector(kind);

        SectorFacts facts = await forgotten.FindAsync(sector, forgotten.Ask(lotusMiner), Cancellation);

        AssertFound(forgotten, sector, facts);
        Assert.Equal(["the ticket that lotus-miner has is that of the block headers"], Checks(facts, "TicketEpoch"));
        Assert.Equal(["lotus-miner", "the block headers of epoch 12002", "the node's own draw"], facts.Origins.Single(origin => origin.Fact == "Ticket").Sources);
        Assert.All(lotusMiner.Requests, request => Assert.Equal("Bearer miner-token", request.Authorization));
        Assert.DoesNotContain(facts.Origins, origin => origin.IsUnverified);
        Assert.Equal(kind == "snapped" ? Holding.CommD : null, facts.Update?.Data.CommD?.ToCid());
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Damocles_state_knows_everything(string kind)
    {
        await using Forgotten forgotten = await Forgotten.StartAsync();
        FakeSector sector = Forgotten.Sector(kind);
        DamoclesStates states = DamoclesStates.Parse("damocles.json", Encoding.UTF8.GetBytes(FakeDamocles.State(forgotten.Chain, Lost.Miner, sector).ToJsonString()));

        SectorFacts facts = await forgotten.FindAsync(sector, new OtherSources { Named = [states] }, Cancellation);

        AssertFound(forgotten, sector, facts);
        Assert.Equal(["the ticket that the damocles state in damocles.json has is that of the block headers"], Checks(facts, "TicketEpoch"));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task An_archive_node_is_asked_only_what_the_own_node_cannot_answer(string kind)
    {
        await using Forgotten forgotten = await Forgotten.StartAsync();
        await using FakeNode archive = await FakeNode.StartAsync(forgotten.Chain);
        FakeSector sector = Forgotten.Sector(kind);
        if (kind == "deal")
        {
            forgotten.Lost.AddDeals(Holding.Pieces, until: 16_000);
        }

        SectorFacts facts = await forgotten.FindAsync(sector, forgotten.Ask(archive), Cancellation);

        AssertFound(forgotten, sector, facts);
        FactOrigin epoch = facts.Origins.Single(origin => origin.Fact == "TicketEpoch");
        Assert.EndsWith(" of the archive node", Assert.Single(epoch.Sources), StringComparison.Ordinal);
        Assert.False(epoch.IsUnverified);

        // Newest state, headers and miner are the own node's to tell; only a snapped sector's update is looked for in states of the archive.
        Assert.Equal(0, archive.Count("StateMinerInfo") + archive.Count("StateGetRandomnessFromTickets") + archive.Count("ChainHead"));
        Assert.Equal(kind == "snapped", archive.Count("StateSectorGetInfo") > 0);
    }

    [Fact]
    public async Task A_node_that_remembers_keeps_the_archive_out_of_it()
    {
        await using Lost lost = await Lost.StartAsync();
        await using FakeNode archive = await FakeNode.StartAsync(lost.Chain);
        using JsonRpcClient client = Asking.Client(archive);
        lost.FakeMiner.Add(Holding.Snapped());
        SectorLookup lookup = await SectorLookup.OpenAsync(
            lost.FullNode, new OtherSources { Archive = new FullNode(client) }, Address.Parse("f01000"), TimeProvider.System, Cancellation);
        await lookup.FindAsync(2, Cancellation);
        Assert.Equal(["StateNetworkName"], archive.Requests.Select(request => request.Method));
    }

    [Fact]
    public async Task An_archive_node_of_another_network_is_refused()
    {
        await using Forgotten forgotten = await Forgotten.StartAsync();
        await using FakeNode archive = await FakeNode.StartAsync(new FakeChain("calibrationnet"));
        OperatorException error = await Assert.ThrowsAsync<OperatorException>(
            () => forgotten.FindAsync(Lost.Proven(2), forgotten.Ask(archive), Cancellation));
        Assert.Equal(FailureKind.SourcesDisagree, error.Kind);
        Assert.Contains("\"localnet\", but the archive node on \"calibrationnet\"", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(6, "CC")]
    [InlineData(25, "CC")]
    [InlineData(28, "CC")]
    [InlineData(28, "V1")]
    [InlineData(28, "direct-onboarded")]
    [InlineData(28, "snapped")]
    public async Task Messages_to_the_miner_are_gone_through_where_the_state_has_no_pre_commit(int method, string kind)
    {
        await using Forgotten forgotten = await Forgotten.StartAsync();
        Remember(forgotten.Lost.Node);
        forgotten.Lost.Node.MissingMethods.Add("StateSectorPreCommitInfo");
        FakeSector sector = Forgotten.Sector(kind) with { PreCommitMethod = method };

        SectorFacts facts = await forgotten.FindAsync(sector, OtherSources.None, Cancellation);

        AssertFound(forgotten, sector, facts);
        FactOrigin epoch = facts.Origins.Single(origin => origin.Fact == "TicketEpoch");
        Assert.Contains(PreCommitParams.NameOf((ulong)method), Assert.Single(epoch.Sources), StringComparison.Ordinal);
        Assert.Equal("it names the SealedCID that is on chain", epoch.CrossCheck);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_message_to_the_robust_address_is_found_too_and_sectors_share_what_was_read(bool named)
    {
        await using Forgotten forgotten = await Forgotten.StartAsync();
        Remember(forgotten.Lost.Node);
        forgotten.Lost.Node.MissingMethods.Add("StateSectorPreCommitInfo");
        forgotten.Lost.FakeMiner.Add(Lost.Proven(2) with { ProvedTo = forgotten.Lost.FakeMiner.RobustAddress });
        forgotten.Lost.FakeMiner.Add(Lost.Proven(3) with { ProvedTo = forgotten.Lost.FakeMiner.RobustAddress });
        SectorLookup lookup = await SectorLookup.OpenAsync(
            forgotten.Lost.FullNode, named ? forgotten.Lost.FakeMiner.RobustAddress : Address.Parse("f01000"), TimeProvider.System, Cancellation);
        Assert.Equal(12_002, (await lookup.FindAsync(2, Cancellation)).TicketEpoch);
        int listed = forgotten.Lost.Node.Count("StateListMessages");
        Assert.Equal(12_003, (await lookup.FindAsync(3, Cancellation)).TicketEpoch);
        Assert.Equal(listed, forgotten.Lost.Node.Count("StateListMessages"));
        Assert.InRange(listed, 2, 8);
    }

    [Fact]
    public async Task An_event_leads_to_the_pre_commit_message()
    {
        await using Forgotten forgotten = await Forgotten.StartAsync();
        Remember(forgotten.Lost.Node);
        forgotten.Lost.Node.MissingMethods.UnionWith(["StateSectorPreCommitInfo", "StateListMessages"]);
        forgotten.Lost.Node.KeepsEvents = true;

        SectorFacts facts = await forgotten.FindAsync(Lost.Proven(2), OtherSources.None, Cancellation);

        AssertFound(forgotten, Lost.Proven(2), facts);
        Assert.Equal(13_000, facts.PreCommitEpoch);
        Assert.Contains("which an event names", Assert.Single(facts.Origins.Single(origin => origin.Fact == "TicketEpoch").Sources), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(PreCommittedKinds))]
    public async Task A_pre_commit_message_that_another_source_names_is_read(string kind)
    {
        await using Forgotten forgotten = await Forgotten.StartAsync();
        Remember(forgotten.Lost.Node);
        forgotten.Lost.Node.MissingMethods.UnionWith(["StateSectorPreCommitInfo", "StateListMessages"]);
        FakeSector sector = Forgotten.Sector(kind);
        if (kind == "deal")
        {
            forgotten.Lost.AddDeals(Holding.Pieces);
        }

        forgotten.Lost.FakeMiner.Add(sector);
        Cid message = FakeMessage.OfMiner(forgotten.Lost.FakeMiner)[0].Cid;
        SectorFacts facts = await forgotten.FindAsync(
            sector, Forgotten.Ask(new SectorStatement { Source = "a note", PreCommitMessage = message }), Cancellation);

        AssertFound(forgotten, sector, facts);
        Assert.Equal(0, forgotten.Lost.Node.Count("GetActorEventsRaw"));
    }

    [Fact]
    public async Task A_failed_pre_commit_of_another_replica_is_not_taken_for_the_sectors()
    {
        await using Forgotten forgotten = await Forgotten.StartAsync();
        Remember(forgotten.Lost.Node);
        forgotten.Lost.Node.MissingMethods.Add("StateSectorPreCommitInfo");
        OperatorException error = await Assert.ThrowsAsync<OperatorException>(
            () => forgotten.FindAsync(Lost.Proven(2) with { PreCommitSealedCid = Lost.CommR(77) }, OtherSources.None, Cancellation));
        Assert.Contains("none to the miner from epoch 0 to 14999 pre-commits it", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("CC")]
    [InlineData("NI")]
    [InlineData("snapped")]
    public async Task An_epoch_by_hand_is_enough_and_is_marked_as_not_verified(string kind)
    {
        await using Forgotten forgotten = await Forgotten.StartAsync();
        Remember(forgotten.Lost.Node, messagesOnly: true);
        forgotten.Lost.Node.MissingMethods.UnionWith(["StateListMessages"]);
        FakeSector sector = Forgotten.Sector(kind) with { PreCommitMethod = 0, ProvedTo = kind == "NI" ? Address.Parse("f0123") : null };

        SectorFacts facts = await forgotten.FindAsync(
            sector, Forgotten.Ask(new SectorStatement { Source = "the command line", TicketEpoch = 12_002 }), Cancellation);

        AssertFound(forgotten, sector, facts);
        Assert.Equal([null], Checks(facts, "TicketEpoch"));
        Assert.Equal([null], Checks(facts, "Ticket"));
    }

    [Fact]
    public async Task A_ticket_by_hand_is_taken_as_it_is_where_its_epoch_is_not_known()
    {
        await using Forgotten forgotten = await Forgotten.StartAsync();
        Ticket ticket = new(forgotten.Chain.Ticket(1000, 12_002));
        SectorFacts facts = await forgotten.FindAsync(
            Lost.Proven(2), Forgotten.Ask(new SectorStatement { Source = "the command line", Ticket = ticket }), Cancellation);
        Assert.Equal(ticket, facts.Ticket);
        Assert.Null(facts.TicketEpoch);
        Assert.Equal([null], Checks(facts, "Ticket"));
    }

    [Fact]
    public async Task Ticket_and_epoch_by_hand_confirm_each_other_through_the_headers()
    {
        await using Forgotten forgotten = await Forgotten.StartAsync();
        Ticket ticket = new(forgotten.Chain.Ticket(1000, 12_002));
        SectorFacts facts = await forgotten.FindAsync(
            Lost.Proven(2), Forgotten.Ask(new SectorStatement { Source = "the command line", Ticket = ticket, TicketEpoch = 12_002 }), Cancellation);
        Assert.Equal(["the ticket that the command line has is that of the block headers"], Checks(facts, "TicketEpoch"));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task What_an_earlier_export_kept_is_enough(string kind)
    {
        await using Forgotten forgotten = await Forgotten.StartAsync();
        await using FakeNode archive = await FakeNode.StartAsync(forgotten.Chain);
        FakeSector sector = Forgotten.Sector(kind);
        if (kind == "deal")
        {
            forgotten.Lost.AddDeals(Holding.Pieces, until: 16_000);
        }

        SectorFacts earlier = await forgotten.FindAsync(sector, forgotten.Ask(archive), Cancellation);
        SectorFacts now = await forgotten.FindAsync(
            sector, new OtherSources { Named = [GivenStatements.From("the metadata file x", [earlier])] }, Cancellation);
        AssertFound(forgotten, sector, now);
        Assert.Equal((earlier.Ticket, earlier.Data?.Pieces, earlier.Update?.Data.Pieces), (now.Ticket, now.Data?.Pieces, now.Update?.Data.Pieces));
    }

    [Theory]
    [InlineData("ticket", "the ticket is ", "by lotus-miner, but ")]
    [InlineData("epoch", "the ticket's epoch is 12002 by the state at epoch 15000, but 12001 by lotus-miner", "")]
    [InlineData("commD", "CommD is ", "by the state at epoch 15000, but ")]
    public async Task A_lotus_miner_that_contradicts_the_chain_stops_the_sector_and_no_other(string what, string begins, string names)
    {
        await using Lost lost = await Lost.StartAsync();
        await using FakeLotusMiner lotusMiner = await FakeLotusMiner.StartAsync(lost.Chain, lost.FakeMiner);
        using JsonRpcClient client = new(ApiInfo.Parse(lotusMiner.ApiInfo, null, NodeApi.LotusMiner), Asking.Impatient, new KeptLog(), TimeProvider.System);
        lost.FakeMiner.Add(Forgotten.Sector("direct-onboarded"));
        lost.FakeMiner.Add(Lost.Proven(3));
        lotusMiner.Change = (sector, status) =>
        {
            if (sector.Number == 2)
            {
                Contradict(lost.Chain, what, status);
            }
        };
        SectorLookup lookup = await SectorLookup.OpenAsync(
            lost.FullNode, new OtherSources { Named = [new LotusMinerRecords(new LotusMiner(client))] }, Address.Parse("f01000"), TimeProvider.System, Cancellation);

        IReadOnlyList<SectorLookupResult> results = await lookup.FindAllAsync([2, 3], 2, Cancellation);

        OperatorException error = Assert.IsType<OperatorException>(results[0].Failure, exactMatch: false);
        Assert.Equal(FailureKind.SourcesDisagree, error.Kind);
        Assert.StartsWith($"f01000 sector 2: {begins}", error.Message, StringComparison.Ordinal);
        Assert.Contains(names, error.Message, StringComparison.Ordinal);
        Assert.Contains("lotus-miner", error.Message, StringComparison.Ordinal);
        Assert.Null(results[1].Failure);
    }

    [Theory]
    [InlineData("html")]
    [InlineData("other miner")]
    [InlineData("unknown sector")]
    [InlineData("full node")]
    public async Task A_lotus_miner_that_cannot_help_is_a_note_where_nothing_is_missing_and_the_reason_where_it_is(string fault)
    {
        await using Forgotten forgotten = await Forgotten.StartAsync();
        FakeMiner other = forgotten.Chain.AddMiner(1001, SectorSize.KiB2);
        await using FakeLotusMiner lotusMiner = await FakeLotusMiner.StartAsync(
            forgotten.Chain, fault is "other miner" ? other : forgotten.Lost.FakeMiner);
        if (fault == "unknown sector")
        {
            lotusMiner.Inject("SectorsStatus", Fault.Error("datastore: key not found"));
        }
        else if (fault is not "other miner")
        {
            lotusMiner.Inject("*", fault == "html" ? Fault.Html : Fault.Status(404));
        }

        OperatorException error = await Assert.ThrowsAsync<OperatorException>(
            () => forgotten.FindAsync(Lost.Proven(2), forgotten.Ask(lotusMiner), Cancellation));
        Assert.Equal(FailureKind.StatePruned, error.Kind);
        Assert.Contains("lotus-miner: ", error.Message, StringComparison.Ordinal);

        Remember(forgotten.Lost.Node);
        SectorFacts facts = await forgotten.FindAsync(Lost.Proven(2), forgotten.Ask(lotusMiner), Cancellation);
        Assert.Equal(fault == "unknown sector" ? 0 : 1, facts.Notes.Count(note => note.StartsWith("lotus-miner could not be asked (", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_lotus_miner_that_refuses_the_token_is_named_wrongly_for_every_sector()
    {
        await using Forgotten forgotten = await Forgotten.StartAsync();
        await using FakeLotusMiner lotusMiner = await FakeLotusMiner.StartAsync(forgotten.Chain, forgotten.Lost.FakeMiner, token: "right");
        lotusMiner.Inject("*", Fault.Status(401));

        SourceMisconfiguredException error = await Assert.ThrowsAsync<SourceMisconfiguredException>(
            () => forgotten.FindAsync(Lost.Proven(2), forgotten.Ask(lotusMiner), Cancellation));
        Assert.Equal(FailureKind.BadInput, error.Kind);
    }

    /// <summary>Hostile answers of SectorsStatus.</summary>
    public static TheoryData<string> HostileStatus => new(
        "null",
        "[]",
        "7",
        "{}",
        """{"SectorID":3}""",
        """{"SectorID":-2}""",
        """{"SectorID":2,"Ticket":{"Value":null,"Epoch":-9223372036854775808}}""",
        """{"SectorID":2,"Ticket":{"Value":null,"Epoch":9223372036854775807}}""",
        """{"SectorID":2,"SealProof":99}""",
        """{"SectorID":2,"SealProof":"8"}""",
        """{"SectorID":2,"CommR":{"/":"bafkqaaa"}}""",
        """{"SectorID":2,"CommD":{"/":"../../etc/passwd"}}""",
        """{"SectorID":2,"CommD":{"/":7}}""",
        """{"SectorID":2,"Pieces":[{"Piece":{"Size":0,"PieceCID":{"/":"bafkqaaa"}}}]}""",
        """{"SectorID":2,"Pieces":[{"Piece":null}]}""",
        """{"SectorID":2,"Pieces":[null,null]}""",
        """{"SectorID":2,"SectorID":2}""",
        """{"SectorID":2,"Log":[null,{"Kind":"event;sealing.SectorTicket","Message":"... truncated"},{"Kind":7}]}""");

    [Theory]
    [MemberData(nameof(HostileStatus))]
    public async Task Hostile_answers_of_a_lotus_miner_are_one_sentence(string status)
    {
        await using Forgotten forgotten = await Forgotten.StartAsync();
        await using FakeLotusMiner lotusMiner = await FakeLotusMiner.StartAsync(forgotten.Chain, forgotten.Lost.FakeMiner);
        lotusMiner.Inject("SectorsStatus", Fault.Result(status));
        await AssertOneSentence(() => forgotten.FindAsync(Lost.Proven(2), forgotten.Ask(lotusMiner), Cancellation));
    }

    [Theory]
    [InlineData("deep")]
    [InlineData("long string")]
    [InlineData("endless")]
    public async Task Huge_answers_of_a_lotus_miner_are_one_sentence(string how)
    {
        await using Forgotten forgotten = await Forgotten.StartAsync();
        await using FakeLotusMiner lotusMiner = await FakeLotusMiner.StartAsync(forgotten.Chain, forgotten.Lost.FakeMiner);
        lotusMiner.Inject("SectorsStatus", how switch
        {
            "deep" => Fault.Result(string.Concat(Enumerable.Repeat("""{"Log":[""", 100_000))),
            "long string" => Fault.Result($$"""{"SectorID":2,"State":"{{new string('x', 65 << 20)}}"}"""),
            _ => Fault.Endless,
        });
        await AssertOneSentence(() => forgotten.FindAsync(Lost.Proven(2), forgotten.Ask(lotusMiner), Cancellation));
    }

    [Fact]
    public async Task Where_the_ticket_is_only_in_the_log_it_is_read_from_there()
    {
        await using Forgotten forgotten = await Forgotten.StartAsync();
        await using FakeLotusMiner lotusMiner = await FakeLotusMiner.StartAsync(forgotten.Chain, forgotten.Lost.FakeMiner);
        lotusMiner.Change = (_, status) => status["Ticket"] = new JsonObject { ["Value"] = null, ["Epoch"] = 0 };
        AssertFound(forgotten, Lost.Proven(2), await forgotten.FindAsync(Lost.Proven(2), forgotten.Ask(lotusMiner), Cancellation));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_pre_committed_sector_is_compared_with_what_others_say(bool agrees)
    {
        await using Forgotten forgotten = await Forgotten.StartAsync();
        await using FakeLotusMiner lotusMiner = await FakeLotusMiner.StartAsync(forgotten.Chain, forgotten.Lost.FakeMiner);
        FakeSector sector = Lost.PreCommitted(2);
        if (agrees)
        {
            SectorFacts facts = await forgotten.FindAsync(sector, forgotten.Ask(lotusMiner), Cancellation);
            Assert.Equal(["the newest state", "lotus-miner"], facts.Origins.Single(origin => origin.Fact == "TicketEpoch").Sources);
        }
        else
        {
            lotusMiner.Change = (_, status) => status["Ticket"]!["Epoch"] = 12_001;
            SectorFacts facts = await forgotten.FindAsync(sector, forgotten.Ask(lotusMiner), Cancellation);
            Assert.Equal(12_002, facts.TicketEpoch);
            Assert.Contains("the ticket's epoch is 12002 by the newest state, which holds, though lotus-miner says 12001", facts.Notes);
            Assert.Equal(["the newest state"], facts.Origins.Single(origin => origin.Fact == "TicketEpoch").Sources);
        }
    }

    [Fact]
    public async Task A_gateway_that_cannot_tell_a_sector_leaves_it_to_the_lotus_miner_and_says_so()
    {
        await using Forgotten forgotten = await Forgotten.StartAsync();
        forgotten.Lost.Node.MissingMethods.Add("StateSectorPreCommitInfo");
        await using FakeLotusMiner lotusMiner = await FakeLotusMiner.StartAsync(forgotten.Chain, forgotten.Lost.FakeMiner);
        SectorFacts facts = await forgotten.FindAsync(Lost.PreCommitted(2), forgotten.Ask(lotusMiner), Cancellation);
        Assert.Equal(Lost.CommR(2), facts.SealedCid.ToCid());
        Assert.Null(facts.Status);
        Assert.Contains(facts.Notes, note => note.StartsWith("what the chain has of it the node did not tell", StringComparison.Ordinal));
        Assert.Contains(facts.Origins, origin => origin is { Fact: "SealedCID", IsUnverified: true });
    }

    [Theory]
    [InlineData("proven")]
    [InlineData("pre-committed")]
    public async Task A_gateway_that_cannot_tell_a_sector_leaves_it_to_the_archive(string state)
    {
        await using Forgotten forgotten = await Forgotten.StartAsync();
        FakeSector sector = state == "proven" ? Lost.Proven(2) : Lost.PreCommitted(2);
        forgotten.Lost.Node.MissingMethods.Add(state == "proven" ? "StateSectorGetInfo" : "StateSectorPreCommitInfo");
        await using FakeNode archive = await FakeNode.StartAsync(forgotten.Chain);
        SectorFacts facts = await forgotten.FindAsync(sector, forgotten.Ask(archive), Cancellation);
        Assert.Equal(sector.SealedCid, facts.SealedCid.ToCid());
        Assert.Equal("the newest state of the archive node", facts.Origins.Single(origin => origin.Fact == "SealedCID").Sources[0]);
        Assert.Equal(state == "proven" ? SectorState.Proven : SectorState.PreCommitted, facts.Status?.State);

        // Where both cannot, the node's own answer is what stops it.
        archive.MissingMethods.Add("StateSectorPreCommitInfo");
        archive.MissingMethods.Add("StateSectorGetInfo");
        OperatorException error = await Assert.ThrowsAsync<OperatorException>(() => forgotten.FindAsync(sector, forgotten.Ask(archive), Cancellation));
        Assert.Contains(state == "proven" ? "StateSectorGetInfo" : "StateSectorPreCommitInfo", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_gateway_that_looks_back_a_day_leaves_the_headers_to_the_archive()
    {
        await using Forgotten forgotten = await Forgotten.StartAsync();
        await using FakeNode archive = await FakeNode.StartAsync(forgotten.Chain);
        forgotten.Lost.Node.Inject("ChainGetTipSetByHeight", Fault.Error("bad tipset height: lookbacks of more than 24h0m0s are disallowed"));
        SectorFacts facts = await forgotten.FindAsync(Lost.Proven(2), forgotten.Ask(archive), Cancellation);
        AssertFound(forgotten, Lost.Proven(2), facts);

        await using FakeLotusMiner lotusMiner = await FakeLotusMiner.StartAsync(forgotten.Chain, forgotten.Lost.FakeMiner);
        facts = await forgotten.FindAsync(Lost.Proven(2), forgotten.Ask(lotusMiner), Cancellation);
        Assert.Equal(forgotten.Chain.Ticket(1000, 12_002), facts.Ticket.Value);
        Assert.Contains(facts.Notes, note => note.StartsWith("its ticket could not be compared with block headers", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_node_that_has_forgotten_still_tells_where_known_sectors_stand_now()
    {
        await using Forgotten forgotten = await Forgotten.StartAsync();
        SectorFacts Known(FakeSector sector) => new()
        {
            Sector = new SectorId(new ActorId(1000), sector.Number),
            SealProof = SealProofs.Get(RegisteredSealProof.StackedDrg2KiBV1_1),
            Ticket = new Ticket(forgotten.Chain.Ticket(1000, 12_002)),
            SealedCid = CommitmentCid.TryGetCommR(sector.SealedAs, out CommR commR) ? commR : default,
        };
        FakeSector[] sectors = [Lost.Proven(2) with { Early = 140_000 }, Lost.PreCommitted(3), Holding.Snapped() with { Number = 4 }, Lost.Proven(5), Lost.Proven(6)];
        Array.ForEach(sectors[..^1], sector => forgotten.Lost.FakeMiner.Add(sector));
        forgotten.Lost.FakeMiner.Add(sectors[3] with { SealedCid = Lost.CommR(99) });
        SectorLookup lookup = await forgotten.Lost.OpenAsync(Cancellation);

        IReadOnlyList<SectorFacts> now = await lookup.BringUpToDateAsync([.. sectors.Select(Known)], 2, Cancellation);

        Assert.Equal([2UL, 3, 4, 5, 6], now.Select(facts => facts.Sector.Number));
        Assert.Equal(140_000, now[0].Status?.FaultTerminatesAt);
        Assert.Equal([SectorState.Proven, SectorState.PreCommitted, SectorState.Proven, null, null], now.Select(facts => facts.Status?.State));
        Assert.Equal(0, forgotten.Lost.Node.Count("ChainGetTipSetByHeight"));
    }

    [Fact]
    public async Task All_live_sectors_of_a_miner_are_told()
    {
        await using Lost lost = await Lost.StartAsync();
        foreach (ulong number in (ulong[])[5, 1, 2, 70, 3])
        {
            lost.FakeMiner.Add(Lost.Proven(number) with { Deadline = (int)(number % 3), Terminated = number == 3, Early = number == 5 ? 100_000 : 0 });
        }

        lost.FakeMiner.Add(Lost.PreCommitted(6));
        SectorLookup lookup = await lost.OpenAsync(Cancellation);
        Assert.Equal([1, 2, 5, 70], await lookup.LiveSectorsAsync(Cancellation));
    }

    private static void Contradict(FakeChain chain, string what, JsonObject status)
    {
        switch (what)
        {
            case "ticket":
                status["Ticket"]!["Value"] = Convert.ToBase64String(chain.Ticket(1001, 12_002).Span);
                break;
            case "epoch":
                status["Ticket"]!["Epoch"] = 12_001;
                break;
            case "commR":
                status["CommR"] = Link(Lost.CommR(50));
                break;
            case "commD":
                status["CommD"] = Link(ZeroCommitments.ForSector(SectorSize.KiB2).ToCid());
                break;
            case "proof":
                status["SealProof"] = 10;
                break;
            default:
                status["Pieces"]!.AsArray().RemoveAt(1);
                break;
        }
    }

    private static void AssertFound(Forgotten forgotten, FakeSector sector, SectorFacts facts)
    {
        bool holdsData = sector.UnsealedCid is not null && sector.SectorKeyCid is null;
        Assert.Equal(sector.SealProof, (int)facts.SealProof.Proof);
        Assert.Equal(sector.SectorKeyCid ?? sector.SealedCid, facts.SealedCid.ToCid());
        Assert.Equal(12_002, facts.TicketEpoch);
        Assert.Equal(forgotten.Chain.Ticket(1000, 12_002), facts.Ticket.Value);
        Assert.Equal(holdsData ? Holding.AsFound(Holding.Pieces) : null, facts.Data?.Pieces);
        Assert.Equal(holdsData ? Holding.CommD : null, facts.Data?.CommD?.ToCid());
        Assert.Equal(sector.SectorKeyCid is null ? null : Holding.AsFound(Holding.Pieces), facts.Update?.Data.Pieces);
        Assert.Equal(sector.SectorKeyCid is null ? null : sector.SealedCid, facts.Update?.SealedCid.ToCid());
        Assert.Equal(SectorState.Proven, facts.Status?.State);
    }

    private static IEnumerable<string?> Checks(SectorFacts facts, string fact) =>
        facts.Origins.Where(origin => origin.Fact == fact).Select(origin => origin.CrossCheck);

    private static void Remember(FakeNode node, bool messagesOnly = false)
    {
        node.StateKeptFrom = messagesOnly ? long.MaxValue : 0;
        node.MessagesKeptFrom = 0;
    }

    private static async Task AssertOneSentence(Func<Task> act)
    {
        OperatorException error = await Assert.ThrowsAnyAsync<OperatorException>(act);
        Assert.InRange(error.Message.Length, 20, 900);
        Assert.NotEmpty(error.Hint.ToString());
        Assert.DoesNotContain(error.Message, char.IsControl);
    }

    private static JsonObject Link(Cid cid) => new() { ["/"] = cid.ToString() };
}
