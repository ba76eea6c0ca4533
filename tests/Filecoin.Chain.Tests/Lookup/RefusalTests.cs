using Filecoin.Chain.Lookup;
using Filecoin.Chain.Nodes;
using Filecoin.Chain.Rpc;
using Filecoin.Primitives;
using Xunit;

namespace SealerRecover.Tests.Chain;

/// <summary>Sectors that cannot be found, and answers that must not be believed.</summary>
public sealed class RefusalTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_sector_that_is_nowhere_is_not_on_chain()
    {
        await using Lost lost = await Lost.StartAsync();
        SectorLookup lookup = await lost.OpenAsync(Cancellation);
        OperatorException error = await Assert.ThrowsAsync<OperatorException>(() => lookup.FindAsync(77, Cancellation));
        Assert.Equal(FailureKind.NotOnChain, error.Kind);
        Assert.Contains("f01000 sector 77", error.Message, StringComparison.Ordinal);
        Assert.Contains("localnet", error.Message, StringComparison.Ordinal);

        error = await Assert.ThrowsAsync<OperatorException>(() => lookup.FindAsync(ulong.MaxValue, Cancellation));
        Assert.Equal(FailureKind.BadInput, error.Kind);
    }

    [Theory]
    [InlineData("f09999")]
    [InlineData("f24vg6ut43yw2h2jqydgbg2xq7x6f4kub3bg6as6i")]
    public async Task A_miner_that_is_nowhere_is_not_on_this_network(string miner)
    {
        await using Lost lost = await Lost.StartAsync(new FakeChain("calibrationnet"));
        OperatorException error = await Assert.ThrowsAsync<OperatorException>(
            () => SectorLookup.OpenAsync(lost.FullNode, Address.Parse(miner), TimeProvider.System, Cancellation));
        Assert.Equal(FailureKind.NotOnChain, error.Kind);
        Assert.Contains($"no miner {miner} on the network \"calibrationnet\"", error.Message, StringComparison.Ordinal);
        Assert.Contains("right network", error.Hint.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_pre_commit_that_contradicts_the_sector_stops_it()
    {
        await using Lost lost = await Lost.StartAsync();
        foreach (FakeSector sector in new[]
        {
            Lost.Proven(2) with { PreCommitSealedCid = Lost.CommR(50) },
            Lost.Proven(3) with { PreCommitSealProof = 10 },
            Lost.Proven(4) with { SealRandEpoch = 13_000 },
            Lost.PreCommitted(5) with { SealRandEpoch = 13_001 },
        })
        {
            OperatorException error = await Assert.ThrowsAsync<OperatorException>(() => lost.FindAsync(sector, Cancellation));
            Assert.Equal(FailureKind.SourcesDisagree, error.Kind);
        }
    }

    [Fact]
    public async Task A_pre_commit_said_to_come_after_the_proof_stops_the_sector()
    {
        await using Lost lost = await Lost.StartAsync();
        lost.Node.Inject("StateSectorPreCommitInfo", Fault.Result(
            $$"""{"Info":{"SealProof":5,"SectorNumber":2,"SealedCID":{"/":"{{Lost.CommR(2)}}"},"SealRandEpoch":12002},"PreCommitEpoch":15000}"""));
        OperatorException error = await Assert.ThrowsAsync<OperatorException>(() => lost.FindAsync(Lost.Proven(2), Cancellation));
        Assert.Equal(FailureKind.SourcesDisagree, error.Kind);
        Assert.Contains("not before its activation", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_seal_proof_of_another_size_or_unknown_is_refused()
    {
        await using Lost lost = await Lost.StartAsync();
        OperatorException error = await Assert.ThrowsAsync<OperatorException>(() => lost.FindAsync(Lost.Proven(2, proof: 8), Cancellation));
        Assert.Equal(FailureKind.SourcesDisagree, error.Kind);
        Assert.Contains("2KiB", error.Message, StringComparison.Ordinal);
        error = await Assert.ThrowsAsync<OperatorException>(() => lost.FindAsync(Lost.Proven(2, proof: 20), Cancellation));
        Assert.Equal(FailureKind.NotSupported, error.Kind);
    }

    [Fact]
    public async Task A_pruned_node_is_explained_and_an_archive_node_beside_it_answers()
    {
        await using Lost lost = await Lost.StartAsync();
        lost.Node.StateKeptFrom = 18_000;
        OperatorException error = await Assert.ThrowsAsync<OperatorException>(() => lost.FindAsync(Lost.Proven(2), Cancellation));
        Assert.Equal(FailureKind.StatePruned, error.Kind);
        Assert.StartsWith("f01000 sector 2: ", error.Message, StringComparison.Ordinal);
        Assert.Contains("which ticket it was sealed with, proven at epoch 15000 (the state at its activation: ", error.Message, StringComparison.Ordinal);
        Assert.Contains("no longer has the state", error.Message, StringComparison.Ordinal);
        Assert.Contains("archive node", error.Hint.ToString(), StringComparison.Ordinal);
        Assert.Contains("lotus-miner sectors status", error.Hint.ToString(), StringComparison.Ordinal);

        // The head's state is never pruned, so a pre-committed sector needs no archive.
        Assert.Equal(12_003, (await lost.FindAsync(Lost.PreCommitted(3), Cancellation)).TicketEpoch);

        await using FakeNode archive = await FakeNode.StartAsync(lost.Chain);
        using JsonRpcClient both = Asking.Client(lost.Node, archive);
        SectorLookup lookup = await SectorLookup.OpenAsync(new FullNode(both), Address.Parse("f01000"), TimeProvider.System, Cancellation);
        Assert.Equal(12_002, (await lookup.FindAsync(2, Cancellation)).TicketEpoch);
        Assert.Equal(1, archive.Count("StateSectorPreCommitInfo"));
    }

    [Fact]
    public async Task A_non_interactive_sector_whose_message_was_pruned_or_is_missing_is_explained()
    {
        await using Lost lost = await Lost.StartAsync();
        lost.Node.MessagesKeptFrom = 18_000;
        OperatorException error = await Assert.ThrowsAsync<OperatorException>(() => lost.FindAsync(Lost.Proven(6, 15), Cancellation));
        Assert.Equal(FailureKind.StatePruned, error.Kind);
        Assert.Contains("proven at epoch 15000 (the message that proved it: ", error.Message, StringComparison.Ordinal);

        lost.Node.MessagesKeptFrom = 0;
        error = await Assert.ThrowsAsync<OperatorException>(
            () => lost.FindAsync(Lost.Proven(6, 15) with { ProvedTo = Address.Parse("f0123") }, Cancellation));
        Assert.Equal(FailureKind.NotOnChain, error.Kind);
        Assert.Contains("multisig", error.Hint.ToString(), StringComparison.Ordinal);

        error = await Assert.ThrowsAsync<OperatorException>(() => lost.FindAsync(Lost.Proven(6, 15) with { SealedFor = 1001 }, Cancellation));
        Assert.Equal(FailureKind.NotSupported, error.Kind);
    }

    [Fact]
    public async Task A_gateway_that_cannot_tell_pre_commits_says_to_ask_a_full_node()
    {
        await using Lost lost = await Lost.StartAsync();
        lost.Node.MissingMethods.UnionWith(["StateSectorPreCommitInfo", "StateListMessages"]);
        OperatorException error = await Assert.ThrowsAsync<OperatorException>(() => lost.FindAsync(Lost.Proven(2), Cancellation));
        Assert.Equal(FailureKind.NodeUnreachable, error.Kind);
        Assert.Contains("does not offer this method", error.Message, StringComparison.Ordinal);
        Assert.Contains("full node", error.Hint.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_sector_without_a_pre_commit_at_its_activation_is_explained()
    {
        await using Lost lost = await Lost.StartAsync();
        OperatorException error = await Assert.ThrowsAsync<OperatorException>(
            () => lost.FindAsync(Lost.Proven(2) with { PreCommitEpoch = null }, Cancellation));
        Assert.Equal(FailureKind.NotOnChain, error.Kind);
        Assert.Contains("no pre-commit", error.Message, StringComparison.Ordinal);
    }

    /// <summary>Hostile answers: method and result.</summary>
    public static TheoryData<string, string> Hostile => new()
    {
        { "StateNetworkName", "[]" },
        { "ChainHead", "{}" },
        { "ChainHead", """{"Cids":[],"Blocks":[],"Height":1}""" },
        { "ChainHead", """{"Cids":null,"Blocks":null,"Height":1}""" },
        { "ChainHead", """{"Cids":[{"/":"bafy"}],"Blocks":[{"Height":1,"Timestamp":1}],"Height":1}""" },
        { "ChainHead", """{"Cids":[],"Blocks":[{"Height":1,"Timestamp":99999999999999999}],"Height":1}""" },
        { "ChainHead", """{"Cids":[{"/":"bafkqaaa"}],"Blocks":[null],"Height":1}""" },
        { "ChainHead", """{"Cids":[null],"Blocks":[{"Height":1,"Timestamp":1}],"Height":1}""" },
        { "StateMinerInfo", """{"SectorSize":0}""" },
        { "StateMinerInfo", """{"SectorSize":-34359738368}""" },
        { "StateMinerInfo", """{"SectorSize":4096}""" },
        { "StateMinerInfo", """{"SectorSize":1e999}""" },
        { "StateMinerInfo", """{"SectorSize":"34359738368"}""" },
        { "StateMinerInfo", """{"SectorSize":34359738368.5}""" },
        { "StateMinerInfo", """{"SectorSize":2048,"SectorSize":2048}""" },
        { "StateSectorGetInfo", """{"SectorNumber":2}""" },
        { "StateSectorGetInfo", "\"yes\"" },
        { "StateSectorGetInfo", Info(number: "3") },
        { "StateSectorGetInfo", Info(number: "18446744073709551616") },
        { "StateSectorGetInfo", Info(activation: "9223372036854775807") },
        { "StateSectorGetInfo", Info(activation: "-9223372036854775808") },
        { "StateSectorGetInfo", Info(activation: "\"15000\"") },
        { "StateSectorGetInfo", Info(activation: new string('9', 100_000)) },
        { "StateSectorGetInfo", Info(cid: "\"bagboea\"") },
        { "StateSectorGetInfo", Info(cid: """{"/":"bagboea4b5abc"}""") },
        { "StateSectorGetInfo", Info(cid: """{"/":"../../etc/passwd"}""") },
        { "StateSectorGetInfo", Info(cid: """{"/":7}""") },
        { "StateSectorGetInfo", Info(cid: $$"""{"/":"{{ZeroCommitments.ForSector(SectorSize.KiB2)}}"}""") },
        { "StateSectorPreCommitInfo", "{}" },
        { "StateSectorPreCommitInfo", """{"Info":null,"PreCommitEpoch":1}""" },
        { "ChainGetTipSetByHeight", "null" },
        { "ChainGetTipSetByHeight", """{"Cids":[{"/":"bafkqaaa"}],"Blocks":[{"Height":7,"Timestamp":1}],"Height":15000}""" },
        { "ChainGetTipSetByHeight", """{"Cids":[{"/":"bafkqaaa"}],"Blocks":[{"Height":15001,"Timestamp":1}],"Height":15001}""" },
        { "ChainGetTipSetByHeight", """{"Cids":[{"/":"bafkqaaa"}],"Blocks":[{"Height":-1,"Timestamp":1}],"Height":-1}""" },
    };

    [Theory]
    [MemberData(nameof(Hostile))]
    public async Task Hostile_results_are_one_sentence_and_nothing_worse(string method, string result)
    {
        await using Lost lost = await Lost.StartAsync();

        // Else the pre-commit would be found among the messages after all.
        lost.Node.MissingMethods.Add("StateListMessages");
        lost.Node.Inject(method, Fault.Result(result));
        OperatorException error = await Assert.ThrowsAnyAsync<OperatorException>(() => lost.FindAsync(Lost.Proven(2), Cancellation));
        Assert.Contains(error.Kind, new[] { FailureKind.NodeUnreachable, FailureKind.SourcesDisagree });
        Assert.InRange(error.Message.Length, 20, 600);
        Assert.NotEmpty(error.Hint.ToString());
        Assert.DoesNotContain(error.Message, char.IsControl);
    }

    private static string Info(string number = "2", string activation = "15000", string? cid = null) =>
        $$"""{"SectorNumber":{{number}},"SealProof":5,"SealedCID":{{cid ?? $$"""{"/":"{{Lost.CommR(2)}}"}"""}},"Activation":{{activation}},"Expiration":2000000}""";
}
