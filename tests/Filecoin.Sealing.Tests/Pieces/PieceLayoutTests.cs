using System.Text.Json.Nodes;
using Filecoin.Cryptography;
using Filecoin.Primitives;
using Filecoin.Sealing.Pieces;
using SealerRecover.Tests;
using Xunit;

namespace Filecoin.Sealing.Tests.Pieces;

public class PieceLayoutTests
{
    private static readonly JsonArray Layouts = VectorFiles.Read("commp.json")["comm_d_layouts"]!.AsArray();

    public static TheoryData<int> AllLayouts => [.. Enumerable.Range(0, Layouts.Count)];

    [Theory]
    [MemberData(nameof(AllLayouts))]
    public void CommD_and_places_are_those_of_the_reference(int index)
    {
        JsonNode vector = Layouts[index]!;
        SectorSize size = new((long)vector["sector_size"]!);
        PieceInfo[] pieces = [.. vector["pieces"]!.AsArray().Select(node => Piece((string)node!["commp"]!, (long)node["padded"]!))];

        Assert.Null(vector["error"]);
        Assert.Equal((string)vector["comm_d"]!, PieceLayout.ComputeCommD(size, pieces).Value.ToString());

        IReadOnlyList<PlacedPiece> placed = PieceLayout.Arrange(size, pieces);
        Assert.Equal(
            vector["pieces"]!.AsArray().Select(node => (long)node!["add_piece_padded_offset"]!),
            placed.Where(piece => !piece.IsFiller).Select(piece => piece.Offset));
        Assert.Equal(pieces, placed.Where(piece => !piece.IsFiller).Select(piece => piece.Piece));
    }

    [Theory]
    [MemberData(nameof(AllLayouts))]
    public void A_layout_fills_the_sector_without_gap_and_aligned(int index)
    {
        JsonNode vector = Layouts[index]!;
        SectorSize size = new((long)vector["sector_size"]!);
        PieceInfo[] pieces = [.. vector["pieces"]!.AsArray().Select(node => Piece((string)node!["commp"]!, (long)node["padded"]!))];

        long used = 0;
        foreach (PlacedPiece piece in PieceLayout.Arrange(size, pieces))
        {
            Assert.Equal(used, piece.Offset);
            Assert.Equal(0, piece.Offset % piece.Piece.PaddedSize);
            Assert.Equal(piece.IsFiller, piece.Piece == PieceCommitment.Zero(piece.Piece.PaddedSize));
            used += piece.Piece.PaddedSize;
        }

        Assert.Equal(size.Bytes, used);
    }

    // Offsets 128, then 2048 of 4096: before it 128, 256, 512, 1024; after it nothing. Smallest first on both sides.
    [Fact]
    public void Fillers_come_smallest_first()
    {
        SectorSize size = new(8192);

        IReadOnlyList<PlacedPiece> placed = PieceLayout.Arrange(size, [Piece(1, 128), Piece(2, 2048)]);

        Assert.Equal([128, 128, 256, 512, 1024, 2048, 4096], placed.Select(piece => piece.Piece.PaddedSize));
        Assert.Equal([false, true, true, true, true, false, true], placed.Select(piece => piece.IsFiller));
        Assert.Equal([128, 256, 512, 1024, 2048, 4096], PieceLayout.Arrange(size, [Piece(1, 128)]).Skip(1).Select(p => p.Piece.PaddedSize));
    }

    [Fact]
    public void Fillers_given_explicitly_change_nothing_but_the_end()
    {
        SectorSize size = new(8192);
        PieceInfo[] pieces = [Piece(1, 256), Piece(2, 2048), Piece(3, 128)];
        PieceInfo[] all = [.. PieceLayout.Arrange(size, pieces).Select(piece => piece.Piece)];

        Assert.Equal(PieceLayout.ComputeCommD(size, all), PieceLayout.ComputeCommD(new SectorSize(32768), all));
        Assert.Equal(PieceLayout.ComputeCommD(size, pieces), PieceLayout.ComputeCommD(size, all));

        // Half a sector alone: not extended by compute_comm_d, extended by the layout.
        PieceInfo half = Piece(4, 4096);
        Assert.Equal(half.CommP, PieceLayout.ComputeCommD(size, [half]));
        Assert.Equal(
            PieceCommitment.Join(half.CommP, PieceCommitment.Zero(4096).CommP),
            PieceLayout.ComputeCommD(size, [.. PieceLayout.Arrange(size, [half]).Select(piece => piece.Piece)]));
    }

    [Theory]
    [InlineData(2048, new long[] { 2048, 128 })]
    [InlineData(2048, new long[] { 4096 })]
    [InlineData(2048, new long[] { 1024, 512, 1024 })]
    public void More_than_the_sector_holds_is_refused(long sector, long[] sizes)
    {
        PieceInfo[] pieces = [.. sizes.Select((size, i) => Piece(i, size))];

        Assert.Equal(FailureKind.BadInput, Assert.Throws<OperatorException>(() => PieceLayout.ComputeCommD(new(sector), pieces)).Kind);
        Assert.Equal(FailureKind.BadInput, Assert.Throws<OperatorException>(() => PieceLayout.Arrange(new(sector), pieces)).Kind);
    }

    [Fact]
    public void Too_many_pieces_are_refused_by_their_number()
    {
        PieceInfo[] pieces = [.. Enumerable.Range(0, 17).Select(i => Piece(i, 128))];

        OperatorException failure = Assert.Throws<OperatorException>(() => PieceLayout.ComputeCommD(SectorSize.KiB2, pieces));

        Assert.Contains("17 pieces", failure.Message, StringComparison.Ordinal);
        Assert.Equal(16, PieceLayout.Arrange(SectorSize.KiB2, pieces[..16]).Length);
        Assert.Throws<OperatorException>(() => PieceLayout.Arrange(SectorSize.KiB2, pieces));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(127)]
    [InlineData(192)]
    [InlineData(-2048)]
    [InlineData(long.MaxValue)]
    public void Sizes_that_are_no_power_of_two_are_refused(long size)
    {
        Assert.Throws<OperatorException>(() => PieceLayout.ComputeCommD(SectorSize.KiB2, [Piece(0, size)]));
        Assert.Throws<OperatorException>(() => PieceLayout.Arrange(SectorSize.KiB2, [Piece(0, 128), Piece(1, size)]));
    }

    private static PieceInfo Piece(string commP, long padded) => new(new CommD(Bytes32.FromHex(commP)), padded);

    private static PieceInfo Piece(int seed, long padded) =>
        new(new CommD(new Bytes32(VectorFiles.Stream($"piece-{seed}", 32)).ClearTopTwoBits()), padded);
}
