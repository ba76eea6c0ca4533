using Filecoin.Cryptography.Kernels.Sha256;
using Filecoin.Primitives;
using Filecoin.Sealing.Files;
using Filecoin.Sealing.Pieces;
using Filecoin.Sealing.Steps;
using FsCheck;
using FsCheck.Fluent;
using SealerRecover.Tests;
using Xunit;

namespace Filecoin.Sealing.Tests.Pieces;

public sealed class SectorDataTests : IDisposable
{
    private static readonly SectorSize Size = new(32 << 10);

    /// <summary>Padded size and length of the data of each piece; with gaps before the third and behind the last.</summary>
    private static readonly (long Padded, int Raw)[] Pieces = [(1024, 1016), (256, 200), (4096, 4064), (128, 0), (8192, 4000), (2048, 1)];

    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Read_at_any_place_it_is_the_staged_file()
    {
        byte[] staged = WriteStaged();
        using SectorData data = Open();
        using PaddedFile file = new(_folder["staged"], Size);

        Prop.ForAll(
            Gen.Choose(0, 255).SelectMany(first => Gen.Choose(0, 256 - first).Select(count => (first * 128, count * 128))).ToArbitrary(),
            range =>
            {
                (int offset, int length) = range;
                byte[] read = new byte[length];
                Array.Fill(read, (byte)0xee);
                data.Read(offset, read);
                byte[] fromFile = new byte[length];
                file.Read(offset, fromFile);
                ReadOnlySpan<byte> expected = staged.AsSpan(offset, length);
                return expected.SequenceEqual(read) && expected.SequenceEqual(fromFile);
            }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public async Task Many_threads_read_at_once()
    {
        byte[] staged = WriteStaged();
        using SectorData data = Open();

        await Parallel.ForAsync(0, 512, Cancellation, (i, _) =>
        {
            byte[] read = new byte[128 * (1 + (i % 7))];
            int offset = i * 37 % 249 * 128;
            data.Read(offset, read);
            Assert.Equal(staged[offset..(offset + read.Length)], read);
            return ValueTask.CompletedTask;
        });
    }

    [Theory]
    [InlineData(64, 128)]
    [InlineData(0, 100)]
    [InlineData(-128, 128)]
    [InlineData((32 << 10) - 128, 256)]
    public void Ranges_that_are_not_groups_of_the_sector_are_refused(long offset, int length)
    {
        WriteStaged();
        using SectorData data = Open();
        using PaddedFile file = new(_folder["staged"], Size);

        Assert.ThrowsAny<ArgumentException>(() => data.Read(offset, new byte[length]));
        Assert.ThrowsAny<ArgumentException>(() => file.Read(offset, new byte[length]));
    }

    [Fact]
    public void Trees_over_it_and_over_parts_of_it_have_the_commitments_of_sector_and_pieces()
    {
        WriteStaged();
        using SectorData data = Open();
        PlacedPiece[] placed = Arrange();

        CommD commD = DataTree.Write(data, LinuxFileSystem.Instance, _folder["tree-d"], TwoToOneHash.Create(), new FixedTreeCores(2), null, Cancellation);

        Assert.Equal(PieceLayout.ComputeCommD(Size, [.. placed.Select(piece => piece.Piece)]), commD);
        Assert.Equal(((2 * Size.Nodes) - 1) * 32, new FileInfo(_folder["tree-d"]).Length);
        Assert.Equal(
            placed.Select(piece => piece.Piece.CommP),
            placed.Select(piece => DataTree.OfPiece(data, piece.Offset, piece.Piece.PaddedSize, TwoToOneHash.Create(), new FixedTreeCores(2), Cancellation)));
    }

    [Fact]
    public void A_file_whose_content_changed_is_found()
    {
        WriteStaged();
        using SectorData data = Open();
        Assert.Empty(data.FindChangedFiles(new FixedTreeCores(2), Cancellation));
        byte[] content = File.ReadAllBytes(_folder["piece-4"]);
        content[^1] ^= 1;
        File.WriteAllBytes(_folder["piece-4"], content);

        Assert.Equal([_folder["piece-4"]], data.FindChangedFiles(new FixedTreeCores(2), Cancellation).Select(file => file.Path));
    }

    [Theory]
    [InlineData(4063, "4063 bytes long")]
    [InlineData(4065, "4065 bytes long")]
    [InlineData(0, "0 bytes long")]
    public void A_file_that_has_another_length_is_named(int length, string said)
    {
        WriteStaged();
        using SectorData data = Open();
        File.WriteAllBytes(_folder["piece-2"], new byte[length]);

        OperatorException failure = Assert.Throws<OperatorException>(() => data.Read(4096, new byte[128]));

        Assert.Equal(FailureKind.Storage, failure.Kind);
        Assert.Contains(_folder["piece-2"], failure.Message, StringComparison.Ordinal);
        Assert.Contains(said, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_shrinks_while_it_is_read_is_named()
    {
        WriteStaged();
        using SectorData data = Open();
        data.Read(4096, new byte[128]);
        using (FileStream file = new(_folder["piece-2"], FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
        {
            file.SetLength(1000);
        }

        OperatorException failure = Assert.Throws<OperatorException>(() => data.Read(4096, new byte[4096]));

        Assert.Contains(_folder["piece-2"], failure.Message, StringComparison.Ordinal);
        Assert.NotEmpty(failure.Hint.ToString());
    }

    [Fact]
    public void A_file_that_is_gone_or_too_short_is_named()
    {
        WriteStaged();
        using SectorData data = Open();
        File.Delete(_folder["piece-0"]);
        using PaddedFile shortFile = new(_folder["piece-2"], Size);
        using PaddedFile folder = new(_folder.Path, Size);

        Assert.Contains(
            _folder["piece-0"], Assert.Throws<OperatorException>(() => data.Read(0, new byte[128])).Message, StringComparison.Ordinal);
        Assert.Contains(
            _folder["piece-2"], Assert.Throws<OperatorException>(() => shortFile.Read(0, new byte[128])).Message, StringComparison.Ordinal);
        Assert.Contains(_folder.Path, Assert.Throws<OperatorException>(() => folder.Read(0, new byte[128])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void After_it_was_closed_it_can_be_read_again()
    {
        byte[] staged = WriteStaged();
        using SectorData data = Open();
        byte[] read = new byte[128];
        data.Read(0, read);

        data.Dispose();
        data.Read(128, read);

        Assert.Equal(staged[128..256], read);
    }

    [Fact]
    public void A_file_longer_than_its_piece_and_pieces_that_are_not_in_their_places_are_refused()
    {
        PlacedPiece piece = new(PieceCommitment.Zero(256), 0, IsFiller: false);
        PlacedPiece misplaced = piece with { Offset = Size.Bytes };

        OperatorException failure = Assert.Throws<OperatorException>(
            () => SectorData.OfPieces(Size, [piece], _ => new PieceFile("/data/piece", 255)));

        Assert.Equal(FailureKind.BadInput, failure.Kind);
        Assert.Contains("/data/piece", failure.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => SectorData.OfPieces(Size, [misplaced], _ => null));
        Assert.Throws<ArgumentException>(() => SectorData.OfPieces(Size, [piece, piece], _ => null));
    }

    /// <summary>Writes the pieces' files and the staged file, and returns that.</summary>
    private byte[] WriteStaged()
    {
        StagedSector.Write(
            _folder["staged"],
            Size,
            Pieces.Select((piece, i) =>
            {
                byte[] content = VectorFiles.Stream($"sector-data-{i}", piece.Raw);
                File.WriteAllBytes(_folder[$"piece-{i}"], content);
                return new PieceSource(new MemoryStream(content), piece.Padded / 128 * 127);
            }),
            threads: 1,
            Cancellation);
        return File.ReadAllBytes(_folder["staged"]);
    }

    private PlacedPiece[] Arrange() =>
    [
        .. PieceLayout.Arrange(Size, Pieces.Select((piece, i) =>
        {
            using FileStream file = File.OpenRead(_folder[$"piece-{i}"]);
            return PieceCommitment.Compute(file, piece.Padded, threads: 1, Cancellation);
        })),
    ];

    private SectorData Open()
    {
        int index = -1;
        return SectorData.OfPieces(Size, Arrange(), _ =>
        {
            index++;
            return Pieces[index].Raw == 0 ? null : new PieceFile(_folder[$"piece-{index}"], Pieces[index].Raw);
        });
    }
}
