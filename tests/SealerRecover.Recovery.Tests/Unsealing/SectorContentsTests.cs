using System.Collections.Immutable;
using Filecoin.Chain.Facts;
using Filecoin.Cryptography;
using Filecoin.Primitives;
using Filecoin.Sealing.Pieces;
using SealerRecover.Recovery.Unsealing;
using SectorData = Filecoin.Chain.Facts.SectorData;

namespace SealerRecover.Recovery.Tests.Unsealing;

public sealed class SectorContentsTests
{
    private static readonly SectorSize Size = SectorSize.KiB2;

    private static readonly ImmutableArray<PieceInfo> Pieces = [Piece(1, 128), Piece(2, 512), Piece(1, 128), Piece(3, 256)];

    public static TheoryData<string> Shuffles => ["0123", "3210", "1302", "2031"];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Shuffles))]
    public void A_set_of_pieces_gets_the_order_that_gives_CommD(string shuffle)
    {
        SectorContents known = Contents(Pieces, orderKnown: true, commD: null);
        SectorContents found = Contents([.. shuffle.Select(i => Pieces[i - '0'])], orderKnown: false, known.ComputedCommD);
        Assert.Equal(OrderKnowledge.Found, found.Order);
        Assert.True(found.Agrees);
        Assert.Equal(known.Placed, found.Placed);
    }

    [Fact]
    public void Without_CommD_or_with_a_wrong_one_the_order_stays_unknown()
    {
        SectorContents untold = Contents(Pieces, orderKnown: false, commD: null);
        Assert.Equal((OrderKnowledge.Unknown, null, null), (untold.Order, untold.Agrees, untold.CommD));
        SectorContents wrong = Contents(Pieces, orderKnown: false, ZeroCommitments.ForPiece(1 << 20));
        Assert.Equal((OrderKnowledge.Unknown, false), (wrong.Order, wrong.Agrees));
    }

    [Fact]
    public void Pieces_that_nobody_told_are_no_zeros_and_leave_what_CommD_says()
    {
        CommD commD = Contents(Pieces, orderKnown: true, commD: null).ComputedCommD;
        SectorContents contents = SectorContents.Now(
            Facts(new SectorData { CommD = commD, Pieces = [], OrderKnown = false, PiecesUntold = true, Source = "a test" }), Stop);
        Assert.True(contents.HoldsData);
        Assert.Empty(contents.Placed);
        Assert.Equal((OrderKnowledge.Unknown, commD), (contents.Order, contents.CommD));
        Assert.Equal(new UnsealRange(0, 2032, new PieceInfo(commD, 2048)), UnsealRange.All(contents));
        Assert.Throws<OperatorException>(() => UnsealRange.Of(contents, Pieces[0].CommP.ToString()));
    }

    [Fact]
    public void Equal_pieces_need_no_order()
    {
        SectorContents same = Contents([Piece(7, 256), Piece(7, 256)], orderKnown: false, commD: null);
        Assert.Equal(OrderKnowledge.Given, same.Order);
        Assert.Equal(same.ComputedCommD, same.CommD);
    }

    [Fact]
    public void Zeros_are_no_pieces_that_anybody_has_to_have()
    {
        SectorContents contents = Contents([PieceCommitment.Zero(1024), Piece(1, 512)], orderKnown: true, commD: null);
        Assert.Equal([1024L], contents.Needed.Select(placed => placed.Offset));
        SectorContents cc = SectorContents.Now(Facts(null), Stop);
        Assert.False(cc.HoldsData);
        Assert.True(cc.Agrees);
    }

    [Fact]
    public void A_piece_is_found_by_either_CID_and_checked_against_its_commitment()
    {
        SectorContents contents = Contents(Pieces, orderKnown: true, commD: null);
        UnsealRange version1 = UnsealRange.Of(contents, Pieces[1].CommP.ToString());
        Assert.Equal(new UnsealRange(508, 508, Pieces[1]), version1);
        UnsealRange version2 = UnsealRange.Of(contents, new PieceCidV2(Pieces[1], 300).ToString());
        Assert.Equal(new UnsealRange(508, 300, Pieces[1]), version2);
        Assert.Equal(FailureKind.BadInput, Assert.Throws<OperatorException>(() => UnsealRange.Of(contents, Piece(9, 128).CommP.ToString())).Kind);
        Assert.Equal(FailureKind.BadInput, Assert.Throws<OperatorException>(() => UnsealRange.Of(contents, "bafk")).Kind);
    }

    [Theory]
    [InlineData(0, null, 0, 2032, true)]
    [InlineData(512, 512L, 508, 508, true)]
    [InlineData(512, 256L, 508, 254, false)]
    [InlineData(1536, null, 1524, 508, true)]
    [InlineData(1920, null, 1905, 127, false)]
    public void A_range_of_padded_bytes_is_checked_where_it_is_a_piece_or_all(long offset, long? length, long rawOffset, long rawLength, bool isChecked)
    {
        UnsealRange range = UnsealRange.OfPadded(Contents(Pieces, orderKnown: true, commD: null), offset, length);
        Assert.Equal((rawOffset, rawLength), (range.RawOffset, range.RawLength));
        Assert.Equal(isChecked, range.Piece is not null);
    }

    [Theory]
    [InlineData(-128, null)]
    [InlineData(2048, null)]
    [InlineData(1, 128L)]
    [InlineData(128, 1L)]
    [InlineData(128, 0L)]
    [InlineData(128, -128L)]
    [InlineData(128, 2048L)]
    [InlineData(128, long.MaxValue - 127)]
    public void A_range_that_is_not_whole_groups_within_the_sector_is_refused(long offset, long? length)
    {
        OperatorException refused = Assert.Throws<OperatorException>(
            () => UnsealRange.OfPadded(Contents(Pieces, orderKnown: true, commD: null), offset, length));
        Assert.Equal(FailureKind.BadInput, refused.Kind);
    }

    private static PieceInfo Piece(byte value, long size) => new(new CommD(Bytes32.FromHex(new string('0', 62) + $"{value:x2}")), size);

    private static SectorContents Contents(ImmutableArray<PieceInfo> pieces, bool orderKnown, CommD? commD) => SectorContents.Now(
        Facts(new SectorData { Pieces = pieces, OrderKnown = orderKnown, CommD = commD, Source = "a test" }), Stop);

    private static SectorFacts Facts(SectorData? data) => new()
    {
        Sector = new SectorId(new ActorId(1000), 7),
        SealProof = SealProofs.Get(RegisteredSealProof.StackedDrg2KiBV1_1),
        Ticket = default,
        SealedCid = default,
        Data = data,
    };
}
