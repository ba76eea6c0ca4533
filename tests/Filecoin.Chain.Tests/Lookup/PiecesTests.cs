using Filecoin.Chain.Facts;
using Filecoin.Chain.Lookup;
using Filecoin.Primitives;
using Xunit;

namespace SealerRecover.Tests.Chain;

/// <summary>Each way of finding the pieces a sector was sealed over, alone.</summary>
public sealed class PiecesTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Deals_of_the_pre_commit_give_pieces_in_their_order(bool old)
    {
        await using Lost lost = await Lost.StartAsync();
        lost.Node.OldLotus = old;
        Cid commD = Holding.CommDOf(Holding.Pieces[1], Holding.Pieces[2], Holding.Pieces[0]);
        FakeSector sector = Holding.Sector() with { DealIds = [2, 3, 1], UnsealedCid = commD };
        lost.AddDeals(Holding.Pieces);

        SectorFacts facts = await lost.FindAsync(sector, Cancellation);

        Assert.NotNull(facts.Data);
        Assert.Equal(Holding.AsFound(Holding.Pieces[1], Holding.Pieces[2], Holding.Pieces[0]), facts.Data.Pieces);
        Assert.True(facts.Data.OrderKnown);
        Assert.Equal(old ? null : commD, facts.Data.CommD?.ToCid());
        Assert.Equal("the deals that its pre-commit names, in its order", facts.Data.Source);
        Assert.Equal(sector.SealedCid, facts.SealedCid.ToCid());
        Assert.Equal(12_002, facts.TicketEpoch);
        Assert.Null(facts.Update);
        Assert.Empty(facts.Notes);
        Assert.Equal(0, lost.Node.Count("ChainGetMessagesInTipset"));
    }

    [Fact]
    public async Task Deals_of_a_sector_that_waits_to_be_proven_are_found_at_the_head_or_soon_after_its_pre_commit()
    {
        await using Lost lost = await Lost.StartAsync();
        FakeSector sector = Lost.PreCommitted(3) with { UnsealedCid = Holding.CommD, DealIds = lost.AddDeals(Holding.Pieces) };
        Assert.Equal(Holding.AsFound(Holding.Pieces), (await lost.FindAsync(sector, Cancellation)).Data?.Pieces);

        lost.AddDeals(Holding.Pieces, until: 13_001);
        Assert.Equal(Holding.AsFound(Holding.Pieces), (await lost.FindAsync(sector, Cancellation)).Data?.Pieces);
    }

    [Fact]
    public async Task Deals_that_have_ended_are_found_in_the_state_in_which_the_sector_was_proven()
    {
        await using Lost lost = await Lost.StartAsync();
        FakeSector sector = Holding.Sector() with { DealIds = lost.AddDeals(Holding.Pieces, until: Lost.Activation) };

        SectorFacts facts = await lost.FindAsync(sector, Cancellation);

        Assert.Equal(Holding.AsFound(Holding.Pieces), facts.Data?.Pieces);
        Assert.Empty(facts.Notes);

        // Only the first deal is looked for in both states.
        Assert.Equal(1 + Holding.Pieces.Length, lost.Node.Count("StateMarketStorageDeal"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_message_that_proved_it_gives_pieces_in_their_order(bool throughRobustAddress)
    {
        await using Lost lost = await Lost.StartAsync();
        FakeSector sector = Holding.Sector() with { ProvedWithPieces = true, ProvedTo = throughRobustAddress ? lost.FakeMiner.RobustAddress : null };

        // Another miner's sector of the same number, proven in the same epoch, must not be taken for it.
        lost.Chain.AddMiner(1001, SectorSize.KiB2).Add(sector with { Pieces = [Holding.Piece(9, 128)], ProvedTo = null });
        SectorFacts facts = await lost.FindAsync(sector, Cancellation);

        Assert.NotNull(facts.Data);
        Assert.Equal(Holding.AsFound(Holding.Pieces), facts.Data.Pieces);
        Assert.True(facts.Data.OrderKnown);
        Assert.Equal(Holding.CommD, facts.Data.CommD?.ToCid());
        Assert.Equal("the parameters of the ProveCommitSectors3 message at epoch 15000, in their order", facts.Data.Source);
        Assert.Empty(facts.Notes);
    }

    [Fact]
    public async Task Sectors_proven_in_one_message_fetch_its_tipset_once()
    {
        await using Lost lost = await Lost.StartAsync();
        ulong[] numbers = [.. Enumerable.Range(0, 10).Select(i => (ulong)i)];
        foreach (ulong number in numbers)
        {
            lost.FakeMiner.Add(Holding.Sector(number) with { ProvedWithPieces = true });
        }

        SectorLookup lookup = await lost.OpenAsync(Cancellation);
        IReadOnlyList<SectorLookupResult> found = await lookup.FindAllAsync(numbers, 1, Cancellation);

        Assert.All(found, result => Assert.Equal(Holding.AsFound(Holding.Pieces), result.Facts?.Data?.Pieces));
        Assert.Equal(1, lost.Node.Count("ChainGetMessagesInTipset"));
    }

    [Fact]
    public async Task The_event_gives_pieces_in_their_order_where_no_message_is_seen()
    {
        await using Lost lost = await Lost.StartAsync();
        lost.Node.KeepsEvents = true;
        lost.Node.AddressPrefix = 't';
        SectorFacts facts = await lost.FindAsync(Holding.Sector(), Cancellation);
        Assert.Equal(Holding.AsFound(Holding.Pieces), facts.Data?.Pieces);
        Assert.True(facts.Data?.OrderKnown);
        Assert.Equal("the event sector-activated at epoch 15000, in its order", facts.Data?.Source);
        Assert.Empty(facts.Notes);

        lost.Node.MessagesKeptFrom = 18_000;
        facts = await lost.FindAsync(Holding.Sector(3), Cancellation);
        Assert.Equal(Holding.AsFound(Holding.Pieces), facts.Data?.Pieces);
        Assert.Empty(facts.Notes);
    }

    [Fact]
    public async Task Claims_give_a_set_whose_order_is_the_one_that_gives_CommD()
    {
        await using Lost lost = await Lost.StartAsync();
        lost.FakeMiner.Claims.Add(new FakeClaim(77, Holding.Piece(9, 128)));
        foreach (FakePiece piece in Holding.Pieces)
        {
            lost.FakeMiner.Claims.Add(new FakeClaim(2, piece) { From = Lost.Activation + 1 });
        }

        SectorFacts facts = await lost.FindAsync(Holding.Sector(), Cancellation);

        Assert.NotNull(facts.Data);
        Assert.True(facts.Data.OrderKnown);
        Assert.Equal(Holding.AsFound(Holding.Pieces), facts.Data.Pieces);
        Assert.Equal(Holding.CommD, facts.Data.CommD?.ToCid());
        Assert.Contains("in no order and possibly not all of it", facts.Data.Source, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Claims_that_do_not_give_CommD_are_not_all_of_it()
    {
        await using Lost lost = await Lost.StartAsync();
        lost.FakeMiner.Claims.Add(new FakeClaim(2, Holding.Pieces[0]) { From = Lost.Activation + 1 });
        OperatorException error = await Assert.ThrowsAsync<OperatorException>(() => lost.FindAsync(Holding.Sector(), Cancellation));
        Assert.Equal(FailureKind.SourcesDisagree, error.Kind);
        Assert.Contains(
            $"they are not all, or others: in no order do they give CommD {Holding.CommD} (by the state at epoch 15000)", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Claims_that_have_ended_are_found_in_an_older_state_and_those_beside_unverified_data_are_not_enough()
    {
        await using Lost lost = await Lost.StartAsync();
        lost.FakeMiner.Claims.Add(new FakeClaim(2, Holding.Pieces[0]) { From = Lost.Activation + 1, Until = 19_000 });
        SectorFacts facts = await lost.FindAsync(
            Holding.Sector() with { VerifiedDealWeight = "7", UnsealedCid = Holding.CommDOf(Holding.Pieces[0]) }, Cancellation);
        Assert.Equal(Holding.AsFound(Holding.Pieces[0]), facts.Data?.Pieces);

        OperatorException error = await Assert.ThrowsAsync<OperatorException>(
            () => lost.FindAsync(Holding.Sector() with { VerifiedDealWeight = "7", DealWeight = "1" }, Cancellation));
        Assert.Contains("do not stand for all of its data", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_same_piece_several_times_is_no_mistake()
    {
        await using Lost lost = await Lost.StartAsync();
        FakePiece[] twice = [Holding.Pieces[0], Holding.Pieces[0], Holding.Pieces[1], Holding.Pieces[0]];
        SectorFacts facts = await lost.FindAsync(
            Holding.Sector() with { Pieces = twice[..2], ProvedWithPieces = true, UnsealedCid = Holding.CommDOf(twice[..2]) }, Cancellation);
        Assert.Equal(Holding.AsFound(twice[..2]), facts.Data?.Pieces);
        facts = await lost.FindAsync(
            Holding.Sector(3) with { DealIds = lost.AddDeals(twice[..3]), UnsealedCid = Holding.CommDOf(twice[..3]) }, Cancellation);
        Assert.Equal(Holding.AsFound(twice[..3]), facts.Data?.Pieces);
    }

    /// <summary>What keeps a sector from being taken for data or for zeros wrongly.</summary>
    [Fact]
    public async Task Zeros_said_in_any_way_are_committed_capacity()
    {
        await using Lost lost = await Lost.StartAsync();
        Cid zeros = ZeroCommitments.ForSector(SectorSize.KiB2).ToCid();
        Assert.Null((await lost.FindAsync(Lost.Proven(2) with { UnsealedCid = zeros }, Cancellation)).Data);
        Assert.Null((await lost.FindAsync(Lost.Proven(3), Cancellation)).Data);

        // Deals over zeros: CommD is what counts.
        Assert.Null((await lost.FindAsync(Lost.Proven(4) with { UnsealedCid = zeros, DealIds = [5], DealWeight = "3" }, Cancellation)).Data);
        Assert.Equal(0, lost.Node.Count("StateMarketStorageDeal"));
    }
}
