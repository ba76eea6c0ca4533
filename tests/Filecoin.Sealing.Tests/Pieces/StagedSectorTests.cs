using System.Text.Json.Nodes;
using Filecoin.Primitives;
using Filecoin.Sealing.Pieces;
using SealerRecover.Tests;
using Xunit;

namespace Filecoin.Sealing.Tests.Pieces;

public sealed class StagedSectorTests : IDisposable
{
    private const long QuickSize = 16L << 20;

    private static readonly JsonNode[] Cases =
        [.. new[] { "seal.json", "layers11.json" }.SelectMany(name => VectorFiles.Read(name)["cases"]!.AsArray()).Select(node => node!)];

    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<string> Ids => [.. Cases.Select(node => (string)node["id"]!)];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Ids))]
    public void The_staged_file_is_that_of_the_reference(string id)
    {
        JsonNode vector = Cases.Single(node => (string)node["id"]! == id);
        SectorSize size = new((long)vector["sector_size"]!);
        Assert.SkipUnless(size.Bytes <= QuickSize || VectorFiles.LongTests, "large sectors take long; set SEALER_RECOVER_LONG_TESTS=1");
        JsonArray pieces = vector["pieces"]!.AsArray();
        IEnumerable<PieceSource> sources = pieces.Select(piece => new PieceSource(
            new MemoryStream(VectorFiles.Stream((string?)piece!["seed"] ?? "", (long)piece["stream_len"]!)),
            (long)piece["unpadded"]!));

        IReadOnlyList<PlacedPiece> placed = StagedSector.Write(_folder["staged"], size, sources, threads: 2, Cancellation);

        Assert.Equal((string)vector["staged_sha256"]!, VectorFiles.Sha256OfFile(_folder["staged"]));
        Assert.Equal(pieces.Select(piece => (string)piece!["commp"]!), placed.Select(piece => piece.Piece.CommP.Value.ToString()));
        Assert.Equal(pieces.Select(piece => (long)piece!["padded_offset"]!), placed.Select(piece => piece.Offset));
        PieceInfo[] all = [.. PieceLayout.Arrange(size, placed.Select(piece => piece.Piece)).Select(piece => piece.Piece)];
        Assert.Equal((string)vector["comm_d"]!, PieceLayout.ComputeCommD(size, all).Value.ToString());
        Assert.Equal(["staged"], _folder.Names);
    }

    [Fact]
    public void A_file_that_stands_there_is_not_overwritten()
    {
        File.WriteAllText(_folder["staged"], "precious");

        OperatorException failure = Assert.Throws<OperatorException>(
            () => StagedSector.Write(_folder["staged"], SectorSize.KiB2, [], threads: 1, Cancellation));

        Assert.Equal(FailureKind.TargetExists, failure.Kind);
        Assert.Equal("precious", File.ReadAllText(_folder["staged"]));
        Assert.Equal(["staged"], _folder.Names);
    }

    [Theory]
    [InlineData(126)]
    [InlineData(128)]
    [InlineData(381)]
    [InlineData(0)]
    [InlineData(-127)]
    public void Sizes_that_no_piece_has_are_refused(long unpadded)
    {
        OperatorException failure = Assert.Throws<OperatorException>(
            () => StagedSector.Write(_folder["staged"], SectorSize.KiB2, [new(Stream.Null, unpadded)], threads: 1, Cancellation));

        Assert.Equal(FailureKind.BadInput, failure.Kind);
        Assert.Empty(_folder.Names);
    }

    [Fact]
    public void Data_that_is_too_long_or_does_not_fit_leaves_nothing()
    {
        PieceSource tooLong = new(new MemoryStream(new byte[128]), 127);
        PieceSource tooLarge = new(Stream.Null, 127 * 32);

        Assert.Throws<OperatorException>(() => StagedSector.Write(_folder["staged"], SectorSize.KiB2, [tooLong], threads: 1, Cancellation));
        Assert.Throws<OperatorException>(() => StagedSector.Write(_folder["staged"], SectorSize.KiB2, [tooLarge], threads: 1, Cancellation));

        Assert.Empty(_folder.Names);
    }

    [Fact]
    public void A_folder_that_is_missing_is_one_clear_sentence()
    {
        OperatorException failure = Assert.Throws<OperatorException>(
            () => StagedSector.Write(_folder["missing/staged"], SectorSize.KiB2, [], threads: 1, Cancellation));

        Assert.Equal(FailureKind.Storage, failure.Kind);
        Assert.Contains(_folder["missing/staged"], failure.Message, StringComparison.Ordinal);
    }
}
