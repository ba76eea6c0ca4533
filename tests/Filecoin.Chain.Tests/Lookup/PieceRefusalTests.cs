using Filecoin.Chain.Facts;
using Filecoin.Chain.Lookup;
using Filecoin.Primitives;
using Xunit;

namespace SealerRecover.Tests.Chain;

/// <summary>Lists of pieces that are missing, wrong or hostile.</summary>
public sealed class PieceRefusalTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>Sectors with data of which nothing tells the pieces.</summary>
    public static TheoryData<string> Untold => new("deal weight", "verified weight", "huge weight", "deals", "deals, old node", "unsealed cid",
        "unsealed cid of other size", "pre-committed with data", "pre-committed with deals");

    [Theory]
    [MemberData(nameof(Untold))]
    public async Task A_sector_with_data_nobody_tells_of_fails_with_what_each_list_said(string what)
    {
        await using Lost lost = await Lost.StartAsync();
        lost.Node.OldLotus = what == "deals, old node";
        FakeSector sector = what switch
        {
            "deal weight" => Lost.Proven(2) with { DealWeight = "1" },
            "verified weight" => Lost.Proven(2) with { VerifiedDealWeight = "10" },
            "huge weight" => Lost.Proven(2) with { VerifiedDealWeight = new string('9', 10_000) },
            "deals" or "deals, old node" => Lost.Proven(2) with { DealIds = [5432] },
            "unsealed cid" => Lost.Proven(2) with { UnsealedCid = Holding.CommD },
            "unsealed cid of other size" => Lost.Proven(2) with { UnsealedCid = ZeroCommitments.ForSector(SectorSize.MiB8).ToCid() },
            "pre-committed with data" => Lost.PreCommitted(2) with { UnsealedCid = Holding.CommD },
            _ => Lost.PreCommitted(2) with { DealIds = [0] },
        };

        OperatorException error = await Assert.ThrowsAsync<OperatorException>(() => lost.FindAsync(sector, Cancellation));

        Assert.StartsWith("f01000 sector 2 holds data, but nothing tells which pieces (the market's deals: ", error.Message, StringComparison.Ordinal);
        Assert.Contains(sector.DealIds.Length == 0 ? "its pre-commit names none" : $"deal {sector.DealIds[0]} is not to be found", error.Message, StringComparison.Ordinal);
        Assert.Contains("; the message that proved or updated it: ", error.Message, StringComparison.Ordinal);
        Assert.Contains("; the miner actor's events: ", error.Message, StringComparison.Ordinal);
        Assert.Contains("; the claims of verified data: ", error.Message, StringComparison.Ordinal);
        Assert.Contains("metadata file", error.Hint.ToString(), StringComparison.Ordinal);

        // With CommD all the rest can be written down, so it is still looked for.
        Assert.Equal(sector.UnsealedCid is null ? 0 : 1, lost.Node.Count("StateGetRandomnessFromTickets"));
    }

    [Fact]
    public async Task A_deal_with_another_provider_is_named()
    {
        await using Lost lost = await Lost.StartAsync();
        FakeSector sector = Holding.Sector() with { DealIds = lost.AddDeals(Holding.Pieces) };
        lost.Chain.Deals[2] = lost.Chain.Deals[2] with { Provider = Address.Parse("f01001") };
        Assert.Contains("deal 2 is with another provider, f01001", (await FailsAsync(lost, sector)).Message, StringComparison.Ordinal);

        // The miner under another of its addresses is the same miner.
        lost.Chain.Deals[2] = lost.Chain.Deals[2] with { Provider = lost.FakeMiner.RobustAddress };
        Assert.NotNull((await lost.FindAsync(sector, Cancellation)).Data);
    }

    /// <summary>Pieces that cannot be a 2KiB sector's, and the complaint.</summary>
    public static TheoryData<string, string> Absurd => new()
    {
        { "0", "0 bytes is no padded size" },
        { "64", "64 bytes is no padded size" },
        { "127", "127 bytes is no padded size" },
        { "1000", "1000 bytes is no padded size" },
        { "4096", "4096 bytes is larger than the sector" },
        { "9223372036854775808", "9223372036854775808 bytes is larger than the sector" },
        { "18446744073709551615", "18446744073709551615 bytes is larger than the sector" },
        { "2048 128", "its 2 pieces are more than a sector of 2KiB can hold" },
        { "128 2048", "its 2 pieces are more than a sector of 2KiB can hold" },
        { "128 1024 512 512", "its 4 pieces are more than a sector of 2KiB can hold" },
        { "sealed", "is not the CID of a piece" },
        { "", "there are none" },
    };

    [Theory]
    [MemberData(nameof(Absurd))]
    public async Task Pieces_that_cannot_be_are_refused_from_every_list(string sizes, string says)
    {
        await using Lost lost = await Lost.StartAsync();
        lost.Node.KeepsEvents = true;
        FakePiece[] pieces = sizes == "sealed"
            ? [new FakePiece(Lost.CommR(1), 128)]
            : [.. sizes.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select((size, i) => Holding.Piece(i, ulong.Parse(size, System.Globalization.CultureInfo.InvariantCulture)))];
        FakeSector sector = Holding.Sector() with { DealIds = lost.AddDeals(pieces), Pieces = pieces, ProvedWithPieces = true };
        foreach (FakePiece piece in pieces)
        {
            lost.FakeMiner.Claims.Add(new FakeClaim(2, piece));
        }

        OperatorException error = await FailsAsync(lost, sector);

        // In no order the pieces may still fit, so claims complain of the size that fails alone.
        int complaints = pieces.Length switch { 0 => 2, > 2 => 3, _ => 4 };
        if (pieces.Length <= 2)
        {
            Assert.Equal(complaints, error.Message.Split(says).Length - 1);
        }

        Assert.Contains(says, error.Message, StringComparison.Ordinal);
        Assert.True(error.Message.Length < 2000);
    }

    [Fact]
    public async Task Pieces_that_fit_in_another_order_are_taken_in_the_one_that_gives_CommD()
    {
        await using Lost lost = await Lost.StartAsync();
        FakePiece[] pieces = [Holding.Piece(1, 128), Holding.Piece(2, 1024), Holding.Piece(3, 512), Holding.Piece(4, 256)];
        FakePiece[] order = [pieces[1], pieces[2], pieces[0], pieces[3]];
        FakeSector sector = Holding.Sector() with { Pieces = pieces, ProvedWithPieces = true, UnsealedCid = Holding.CommDOf(order) };
        foreach (FakePiece piece in pieces)
        {
            lost.FakeMiner.Claims.Add(new FakeClaim(2, piece));
        }

        SectorFacts facts = await lost.FindAsync(sector, Cancellation);

        Assert.Equal(Holding.AsFound(order), facts.Data?.Pieces);
        Assert.True(facts.Data?.OrderKnown);
        Assert.Contains(facts.Notes, note => note.Contains("its 4 pieces are more than a sector of 2KiB can hold", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Too_many_or_repeated_deals_are_refused_without_asking_for_them()
    {
        await using Lost lost = await Lost.StartAsync();
        FakeSector sector = Holding.Sector() with { DealIds = [.. Enumerable.Range(1, 513).Select(i => (ulong)i)] };
        Assert.Contains("513 deals are more than any sector has", (await FailsAsync(lost, sector)).Message, StringComparison.Ordinal);
        Assert.Contains("stands twice", (await FailsAsync(lost, sector with { DealIds = [7, 8, 7] })).Message, StringComparison.Ordinal);
        Assert.Equal(0, lost.Node.Count("StateMarketStorageDeal"));
    }

    [Fact]
    public async Task An_event_that_contradicts_the_pre_commit_is_refused()
    {
        await using Lost lost = await Lost.StartAsync();
        lost.Node.KeepsEvents = true;
        lost.Node.Inject("StateSectorPreCommitInfo", Fault.Result(
            $$$"""{"Info":{"SealProof":5,"SectorNumber":2,"SealedCID":{"/":"{{{Lost.CommR(2)}}}"},"SealRandEpoch":12002,"UnsealedCid":{"/":"{{{Holding.Piece(50, 128).Cid}}}"}},"PreCommitEpoch":13000}"""));
        OperatorException error = await FailsAsync(lost, Holding.Sector());
        Assert.Contains($"they are said to give CommD {Holding.CommD}, but the sector has {Holding.Piece(50, 128).Cid}", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_pruned_node_is_the_kind_of_failure_even_when_other_lists_answered()
    {
        await using Lost lost = await Lost.StartAsync();
        lost.Node.MessagesKeptFrom = 18_000;
        OperatorException error = await FailsAsync(lost, Holding.Sector());
        Assert.Equal(FailureKind.StatePruned, error.Kind);
        Assert.Contains("archive node", error.Hint.ToString(), StringComparison.Ordinal);

        // The deal is gone at the head, and the state that had it is gone from the node.
        lost.Node.MessagesKeptFrom = 0;
        lost.AddDeals(Holding.Pieces, until: 13_001);
        lost.Node.StateKeptFrom = 18_000;
        error = await FailsAsync(lost, Lost.PreCommitted(3) with { UnsealedCid = Holding.CommD, DealIds = [1] });
        Assert.Equal(FailureKind.StatePruned, error.Kind);
    }

    [Fact]
    public async Task A_gateway_without_these_methods_says_so()
    {
        await using Lost lost = await Lost.StartAsync();
        lost.Node.MissingMethods.UnionWith(["StateMarketStorageDeal", "ChainGetMessagesInTipset", "GetActorEventsRaw", "StateGetClaims"]);
        OperatorException error = await FailsAsync(lost, Holding.Sector() with { DealIds = [1] });
        Assert.Equal(FailureKind.NotSupported, error.Kind);
        Assert.Equal(5, error.Message.Split("does not offer this method").Length);
    }

    [Fact]
    public async Task Sectors_whose_pieces_nobody_tells_do_not_make_the_node_count_as_gone()
    {
        await using Lost lost = await Lost.StartAsync();
        for (ulong number = 0; number < 10; number++)
        {
            lost.FakeMiner.Add(number < 9 ? Holding.Sector(number) : Lost.Proven(number));
        }

        SectorLookup lookup = await lost.OpenAsync(Cancellation);
        IReadOnlyList<SectorLookupResult> found = await lookup.FindAllAsync(Enumerable.Range(0, 10).Select(i => (ulong)i), 1, Cancellation);
        Assert.All(found.SkipLast(1), result => Assert.Contains("nothing tells which pieces", result.Failure?.Message, StringComparison.Ordinal));
        Assert.NotNull(found[9].Facts);
    }

    [Fact]
    public async Task All_but_the_pieces_is_told_beside_the_failure_where_CommD_is_known_or_an_update_and_asked_about_again()
    {
        await using Lost lost = await Lost.StartAsync();
        lost.FakeMiner.Add(Lost.PreCommitted(1) with { UnsealedCid = Holding.CommD });
        lost.FakeMiner.Add(Lost.Proven(2) with { DealWeight = "1" });
        FakeSector snapped = Holding.Snapped() with { Number = 3 };
        lost.FakeMiner.Add(snapped with { Update = snapped.Update! with { Method = 0 } });
        SectorLookup lookup = await lost.OpenAsync(Cancellation);

        IReadOnlyList<SectorLookupResult> found = await lookup.FindAllAsync([1, 2, 3], 1, Cancellation);

        SectorData data = found[0].Facts!.Data!;
        Assert.True(data.PiecesUntold);
        Assert.Equal(Holding.CommD, data.CommD!.Value.ToCid());
        Assert.StartsWith("until it is proven only who sealed it knows its pieces: ", found[0].Failure!.Hint.ToString(), StringComparison.Ordinal);
        Assert.Null(found[1].Facts);
        Assert.StartsWith("name an archive node ", found[1].Failure!.Hint.ToString(), StringComparison.Ordinal);
        SectorUpdate update = found[2].Facts!.Update!;
        Assert.True(update.Data.PiecesUntold);
        Assert.Equal(snapped.SealedCid, update.SealedCid.ToCid());
        Assert.Contains("was updated with data, but nothing tells which pieces", found[2].Failure!.Message, StringComparison.Ordinal);
        IReadOnlyList<SectorLookupResult> again = await lookup.FindAllAsync([1, 3], 1, number => found[(int)number - 1].Facts, _ => { }, Cancellation);
        Assert.All(again, result => Assert.True(result is { IsKept: false, Failure: not null }));
    }

    [Fact]
    public async Task A_node_that_falls_silent_is_unreachable()
    {
        await using Lost lost = await Lost.StartAsync();
        lost.Node.Inject("ChainGetMessagesInTipset", Fault.Html);
        Assert.Equal(FailureKind.NodeUnreachable, (await FailsAsync(lost, Holding.Sector())).Kind);
    }

    /// <summary>Hostile answers: method and result.</summary>
    public static TheoryData<string, string> Hostile => new()
    {
        { "StateMarketStorageDeal", "null" },
        { "StateMarketStorageDeal", """{"Proposal":null}""" },
        { "StateMarketStorageDeal", """{"Proposal":{"PieceCID":{"/":"../../etc"},"PieceSize":128,"Provider":"f01000"}}""" },
        { "StateMarketStorageDeal", $$$"""{"Proposal":{"PieceCID":{"/":"{{{Holding.CommD}}}"},"PieceSize":-128,"Provider":"f01000"}}""" },
        { "StateMarketStorageDeal", $$$"""{"Proposal":{"PieceCID":{"/":"{{{Holding.CommD}}}"},"PieceSize":128,"Provider":"<empty>"}}""" },
        { "ChainGetMessagesInTipset", """[{"Cid":{"/":"bafkqaaa"},"Message":{"To":"f01000","Method":34,"Params":"!!"}}]""" },
        { "ChainGetMessagesInTipset", """[{"Cid":{"/":"bafkqaaa"},"Message":{"To":"f01000","Method":34,"Params":null}}]""" },
        { "ChainGetMessagesInTipset", """[{"Cid":{"/":"bafkqaaa"},"Message":{"To":"f01000","Method":34,"Params":"gYGBgYGBgYE="}}]""" },
        { "ChainGetMessagesInTipset", "[null]" },
        { "GetActorEventsRaw", "null" },
        { "GetActorEventsRaw", "[null]" },
        { "GetActorEventsRaw", """[{"entries":[null,null,null],"emitter":"f01000","height":15000}]""" },
        { "GetActorEventsRaw", "{}" },
        { "GetActorEventsRaw", """[{"entries":[],"emitter":"f01000","height":15000}]""" },
        { "GetActorEventsRaw", """[{"entries":null,"emitter":"f01000","height":15000}]""" },
        { "GetActorEventsRaw", """[{"entries":[{"Key":"$type","Codec":81,"Value":"gYGB"},{"Key":"sector","Codec":81,"Value":"Ag=="},{"Key":"unsealed-cid","Codec":81,"Value":"9g=="}],"emitter":"f01000","height":15000}]""" },
        { "GetActorEventsRaw", """[{"entries":[{"Key":"$type","Codec":81,"Value":"cHNlY3Rvci1hY3RpdmF0ZWQ="},{"Key":"sector","Codec":81,"Value":"Ag=="},{"Key":"unsealed-cid","Codec":81,"Value":"9g=="},{"Key":"piece-size","Codec":81,"Value":"GIA="},{"Key":"piece-cid","Codec":81,"Value":"9g=="}],"emitter":"f01000","height":15000}]""" },
        { "StateGetClaims", "[]" },
        { "StateGetClaims", "null" },
        { "StateGetClaims", """{"1":null}""" },
        { "StateGetClaims", """{"1":{"Provider":1000,"Data":{"/":"bafkqaaa"},"Size":128,"Sector":2}}""" },
        { "StateGetClaims", """{"1":{"Provider":1000,"Data":{"/":"bafkqaaa"},"Size":1e99,"Sector":2}}""" },
    };

    [Theory]
    [MemberData(nameof(Hostile))]
    public async Task Hostile_answers_are_one_sentence_and_the_next_list_is_asked(string method, string result)
    {
        await using Lost lost = await Lost.StartAsync();
        lost.Node.KeepsEvents = method == "GetActorEventsRaw";
        lost.Node.Inject(method, Fault.Result(result));
        OperatorException error = await FailsAsync(lost, Holding.Sector() with { DealIds = method == "StateMarketStorageDeal" ? [1] : [] });
        Assert.DoesNotContain('\n', error.Message);
        Assert.Equal(4, error.Message.Split("; the ").Length);
    }

    private static Task<OperatorException> FailsAsync(Lost lost, FakeSector sector) =>
        Assert.ThrowsAsync<OperatorException>(() => lost.FindAsync(sector, Cancellation));
}
