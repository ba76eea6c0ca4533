using Filecoin.Chain.Facts;
using Filecoin.Chain.Lookup;
using Filecoin.Chain.Wire;
using Filecoin.Primitives;
using Xunit;

namespace SealerRecover.Tests.Chain;

public sealed class SectorLookupTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(0, 3030)]
    [InlineData(5, 86550)]
    [InlineData(10, 86550)]
    public async Task A_pre_committed_sector_is_found_with_the_epoch_its_deposit_is_lost(int proof, long maxProveCommit)
    {
        await using Lost lost = await Lost.StartAsync();
        FakeSector sector = Lost.PreCommitted(3, proof) with { PreCommitEpoch = 19_000 };

        SectorFacts facts = await lost.FindAsync(sector, Cancellation);

        Assert.Equal(new SectorId(new ActorId(1000), 3), facts.Sector);
        Assert.Equal(proof, (int)facts.SealProof.Proof);
        Assert.Equal(sector.SealedCid, facts.SealedCid.ToCid());
        Assert.Equal(sector.SealRandEpoch, facts.TicketEpoch);
        Assert.Equal(lost.Chain.Ticket(1000, sector.SealRandEpoch), facts.Ticket.Value);
        Assert.Equal(19_000, facts.PreCommitEpoch);
        Assert.Null(facts.Activation);
        Assert.Empty(facts.Notes);
        Assert.Equal(SectorState.PreCommitted, facts.Status?.State);
        Assert.Equal(19_000 + maxProveCommit, facts.Status?.ProveBefore);
        Assert.Equal(20_000, facts.Status?.HeadEpoch);
        Assert.Equal(lost.Chain.TimeOf(21_000), facts.Status?.TimeOf(21_000));
    }

    [Fact]
    public async Task A_pre_commit_that_can_no_longer_be_proven_is_noted()
    {
        await using Lost lost = await Lost.StartAsync();
        SectorFacts facts = await lost.FindAsync(Lost.PreCommitted(3, proof: 0), Cancellation);
        Assert.Contains("deposit is lost", Assert.Single(facts.Notes), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(5)]
    [InlineData(10)]
    public async Task A_proven_sector_is_found_through_the_state_at_its_activation(int proof)
    {
        await using Lost lost = await Lost.StartAsync();
        FakeSector sector = Lost.Proven(2, proof);

        SectorFacts facts = await lost.FindAsync(sector, Cancellation);

        Assert.Equal(proof, (int)facts.SealProof.Proof);
        Assert.Equal(sector.SealedCid, facts.SealedCid.ToCid());
        Assert.Equal(sector.SealRandEpoch, facts.TicketEpoch);
        Assert.Equal(lost.Chain.Ticket(1000, sector.SealRandEpoch), facts.Ticket.Value);
        Assert.Equal((13_000, Lost.Activation), (facts.PreCommitEpoch, facts.Activation));
        Assert.Empty(facts.Notes);
        Assert.Equal(SectorState.Proven, facts.Status?.State);
        Assert.Null(facts.Status?.FaultTerminatesAt);
        Assert.Equal(2_000_000, facts.Status?.Expiration);

        // Asked of the tipset at Activation itself: one later, the pre-commit would be gone.
        string asked = lost.Node.Requests.Last(request => request.Method == "StateSectorPreCommitInfo").Params;
        Assert.Contains(lost.Chain.TipSetAt(Lost.Activation).Blocks[0].Cid, asked, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_activation_in_a_null_round_is_read_from_the_state_before_and_noted()
    {
        await using Lost lost = await Lost.StartAsync();
        lost.Chain.NullRounds.Add(Lost.Activation);
        SectorFacts facts = await lost.FindAsync(Lost.Proven(2), Cancellation);
        Assert.Equal(12_002, facts.TicketEpoch);
        Assert.Contains("epoch 14999", Assert.Single(facts.Notes), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_faulty_sector_tells_its_deadline_and_its_end()
    {
        await using Lost lost = await Lost.StartAsync();
        lost.FakeMiner.PeriodStart = 19_000;
        SectorFacts facts = await lost.FindAsync(Lost.Proven(2) with { Early = 140_000, Deadline = 47 }, Cancellation);
        Assert.Equal(47, facts.Status?.Deadline);
        Assert.Equal(19_000 + (47 * 60), facts.Status?.DeadlineOpens);
        Assert.Equal(140_000, facts.Status?.FaultTerminatesAt);
        Assert.Equal(2_000_000, facts.Status?.Expiration);
    }

    [Theory]
    [InlineData(1000, 0, 999, 1000)]
    [InlineData(1000, 0, 1000, 3880)]
    [InlineData(1000, 1, 1000, 1060)]
    [InlineData(1000, 47, 3879, 3820 + 2880)]
    [InlineData(-100, 0, 20_000, 20_060)]
    public void A_deadline_opens_next_after_now(long start, int index, long now, long opens) =>
        Assert.Equal(opens, StatusLookup.NextOpening(new ProvingDeadline { CurrentEpoch = now, PeriodStart = start }, index));

    [Theory]
    [InlineData("StateSectorPartition")]
    [InlineData("StateMinerProvingDeadline")]
    [InlineData("StateSectorExpiration")]
    public async Task What_only_concerns_deadlines_may_fail(string method)
    {
        await using Lost lost = await Lost.StartAsync();
        lost.Node.Inject(method, Fault.Html);
        SectorFacts facts = await lost.FindAsync(Lost.Proven(2), Cancellation);
        Assert.Equal(lost.Chain.Ticket(1000, 12_002), facts.Ticket.Value);
        Assert.Contains("web page", Assert.Single(facts.Notes), StringComparison.Ordinal);
        Assert.Equal(method == "StateSectorPartition", facts.Status?.Deadline is null);
        Assert.Equal(2_000_000, facts.Status?.Expiration);
    }

    [Fact]
    public async Task Terminated_and_expired_sectors_are_noted()
    {
        await using Lost lost = await Lost.StartAsync();
        SectorFacts terminated = await lost.FindAsync(Lost.Proven(2) with { Terminated = true }, Cancellation);
        Assert.Contains("probably terminated", Assert.Single(terminated.Notes), StringComparison.Ordinal);
        SectorFacts expired = await lost.FindAsync(Lost.Proven(4) with { Expiration = 19_999 }, Cancellation);
        Assert.Contains("expired at epoch 19999", Assert.Single(expired.Notes), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_node_that_is_not_synced_is_noted()
    {
        await using Lost lost = await Lost.StartAsync();
        lost.Chain.HeadTime = DateTimeOffset.UtcNow.AddHours(-5);
        SectorFacts facts = await lost.FindAsync(Lost.Proven(2), Cancellation);
        Assert.Empty(facts.Notes);
        Assert.Equal(20_000 + (5 * 120), facts.Status!.NowEpoch);
        Assert.Contains("5.0 hours old", (await lost.OpenAsync(Cancellation)).HeadNote, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_non_interactive_sector_is_found_through_its_proving_message(bool throughRobustAddress)
    {
        await using Lost lost = await Lost.StartAsync();
        FakeSector sector = Lost.Proven(6, proof: 15) with { ProvedTo = throughRobustAddress ? lost.FakeMiner.RobustAddress : null };

        // Another miner's sector of the same number, proven in the same epoch, must not be taken for it.
        lost.Chain.AddMiner(1001, SectorSize.KiB2).Add(sector with { SealRandEpoch = 11_111, ProvedTo = null });
        SectorFacts facts = await lost.FindAsync(sector, Cancellation);

        Assert.Equal(RegisteredSealProof.StackedDrg2KiBNonInteractive, facts.SealProof.Proof);
        Assert.Equal(12_006, facts.TicketEpoch);
        Assert.Equal(lost.Chain.Ticket(1000, 12_006), facts.Ticket.Value);
        Assert.Null(facts.PreCommitEpoch);
        Assert.Equal(Lost.Activation, facts.Activation);
    }

    [Theory]
    [InlineData("f01000")]
    [InlineData("t01000")]
    [InlineData("robust")]
    public async Task Any_address_of_the_miner_gives_the_ticket_of_its_id(string text)
    {
        await using Lost lost = await Lost.StartAsync();
        lost.Node.AddressPrefix = 't';
        lost.FakeMiner.Add(Lost.Proven(2));
        Address address = text == "robust" ? lost.FakeMiner.RobustAddress : Address.Parse(text);
        SectorLookup lookup = await SectorLookup.OpenAsync(lost.FullNode, address, TimeProvider.System, Cancellation);
        Assert.Equal((new ActorId(1000), SectorSize.KiB2, "localnet"), (lookup.Miner, lookup.SectorSize, lookup.NetworkName));
        Assert.Equal(lost.Chain.Ticket(1000, 12_002), (await lookup.FindAsync(2, Cancellation)).Ticket.Value);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Old_and_new_lotus_give_the_same_facts(bool old)
    {
        await using Lost lost = await Lost.StartAsync();
        lost.Node.OldLotus = old;
        Cid zeros = ZeroCommitments.ForSector(SectorSize.KiB2).ToCid();
        Assert.Equal(12_002, (await lost.FindAsync(Lost.Proven(2) with { UnsealedCid = zeros }, Cancellation)).TicketEpoch);
        Assert.Equal(12_003, (await lost.FindAsync(Lost.PreCommitted(3) with { UnsealedCid = zeros }, Cancellation)).TicketEpoch);
        SectorLookup lookup = await lost.OpenAsync(Cancellation);
        OperatorException error = await Assert.ThrowsAsync<OperatorException>(() => lookup.FindAsync(77, Cancellation));
        Assert.Equal(FailureKind.NotOnChain, error.Kind);
    }

    [Fact]
    public async Task Many_are_found_in_the_order_asked_and_failures_stand_in_their_place()
    {
        await using Lost lost = await Lost.StartAsync();
        for (ulong number = 0; number < 40; number++)
        {
            lost.FakeMiner.Add(number % 2 == 0 ? Lost.Proven(number) : Lost.PreCommitted(number));
        }

        SectorLookup lookup = await lost.OpenAsync(Cancellation);
        ulong[] asked = [.. Enumerable.Range(0, 41).Select(i => (ulong)(40 - i))];
        IReadOnlyList<SectorLookupResult> results = await lookup.FindAllAsync(asked, 8, Cancellation);
        Assert.Equal(asked, results.Select(result => result.Sector.Number));
        Assert.Equal(FailureKind.NotOnChain, results[0].Failure?.Kind);
        Assert.All(results.Skip(1), result =>
        {
            Assert.Null(result.Failure);
            Assert.Equal(lost.Chain.Ticket(1000, 12_000 + (long)result.Sector.Number), result.Facts!.Ticket.Value);
        });
    }

    [Fact]
    public async Task When_the_node_goes_away_the_rest_is_not_tried_one_by_one()
    {
        await using Lost lost = await Lost.StartAsync();
        SectorLookup lookup = await lost.OpenAsync(Cancellation);
        lost.Node.Inject("*", Fault.Html);
        IReadOnlyList<SectorLookupResult> results = await lookup.FindAllAsync(Enumerable.Range(0, 50).Select(i => (ulong)i), 1, Cancellation);
        Assert.Equal(50, results.Count);
        Assert.All(results, result => Assert.Equal(FailureKind.NodeUnreachable, result.Failure?.Kind));
        Assert.Equal(3, lost.Node.Count("StateSectorGetInfo"));
    }
}
