using Filecoin.Chain.Facts;
using Filecoin.Chain.Sources;
using Filecoin.Primitives;
using Xunit;

namespace SealerRecover.Tests.Chain;

/// <summary>Messages that proved or updated sectors, named by a source, before a node that has messages but no old state.</summary>
public sealed class NamedMessagesTests
{
    private const long ExtendedAt = 19_000;

    private static readonly FakeSector Extended = Holding.Snapped() with { ExtendedAt = ExtendedAt };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(27, 0)]
    [InlineData(29, 0)]
    [InlineData(35, 0)]
    [InlineData(35, 3)]
    public async Task The_update_of_an_extended_sector_is_found_by_the_message_that_lotus_miner_names(int method, int nullRounds)
    {
        await using Forgotten forgotten = await StartAsync();
        await using FakeLotusMiner lotusMiner = await FakeLotusMiner.StartAsync(forgotten.Chain, forgotten.Lost.FakeMiner);
        for (int i = 1; i <= nullRounds; i++)
        {
            forgotten.Chain.NullRounds.Add(Holding.UpdateEpoch + i);
        }

        FakeUpdate update = Holding.Snapped(method).Update! with { DealIds = forgotten.Lost.AddDeals(Holding.Pieces) };
        SectorFacts facts = await forgotten.FindAsync(Extended with { Update = update }, forgotten.Ask(lotusMiner), Cancellation);

        Assert.Equal(Holding.UpdateEpoch, facts.Update?.Epoch);
        Assert.Equal(Holding.AsFound(Holding.Pieces), facts.Update?.Data.Pieces);
        Assert.Equal("the list of pieces of lotus-miner, in its order", facts.Update?.Data.Source);
        Assert.Equal(0, forgotten.Lost.Node.Count("ChainGetMessagesInTipset"));
        Assert.Empty(facts.Notes);
        Assert.Equal(1, forgotten.Lost.Node.Count("StateSearchMsg"));
    }

    [Fact]
    public async Task A_node_that_tells_the_update_itself_is_asked_for_no_message()
    {
        await using Forgotten forgotten = await StartAsync();
        forgotten.Lost.Node.StateKeptFrom = 0;
        await using FakeLotusMiner lotusMiner = await FakeLotusMiner.StartAsync(forgotten.Chain, forgotten.Lost.FakeMiner);
        SectorFacts facts = await forgotten.FindAsync(Extended, forgotten.Ask(lotusMiner), Cancellation);
        Assert.Equal(Holding.UpdateEpoch, facts.Update?.Epoch);
        Assert.Equal(0, forgotten.Lost.Node.Count("StateSearchMsg") + forgotten.Lost.Node.Count("ChainGetMessage"));
    }

    [Theory]
    [InlineData("pruned")]
    [InlineData("method missing")]
    [InlineData("older than a gateway looks")]
    public async Task Where_the_message_cannot_be_searched_for_it_still_tells_the_pieces(string why)
    {
        await using Forgotten forgotten = await StartAsync();
        forgotten.Lost.Node.IndexesMessages = false;
        if (why == "method missing")
        {
            forgotten.Lost.Node.MissingMethods.Add("StateSearchMsg");
        }
        else if (why != "pruned")
        {
            forgotten.Lost.Node.Inject("StateSearchMsg", Fault.Result("null"));
        }

        FakeMessage update = Update(forgotten, Extended);
        SectorFacts facts = await forgotten.FindAsync(Extended, Naming(update.Cid), Cancellation);

        Assert.Equal(ExtendedAt, facts.Update?.Epoch);
        Assert.Contains("taken to have been updated at epoch 19000", Assert.Single(facts.Notes), StringComparison.Ordinal);
        Assert.Contains($"where the message {update.Cid} that a note names ran could not be seen (", facts.Notes[0], StringComparison.Ordinal);
        Assert.Equal(Holding.AsFound(Holding.Pieces), facts.Update?.Data.Pieces);
        Assert.Equal(
            $"the parameters of the ProveReplicaUpdates3 message {update.Cid} that a note names (how it ended the node did not tell), in their order",
            facts.Update?.Data.Source);
        Assert.Equal(1, forgotten.Lost.Node.Count("StateSearchMsg"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_message_that_was_replaced_is_followed_to_the_one_that_ran(bool statesOnTheWay)
    {
        await using Forgotten forgotten = await StartAsync();
        forgotten.Lost.Node.SawReplaced = true;
        if (statesOnTheWay)
        {
            // States of senders are there, those of the miner cannot be read, but at the head.
            forgotten.Lost.Node.StateKeptFrom = 0;
            forgotten.Lost.Node.Inject("StateSectorGetInfo", Fault.Delay(TimeSpan.Zero), times: 1);
            forgotten.Lost.Node.Inject("StateSectorGetInfo", Fault.Error("failed to load state tree bafy: ipld: could not find bafy"));
        }

        SectorFacts facts = await forgotten.FindAsync(Extended, Naming(Update(forgotten, Extended).SentFirst.Cid), Cancellation);

        Assert.Equal(Holding.AsFound(Holding.Pieces), facts.Update?.Data.Pieces);
        Assert.Equal(statesOnTheWay ? Holding.UpdateEpoch : ExtendedAt, facts.Update?.Epoch);
        Assert.Equal(statesOnTheWay ? 0 : 1, facts.Notes.Count);
    }

    [Fact]
    public async Task A_message_that_failed_is_no_update_and_another_source_may_name_the_right_one()
    {
        await using Forgotten forgotten = await StartAsync();
        FakeMessage update = Update(forgotten, Extended);
        FakeMessage failed = update with { Epoch = 15_500, ExitCode = 16 };
        forgotten.Lost.FakeMiner.FurtherMessages.Add(failed);

        OperatorException error = await Assert.ThrowsAsync<OperatorException>(
            () => forgotten.FindAsync(Extended, Naming(failed.Cid), Cancellation));
        Assert.Contains($"the message {failed.Cid} that a note names failed with exit code 16", error.Message, StringComparison.Ordinal);

        OtherSources both = new()
        {
            Named = [.. Naming(failed.Cid).Named, new GivenStatements("another", _ => new SectorStatement { Source = "another", UpdateMessage = update.Cid })],
        };
        SectorFacts facts = await forgotten.FindAsync(Extended, both, Cancellation);
        Assert.Equal(Holding.UpdateEpoch, facts.Update?.Epoch);
        Assert.Equal(Holding.AsFound(Holding.Pieces), facts.Update?.Data.Pieces);
        Assert.Empty(facts.Notes);
    }

    [Fact]
    public async Task A_message_whose_number_another_one_took_never_ran()
    {
        await using Forgotten forgotten = await StartAsync();
        forgotten.Lost.Node.Inject("StateSearchMsg", Fault.Error(
            "message was replaced: found message with equal nonce as the one we are looking for that is NOT a valid replacement message (F:bafy n 7, TS: bafy n7)"));
        OperatorException error = await Assert.ThrowsAsync<OperatorException>(
            () => forgotten.FindAsync(Extended, Naming(Update(forgotten, Extended).Cid), Cancellation));
        Assert.Contains("that a note names never ran: ", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("sector", "is no message to the miner that names this update of it")]
    [InlineData("miner", "is no message to the miner that names this update of it")]
    [InlineData("replica", "is no message to the miner that names this update of it")]
    [InlineData("method", "is of method 5, which does not name pieces of such a sector")]
    [InlineData("unknown", "could not find bafy")]
    public async Task A_message_of_something_else_is_not_searched_for(string other, string why)
    {
        await using Forgotten forgotten = await StartAsync();
        FakeMessage update = Update(forgotten, Extended);
        FakeMessage wrong = other switch
        {
            "sector" => update with { Params = FakeParams.ProveReplicaUpdates3(3, Extended.SealedCid, Holding.Pieces) },
            "miner" => update with { To = Address.FromActorId(new ActorId(1001)) },
            "replica" => update with { Params = FakeParams.ProveReplicaUpdates3(2, Lost.CommR(70), Holding.Pieces) },
            "method" => update with { Method = 5 },
            _ => update with { Epoch = 7 },
        };
        if (other != "unknown")
        {
            forgotten.Lost.FakeMiner.FurtherMessages.Add(wrong);
        }

        OperatorException error = await Assert.ThrowsAsync<OperatorException>(
            () => forgotten.FindAsync(Extended, Naming(wrong.Cid), Cancellation));
        Assert.Contains(why, error.Message, StringComparison.Ordinal);
        Assert.Equal(0, forgotten.Lost.Node.Count("StateSearchMsg"));
    }

    [Fact]
    public async Task An_archive_node_that_has_only_messages_is_searched_too()
    {
        await using Forgotten forgotten = await Forgotten.StartAsync();
        await using FakeNode archive = await FakeNode.StartAsync(forgotten.Chain);
        archive.StateKeptFrom = long.MaxValue;
        archive.IndexesMessages = true;
        OtherSources others = Naming(Update(forgotten, Extended).Cid) with { Archive = forgotten.Ask(archive).Archive };
        SectorFacts facts = await forgotten.FindAsync(Extended, others, Cancellation);
        Assert.Equal(Holding.UpdateEpoch, facts.Update?.Epoch);
        Assert.Equal(
            "the parameters of the ProveReplicaUpdates3 message at epoch 16000, in their order, as the archive node has it", facts.Update?.Data.Source);
        Assert.Empty(facts.Notes);
    }

    [Theory]
    [InlineData("own")]
    [InlineData("archive")]
    public async Task The_message_that_proved_a_sector_tells_its_pieces_where_its_tipset_does_not(string where)
    {
        await using Forgotten forgotten = await StartAsync();
        await using FakeNode archive = await FakeNode.StartAsync(forgotten.Chain);
        FakeSector sector = Forgotten.Sector("direct-onboarded");
        forgotten.Lost.FakeMiner.Add(sector);
        Cid proving = FakeMessage.OfMiner(forgotten.Lost.FakeMiner).Single(message => message.Proves).Cid;
        forgotten.Lost.Node.MessagesKeptFrom = where == "own" ? 0 : long.MaxValue;
        foreach (FakeNode node in (FakeNode[])[forgotten.Lost.Node, archive])
        {
            node.Inject("ChainGetMessagesInTipset", Fault.Error("failed to load msgmeta (bafy): ipld: could not find bafy"));
        }

        CommD commD = CommitmentCid.TryGetCommD(Holding.CommD, out CommD known) ? known : default;
        SectorStatement said = new() { Source = "a note", TicketEpoch = 12_002, CommD = commD, CommitMessage = proving };
        OtherSources others = Forgotten.Ask(said) with { Archive = where == "own" ? null : forgotten.Ask(archive).Archive };
        SectorFacts facts = await forgotten.FindAsync(sector, others, Cancellation);

        Assert.Equal(Holding.AsFound(Holding.Pieces), facts.Data?.Pieces);
        Assert.Equal(
            $"the parameters of the ProveCommitSectors3 message {proving} that a note names, in their order{(where == "own" ? "" : ", as the archive node has it")}",
            facts.Data?.Source);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_proof_of_which_it_is_not_seen_that_it_succeeded_counts_only_where_CommD_is_known(bool isKnown)
    {
        await using Forgotten forgotten = await StartAsync();
        forgotten.Lost.Node.IndexesMessages = false;
        forgotten.Lost.Node.Inject("ChainGetMessagesInTipset", Fault.Error("failed to load msgmeta (bafy): ipld: could not find bafy"));
        FakeSector sector = Forgotten.Sector("direct-onboarded") with { DealWeight = "5" };
        forgotten.Lost.FakeMiner.Add(sector);
        SectorStatement said = new()
        {
            Source = "a note",
            TicketEpoch = 12_002,
            CommD = isKnown && CommitmentCid.TryGetCommD(Holding.CommD, out CommD commD) ? commD : null,
            CommitMessage = FakeMessage.OfMiner(forgotten.Lost.FakeMiner).Single(message => message.Proves).Cid,
        };
        if (isKnown)
        {
            SectorFacts facts = await forgotten.FindAsync(sector, Forgotten.Ask(said), Cancellation);
            Assert.Equal(Holding.AsFound(Holding.Pieces), facts.Data?.Pieces);
        }
        else
        {
            OperatorException error = await Assert.ThrowsAsync<OperatorException>(() => forgotten.FindAsync(sector, Forgotten.Ask(said), Cancellation));
            Assert.Contains("that a note names ran could not be seen (", error.Message, StringComparison.Ordinal);
        }
    }

    /// <summary>Hostile answers of StateSearchMsg.</summary>
    public static TheoryData<string> HostileLookups => new(
        "null",
        "[]",
        "7",
        "{}",
        """{"Message":null,"Receipt":{"ExitCode":0},"TipSet":[],"Height":16001}""",
        """{"Message":{"/":"bafkqaaa"},"Receipt":null,"TipSet":[{"/":"bafkqaaa"}],"Height":16001}""",
        """{"Message":{"/":"bafkqaaa"},"Receipt":{},"TipSet":[{"/":"bafkqaaa"}],"Height":16001}""",
        """{"Message":{"/":"bafkqaaa"},"Receipt":{"ExitCode":"0"},"TipSet":[{"/":"bafkqaaa"}],"Height":16001}""",
        """{"Message":{"/":"bafkqaaa"},"Receipt":{"ExitCode":-1},"TipSet":[{"/":"bafkqaaa"}],"Height":16001}""",
        """{"Message":{"/":"bafkqaaa"},"Receipt":{"ExitCode":0},"TipSet":[null],"Height":16001}""",
        """{"Message":{"/":"bafkqaaa"},"Receipt":{"ExitCode":0},"TipSet":[],"Height":16001}""",
        """{"Message":{"/":"bafkqaaa"},"Receipt":{"ExitCode":0},"TipSet":[{"/":"bafkqaaa"}],"Height":0}""",
        """{"Message":{"/":"bafkqaaa"},"Receipt":{"ExitCode":0},"TipSet":[{"/":"bafkqaaa"}],"Height":-9}""",
        """{"Message":{"/":"bafkqaaa"},"Receipt":{"ExitCode":0},"TipSet":[{"/":"bafkqaaa"}],"Height":5}""",
        """{"Message":{"/":"bafkqaaa"},"Receipt":{"ExitCode":0},"TipSet":[{"/":"bafkqaaa"}],"Height":19500}""",
        """{"Message":{"/":"bafkqaaa"},"Receipt":{"ExitCode":0},"TipSet":[{"/":"bafkqaaa"}],"Height":1000000}""",
        """{"Message":{"/":"bafkqaaa"},"Receipt":{"ExitCode":0},"TipSet":[{"/":"bafkqaaa"}],"Height":9223372036854775807}""",
        """{"Message":{"/":"bafkqaaa"},"Receipt":{"ExitCode":0},"TipSet":[{"/":"bafkqaaa"}],"Height":1e300}""");

    [Theory]
    [MemberData(nameof(HostileLookups))]
    public async Task Hostile_lookups_are_a_note_beside_what_lotus_miner_has_itself(string answer)
    {
        await using Forgotten forgotten = await StartAsync();
        await using FakeLotusMiner lotusMiner = await FakeLotusMiner.StartAsync(forgotten.Chain, forgotten.Lost.FakeMiner);
        forgotten.Lost.Node.Inject("StateSearchMsg", Fault.Result(answer));

        SectorFacts facts = await forgotten.FindAsync(Extended, forgotten.Ask(lotusMiner), Cancellation);

        Assert.Equal(ExtendedAt, facts.Update?.Epoch);
        Assert.Equal(Holding.AsFound(Holding.Pieces), facts.Update?.Data.Pieces);
        Assert.Contains(facts.Notes, note => note.StartsWith("it is taken to have been updated at epoch 19000; ", StringComparison.Ordinal));
        Assert.All(facts.Notes, note => Assert.InRange(note.Length, 20, 900));
        Assert.All(facts.Notes, note => Assert.DoesNotContain(note, char.IsControl));
    }

    [Theory]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("""{"To":"f01000","Method":35,"Params":"////"}""")]
    [InlineData("""{"To":"f01000","Method":35,"Params":7}""")]
    [InlineData("""{"To":"f01000","Method":-35,"Params":null}""")]
    [InlineData("""{"To":"nobody","Method":35,"Params":null}""")]
    public async Task Hostile_messages_are_one_sentence(string answer)
    {
        await using Forgotten forgotten = await StartAsync();
        forgotten.Lost.Node.Inject("ChainGetMessage", Fault.Result(answer));
        OperatorException error = await Assert.ThrowsAnyAsync<OperatorException>(
            () => forgotten.FindAsync(Extended, Naming(Update(forgotten, Extended).Cid), Cancellation));
        Assert.StartsWith("f01000 sector 2 was updated with data, but nothing tells which pieces (", error.Message, StringComparison.Ordinal);
        Assert.InRange(error.Message.Length, 20, 1500);
        Assert.DoesNotContain(error.Message, char.IsControl);
        Assert.Equal(0, forgotten.Lost.Node.Count("StateSearchMsg"));
    }

    /// <summary>A node that keeps messages, with an index of them, and of states only the newest.</summary>
    private static async Task<Forgotten> StartAsync()
    {
        Forgotten forgotten = await Forgotten.StartAsync();
        forgotten.Lost.Node.MessagesKeptFrom = 0;
        forgotten.Lost.Node.IndexesMessages = true;
        return forgotten;
    }

    private static FakeMessage Update(Forgotten forgotten, FakeSector sector)
    {
        forgotten.Lost.FakeMiner.Add(sector);
        return FakeMessage.OfMiner(forgotten.Lost.FakeMiner).Single(message => message.Updates);
    }

    /// <summary>A source that knows nothing but how the key was sealed and which message made the update.</summary>
    private static OtherSources Naming(Cid message) =>
        Forgotten.Ask(new SectorStatement { Source = "a note", TicketEpoch = 12_002, UpdateMessage = message });
}
