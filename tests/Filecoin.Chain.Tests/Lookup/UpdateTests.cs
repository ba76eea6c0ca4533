using Filecoin.Chain.Facts;
using Filecoin.Chain.Lookup;
using Filecoin.Primitives;
using Xunit;

namespace SealerRecover.Tests.Chain;

/// <summary>Snapped sectors: the key's facts, and the update's pieces from each list alone.</summary>
public sealed class UpdateTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(27)]
    [InlineData(29)]
    [InlineData(35)]
    public async Task A_snapped_sector_is_its_key_and_the_pieces_that_its_updating_message_names(int method)
    {
        await using Lost lost = await Lost.StartAsync();
        FakeSector sector = Holding.Snapped(method);
        sector = sector with { Update = sector.Update! with { DealIds = lost.AddDeals(Holding.Pieces, until: Holding.UpdateEpoch) } };

        SectorFacts facts = await lost.FindAsync(sector, Cancellation);

        Assert.Equal(Lost.CommR(99), facts.SealedCid.ToCid());
        Assert.Null(facts.Data);
        Assert.Equal((12_002L, 13_000L, Lost.Activation), (facts.TicketEpoch, facts.PreCommitEpoch, facts.Activation));
        Assert.NotNull(facts.Update);
        Assert.Equal(Lost.CommR(2), facts.Update.SealedCid.ToCid());
        Assert.Equal(Holding.UpdateEpoch, facts.Update.Epoch);
        Assert.Equal(Holding.AsFound(Holding.Pieces), facts.Update.Data.Pieces);
        Assert.True(facts.Update.Data.OrderKnown);
        Assert.Equal(method == 29 ? Holding.CommD : null, facts.Update.Data.CommD?.ToCid());
        Assert.Contains($"ProveReplicaUpdates{(method - 27) switch { 0 => "", 2 => "2", _ => "3" }} message at epoch 16000", facts.Update.Data.Source, StringComparison.Ordinal);
        Assert.Empty(facts.Notes);
    }

    [Fact]
    public async Task An_update_through_another_actor_is_found_by_its_event_with_its_commitment()
    {
        await using Lost lost = await Lost.StartAsync();
        lost.Node.KeepsEvents = true;
        SectorFacts facts = await lost.FindAsync(Holding.Snapped(method: 9) with { UnsealedCid = null }, Cancellation);
        Assert.Equal(Holding.AsFound(Holding.Pieces), facts.Update?.Data.Pieces);
        Assert.Equal(Holding.CommD, facts.Update?.Data.CommD?.ToCid());
        Assert.Equal("the event sector-updated at epoch 16000, in its order", facts.Update?.Data.Source);
    }

    [Fact]
    public async Task A_node_that_tells_the_deals_of_sectors_needs_no_message()
    {
        await using Lost lost = await Lost.StartAsync();
        lost.Node.OldLotus = true;
        FakeSector sector = Holding.Snapped(method: 9);
        sector = sector with { Update = sector.Update! with { DealIds = lost.AddDeals(Holding.Pieces) } };
        SectorFacts facts = await lost.FindAsync(sector, Cancellation);
        Assert.Equal("the deals that its record on chain names, in its order", facts.Update?.Data.Source);
    }

    [Fact]
    public async Task Claims_give_an_update_without_order()
    {
        await using Lost lost = await Lost.StartAsync();
        lost.FakeMiner.Claims.Add(new FakeClaim(2, Holding.Pieces[1]) { From = Holding.UpdateEpoch + 1 });
        SectorFacts facts = await lost.FindAsync(Holding.Snapped(method: 9), Cancellation);
        Assert.Equal(Holding.AsFound(Holding.Pieces[1]), facts.Update?.Data.Pieces);
        Assert.False(facts.Update?.Data.OrderKnown);
        Assert.Null(facts.Update?.Data.CommD);
    }

    [Theory]
    [InlineData(true, 0)]
    [InlineData(false, 0)]
    [InlineData(true, 1)]
    [InlineData(false, 3)]
    public async Task An_update_before_an_extension_is_found_by_halving_across_null_rounds(bool tellsPowerBase, int nullRounds)
    {
        await using Lost lost = await Lost.StartAsync();
        for (int i = 1; i <= nullRounds; i++)
        {
            lost.Chain.NullRounds.Add(Holding.UpdateEpoch + i);
            lost.Chain.NullRounds.Add(Holding.UpdateEpoch - i);
        }

        SectorFacts facts = await lost.FindAsync(Holding.Snapped() with { ExtendedAt = 19_000, TellsPowerBaseEpoch = tellsPowerBase }, Cancellation);

        Assert.Equal(Holding.UpdateEpoch, facts.Update?.Epoch);
        Assert.Equal(Holding.AsFound(Holding.Pieces), facts.Update?.Data.Pieces);
        Assert.Empty(facts.Notes);
        Assert.InRange(lost.Node.Count("StateSectorGetInfo"), 10, 20);
    }

    [Fact]
    public async Task Where_the_states_between_are_gone_the_power_base_epoch_is_taken_and_noted()
    {
        await using Lost lost = await Lost.StartAsync();
        lost.FakeMiner.Add(Holding.Snapped());
        SectorLookup lookup = await lost.OpenAsync(Cancellation);

        // The head's answer, then the node forgets.
        lost.Node.Inject("StateSectorGetInfo", Fault.Delay(TimeSpan.Zero), times: 1);
        lost.Node.Inject("StateSectorGetInfo", Fault.Error("failed to load state tree bafy: ipld: could not find bafy"));
        SectorFacts facts = await lookup.FindAsync(2, Cancellation);

        Assert.Equal(Holding.UpdateEpoch, facts.Update?.Epoch);
        Assert.Equal(Holding.AsFound(Holding.Pieces), facts.Update?.Data.Pieces);
        Assert.Contains("taken to have been updated at epoch 16000", Assert.Single(facts.Notes), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_update_to_zeros_has_no_pieces_and_says_so()
    {
        await using Lost lost = await Lost.StartAsync();
        FakeSector sector = Holding.Snapped();
        SectorFacts facts = await lost.FindAsync(
            sector with { SectorKeyCid = sector.SealedCid, Update = sector.Update! with { Pieces = [], UnsealedCid = null } }, Cancellation);
        Assert.Equal([], facts.Update!.Data.Pieces);
        Assert.Equal(ZeroCommitments.ForSector(SectorSize.KiB2), facts.Update.Data.CommD);
        Assert.Equal(Holding.UpdateEpoch, facts.Update.Epoch);

        // With another CommR than its key's it cannot be one, whatever says so.
        lost.Node.KeepsEvents = true;
        OperatorException error = await Assert.ThrowsAsync<OperatorException>(
            () => lost.FindAsync(sector with { Update = sector.Update! with { Pieces = [], UnsealedCid = null } }, Cancellation));
        Assert.Contains("they are said to be zeros, but then its SealedCID would be that of its key", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_that_was_sealed_over_data_has_that_too()
    {
        await using Lost lost = await Lost.StartAsync();
        SectorFacts facts = await lost.FindAsync(
            Holding.Snapped() with { UnsealedCid = Holding.CommDOf(Holding.Piece(4, 512)), Pieces = [Holding.Piece(4, 512)], ProvedWithPieces = true }, Cancellation);
        Assert.Equal(Holding.AsFound(Holding.Piece(4, 512)), facts.Data?.Pieces);
        Assert.Equal(Holding.CommDOf(Holding.Piece(4, 512)), facts.Data?.CommD?.ToCid());
        Assert.Equal(Holding.AsFound(Holding.Pieces), facts.Update?.Data.Pieces);
    }

    [Fact]
    public async Task A_non_interactive_sector_can_be_snapped_too()
    {
        await using Lost lost = await Lost.StartAsync();
        FakeSector sector = Lost.Proven(2, proof: 15) with
        {
            SectorKeyCid = Lost.CommR(99),
            Update = new FakeUpdate(Holding.UpdateEpoch) { Pieces = Holding.Pieces },
        };
        SectorFacts facts = await lost.FindAsync(sector, Cancellation);
        Assert.Equal(Lost.CommR(99), facts.SealedCid.ToCid());
        Assert.Equal(12_002, facts.TicketEpoch);
        Assert.Null(facts.Data);
        Assert.Equal(Holding.AsFound(Holding.Pieces), facts.Update?.Data.Pieces);
    }

    [Fact]
    public async Task An_update_nobody_tells_of_fails_with_what_each_list_said()
    {
        await using Lost lost = await Lost.StartAsync();
        OperatorException error = await Assert.ThrowsAsync<OperatorException>(() => lost.FindAsync(Holding.Snapped(method: 9), Cancellation));
        Assert.Equal(FailureKind.NotSupported, error.Kind);
        Assert.StartsWith(
            "f01000 sector 2 was updated with data, but nothing tells which pieces (the market's deals: its record on chain names none; ",
            error.Message,
            StringComparison.Ordinal);
    }
}
