using Filecoin.Chain.Facts;
using Filecoin.Chain.Lookup;
using Filecoin.Chain.Nodes;
using Filecoin.Chain.Rpc;
using Filecoin.Cryptography;
using Filecoin.Primitives;
using Xunit;

namespace SealerRecover.Tests.Chain;

/// <summary>What the chain says of how a sector was sealed, to compare with what others say, and the mistakes recognised in a ticket.</summary>
public sealed class StatementTests
{
    private const long Epoch = 900_000;
    private static readonly CommR Sealed = new(Blake2b.Hash256([1]).ClearTopTwoBits());

    /// <summary>Network, epoch of the ticket (a null round), the epoch by the other rule.</summary>
    public static TheoryData<string, long, long> Rules => new()
    {
        { "mainnet", 900_000, 899_999 },
        { "mainnet", 892_800, 892_801 },
        { "mainnet", 500_000, 500_001 },
        { "calibrationnet", 420, 421 },
        { "calibrationnet", 421, 420 },
        { "localnet", 9_000, 8_999 },
    };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Rules))]
    public async Task The_other_null_round_rule_is_recognised_on_both_sides_of_the_upgrade_with_either_address(string network, long epoch, long otherRound)
    {
        FakeChain chain = Chain(network, epoch);
        chain.NullRounds.Add(epoch);
        foreach (bool robust in (bool[])[false, true])
        {
            Address entropy = robust ? chain.Miners[1000].RobustAddress : Address.FromActorId(new ActorId(1000));
            Ticket used = new(chain.WrongTicket(epoch, entropy, otherRound: true));

            ChainStatement said = await Ask(chain, new TicketClaim(2, used, null));

            Assert.Equal((chain.Ticket(1000, epoch), true, epoch), (said.Tickets!.Right.Value, said.Tickets.IsNullRound, said.Tickets.Epoch));
            MistakenTicket mistake = Assert.IsType<MistakenTicket>(said.Tickets.MistakeOf(used));
            Assert.Equal(otherRound, mistake.OtherRound);
            Assert.Equal(robust ? entropy : null, mistake.OtherAddress);
        }
    }

    [Fact]
    public async Task A_right_ticket_is_no_mistake_and_other_addresses_are_not_asked_for()
    {
        FakeChain chain = Chain("mainnet", Epoch);
        await using FakeNode node = await FakeNode.StartAsync(chain);

        ChainStatement said = await Ask(node, new TicketClaim(2, new Ticket(chain.Ticket(1000, Epoch)), null));

        Assert.Equal(chain.Ticket(1000, Epoch), said.Tickets!.Right.Value);
        Assert.Null(said.Tickets.MistakeOf(said.Tickets.Right));
        Assert.False(said.Tickets.IsNullRound);
        Assert.Equal((Epoch, false, ZeroCommitments.ForSector(SectorSize.KiB2)), (said.TicketEpoch, said.HoldsData, said.CommD));
        Assert.Null(said.Silence);
        Assert.Equal(0, node.Count("StateLookupRobustAddress"));
    }

    [Theory]
    [InlineData(Epoch + 900)]
    [InlineData(Epoch + 1_200)]
    [InlineData(Epoch - 77)]
    public async Task The_ticket_of_an_epoch_that_is_easily_taken_for_the_right_one_is_recognised(long epoch)
    {
        FakeChain chain = Chain("mainnet", Epoch);
        bool isOfItsMessages = epoch == Epoch + 1_200;
        ChainStatement said = await Ask(chain, new TicketClaim(2, new Ticket(chain.Ticket(1000, epoch)), isOfItsMessages ? null : epoch));
        Assert.Equal(epoch, said.EpochOfClaim);
        Assert.Null(said.Tickets!.MistakeOf(new Ticket(chain.Ticket(1000, epoch))));
    }

    [Fact]
    public async Task A_pruned_node_tells_the_commitments_and_the_ticket_of_the_epoch_that_is_claimed()
    {
        FakeChain chain = Chain("mainnet", Epoch);
        await using FakeNode node = await FakeNode.StartAsync(chain);
        node.StateKeptFrom = Epoch + 50_000;

        ChainStatement without = await Ask(node, new TicketClaim(2, default, null));
        ChainStatement with = await Ask(node, new TicketClaim(2, default, Epoch));

        Assert.Equal((Sealed, null, null, null), (without.SealedCid, without.TicketEpoch, without.HoldsData, without.Tickets));
        Assert.Contains("nothing tells which ticket it was sealed with, proven at epoch", without.Silence, StringComparison.Ordinal);
        Assert.Equal((null, chain.Ticket(1000, Epoch)), (with.TicketEpoch, with.Tickets!.Right.Value));
    }

    [Fact]
    public async Task A_node_that_does_not_tell_other_addresses_leaves_them_untried()
    {
        FakeChain chain = Chain("mainnet", Epoch);
        await using FakeNode node = await FakeNode.StartAsync(chain);
        node.MissingMethods.Add("StateLookupRobustAddress");
        ChainStatement said = await Ask(node, new TicketClaim(2, default, null));
        Assert.False(said.Tickets!.OtherAddressesTried);
        Assert.Null(said.Silence);
    }

    private static FakeChain Chain(string network, long epoch)
    {
        FakeChain chain = new(network, headEpoch: epoch + 60_000);
        chain.AddMiner(1000, SectorSize.KiB2).Add(new FakeSector
        {
            Number = 2,
            SealProof = 5,
            SealedCid = Sealed.ToCid(),
            SealRandEpoch = epoch,
            PreCommitEpoch = epoch + 900,
            Activation = epoch + 1_200,
            UnsealedCid = ZeroCommitments.ForSector(SectorSize.KiB2).ToCid(),
        });
        return chain;
    }

    private static async Task<ChainStatement> Ask(FakeChain chain, TicketClaim claim)
    {
        await using FakeNode node = await FakeNode.StartAsync(chain);
        return await Ask(node, claim);
    }

    private static async Task<ChainStatement> Ask(FakeNode node, TicketClaim claim)
    {
        using JsonRpcClient client = Asking.Client(node);
        SectorLookup lookup = await SectorLookup.OpenAsync(new FullNode(client), Address.Parse("f01000"), TimeProvider.System, Cancellation);
        StatementResult result = Assert.Single(await lookup.FindStatementsAsync([claim], 1, Cancellation));
        return result.Statement ?? throw result.Failure!;
    }
}
