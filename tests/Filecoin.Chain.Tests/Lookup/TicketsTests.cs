using Filecoin.Chain.Lookup;
using Filecoin.Chain.Nodes;
using Filecoin.Chain.Rpc;
using Filecoin.Chain.Wire;
using Filecoin.Primitives;
using Xunit;

namespace SealerRecover.Tests.Chain;

public sealed class TicketsTests
{
    private static readonly SectorId Sector = new(new ActorId(1000), 2);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>Network, null rounds, epoch asked for, epoch of the tipset that must stand for it.</summary>
    public static TheoryData<string, long[], long, long> NullRounds => new()
    {
        // Since network version 13 the next tipset stands for a null round...
        { "mainnet", [], 900_000, 900_000 },
        { "mainnet", [900_000], 900_000, 900_001 },
        { "mainnet", [900_000, 900_001, 900_002], 900_000, 900_003 },
        { "mainnet", [900_000, 900_001, 900_002], 900_001, 900_003 },
        { "mainnet", [892_801], 892_801, 892_802 },
        { "calibrationnet", [421], 421, 422 },
        { "localnet", [1], 1, 2 },
        { "localnet", [420], 420, 421 },

        // ...before it, and in the upgrade's own epoch, the one before does.
        { "mainnet", [892_800], 892_800, 892_799 },
        { "mainnet", [892_800, 892_799], 892_800, 892_798 },
        { "mainnet", [500_000], 500_000, 499_999 },
        { "mainnet", [], 500_000, 500_000 },
        { "calibrationnet", [420], 420, 419 },
        { "localnet", [], -17, 0 },
    };

    [Theory]
    [MemberData(nameof(NullRounds))]
    public async Task Null_rounds_take_the_ticket_of_the_right_neighbour(string network, long[] nullRounds, long epoch, long standsFor)
    {
        FakeChain chain = new(network, headEpoch: 1_000_000);
        chain.NullRounds.UnionWith(nullRounds);
        await using FakeNode node = await FakeNode.StartAsync(chain);
        using JsonRpcClient client = Asking.Client(node);
        FullNode fullNode = new(client);
        TipSet head = await fullNode.ChainHeadAsync(Cancellation);

        FoundTicket found = await new Tickets(fullNode, network).FindAsync(Sector, epoch, head.Key, Cancellation);

        TipSet expected = await fullNode.ChainGetTipSetByHeightAsync(standsFor, Cancellation);
        Assert.Equal(standsFor, expected.Height);
        Assert.Equal(TicketDraw.Draw(TicketDraw.Digest(expected), epoch, Sector.Miner), found.Ticket);
        Assert.Equal(chain.Ticket(1000, epoch), found.Ticket.Value);
        Assert.Null(found.Note);
        Assert.Contains(
            $"[5,{epoch},\"QwDoBw==\",[",
            Assert.Single(node.Requests, request => request.Method == "StateGetRandomnessFromTickets").Params,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_gateway_without_the_methods_still_gives_the_ticket_and_a_note()
    {
        FakeChain chain = new();
        chain.NullRounds.UnionWith([9201, 9202, 9203]);
        await using FakeNode node = await FakeNode.StartAsync(chain);
        node.MissingMethods.UnionWith(["StateGetRandomnessFromTickets", "ChainGetTipSetAfterHeight"]);
        using JsonRpcClient client = Asking.Client(node);
        FullNode fullNode = new(client);
        FoundTicket found = await new Tickets(fullNode, "localnet").FindAsync(Sector, 9201, TipSetKey.Head, Cancellation);
        Assert.Equal(chain.Ticket(1000, 9201), found.Ticket.Value);
        Assert.Contains("block headers alone", found.Note, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_node_that_draws_another_ticket_stops_the_sector()
    {
        FakeChain chain = new();
        await using FakeNode node = await FakeNode.StartAsync(chain);
        node.Inject("StateGetRandomnessFromTickets", Fault.Result($"\"{Convert.ToBase64String(chain.Ticket(1001, 9201).Span)}\""));
        using JsonRpcClient client = Asking.Client(node);
        FullNode fullNode = new(client);
        TipSet head = await fullNode.ChainHeadAsync(Cancellation);
        OperatorException error = await Assert.ThrowsAsync<OperatorException>(
            () => new Tickets(fullNode, "localnet").FindAsync(Sector, 9201, head.Key, Cancellation));
        Assert.Equal(FailureKind.SourcesDisagree, error.Kind);
        Assert.Contains(chain.Ticket(1000, 9201).ToString(), error.Message, StringComparison.Ordinal);
        Assert.Contains(chain.Ticket(1001, 9201).ToString(), error.Message, StringComparison.Ordinal);
        Assert.Contains("f01000 sector 2", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"\"")]
    [InlineData("\"AAAA\"")]
    [InlineData("\"!!!\"")]
    [InlineData("[1,2]")]
    [InlineData("null")]
    public async Task A_ticket_that_is_not_32_bytes_is_refused(string result)
    {
        await using FakeNode node = await FakeNode.StartAsync(new FakeChain());
        node.Inject("StateGetRandomnessFromTickets", Fault.Result(result));
        using JsonRpcClient client = Asking.Client(node);
        FullNode fullNode = new(client);
        TipSet head = await fullNode.ChainHeadAsync(Cancellation);
        OperatorException error = await Assert.ThrowsAnyAsync<OperatorException>(
            () => new Tickets(fullNode, "localnet").FindAsync(Sector, 9201, head.Key, Cancellation));
        Assert.Equal(FailureKind.NodeUnreachable, error.Kind);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_tipset_that_does_not_follow_the_one_before_the_null_round_is_no_answer(bool nullOnBoth)
    {
        FakeChain chain = new();
        chain.NullRounds.Add(9201);
        await using FakeNode node = await FakeNode.StartAsync(chain);
        FakeChain fork = new(seed: "fork");
        fork.NullRounds.UnionWith(nullOnBoth ? [9201] : []);
        await using FakeNode otherChain = await FakeNode.StartAsync(fork);
        node.MissingMethods.Add("ChainGetTipSetAfterHeight");
        using JsonRpcClient client = Asking.Client(node, otherChain);
        FullNode fullNode = new(client);
        OperatorException error = await Assert.ThrowsAsync<OperatorException>(
            () => new Tickets(fullNode, "localnet").FromHeadersAsync(Sector, 9201, Cancellation));
        Assert.Equal(FailureKind.SourcesDisagree, error.Kind);
        Assert.Contains("null round", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_epoch_after_the_head_means_that_the_node_is_behind()
    {
        await using FakeNode node = await FakeNode.StartAsync(new FakeChain(headEpoch: 100));
        using JsonRpcClient client = Asking.Client(node);
        OperatorException error = await Assert.ThrowsAnyAsync<OperatorException>(
            () => new Tickets(new FullNode(client), "localnet").FromHeadersAsync(Sector, 9201, Cancellation));
        Assert.Equal(FailureKind.NodeUnreachable, error.Kind);
        Assert.Contains("not synced", error.Message, StringComparison.Ordinal);
    }
}
