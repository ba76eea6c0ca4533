using System.Text.Json.Nodes;
using Filecoin.Cryptography.Kernels.Sha256;
using Filecoin.Primitives;
using Filecoin.Sealing.Pieces;
using SealerRecover.Tests;
using Xunit;

namespace Filecoin.Sealing.Tests.Pieces;

public class PieceCommitmentTests
{
    private const long QuickSize = 64L << 20;

    private static readonly JsonNode Vectors = VectorFiles.Read("commp.json");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<string> Seeds => [.. Vectors["pieces"]!.AsArray().Select(node => (string)node!["seed"]!)];

    public static TheoryData<string> Kernels => [.. TwoToOneHash.Available];

    public static TheoryData<long, string> Zeros
    {
        get
        {
            TheoryData<long, string> rows = [];
            foreach (JsonNode? node in Vectors["zero_pieces"]!.AsArray())
            {
                rows.Add((long)node!["padded"]!, (string)node["commp"]!);
            }

            return rows;
        }
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void CommP_is_that_of_the_reference(string seed)
    {
        JsonNode vector = Vectors["pieces"]!.AsArray().Single(node => (string)node!["seed"]! == seed)!;
        long padded = (long)vector["padded"]!;
        Assert.SkipUnless(padded <= QuickSize || VectorFiles.LongTests, "large pieces take long; set SEALER_RECOVER_LONG_TESTS=1");
        byte[] data = VectorFiles.Stream(seed, (long)(vector["stream_len"] ?? vector["unpadded"])!);

        PieceInfo piece = PieceCommitment.Compute(new MemoryStream(data), padded, threads: 2, Cancellation);

        Assert.Equal((string)vector["commp"]!, piece.CommP.Value.ToString());
        Assert.Equal(padded, piece.PaddedSize);
        Assert.Equal((long)vector["unpadded"]!, piece.UnpaddedSize);
    }

    [Theory]
    [MemberData(nameof(Kernels))]
    public void Every_kernel_gives_the_reference_s_commitments(string kernel)
    {
        const long largest = 1 << 20;
        foreach (JsonNode? vector in Vectors["pieces"]!.AsArray().Where(node => (long)node!["padded"]! <= largest))
        {
            byte[] data = VectorFiles.Stream((string)vector!["seed"]!, (long)(vector["stream_len"] ?? vector["unpadded"])!);

            PieceInfo piece = PieceCommitment.Compute(
                new MemoryStream(data), (long)vector["padded"]!, TwoToOneHash.Create(kernel), threads: 1, Cancellation);

            Assert.Equal((string)vector["commp"]!, piece.CommP.Value.ToString());
        }
    }

    [Theory]
    [MemberData(nameof(Zeros))]
    public void The_commitment_to_zeros_is_that_of_the_reference(long padded, string commP)
    {
        Assert.Equal(commP, PieceCommitment.Zero(padded).CommP.Value.ToString());

        // No data at all is extended to zeros without hashing them.
        Assert.Equal(commP, PieceCommitment.Compute(Stream.Null, padded, threads: 1, Cancellation).CommP.Value.ToString());
    }

    // Around the chunks that are hashed side by side, 1 MiB of padded bytes: whatever is missing counts as zero.
    [Theory]
    [InlineData(1, 1)]
    [InlineData(65024, 2)]
    [InlineData((127 << 13) - 1, 1)]
    [InlineData(127 << 13, 1)]
    [InlineData((127 << 13) + 1, 3)]
    [InlineData(2 * (127 << 13), 2)]
    [InlineData(2500000, 8)]
    [InlineData(4 * (127 << 13), 4)]
    public void Short_data_is_extended_with_zeros_whatever_the_number_of_threads(int length, int threads)
    {
        const long padded = 4 << 20;
        byte[] data = VectorFiles.Stream($"short-{length}", length);
        byte[] extended = new byte[padded];
        Fr32.Pad(data, extended);

        PieceInfo piece = PieceCommitment.Compute(new Biting(data), padded, threads, Cancellation);

        Assert.Equal(TwoToOneHash.Create("plain").Root(extended), piece.CommP.Value);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void A_source_that_fails_is_a_failure_and_not_a_short_piece(int threads)
    {
        const long padded = 8 << 20;
        Biting source = new(new byte[padded], failAfter: 3 << 20);

        IOException failure = Assert.Throws<IOException>(() => PieceCommitment.Compute(source, padded, threads, Cancellation));

        Assert.Equal("unplugged", failure.Message);
    }

    [Fact]
    public async Task A_cancelled_computation_stops()
    {
        using CancellationTokenSource cancelled = new();
        await cancelled.CancelAsync();

        Assert.ThrowsAny<OperationCanceledException>(
            () => PieceCommitment.Compute(new MemoryStream(new byte[127]), 128, threads: 2, cancelled.Token));
    }

    [Fact]
    public void A_missing_chunk_is_never_taken_for_zeros()
    {
        PieceTree tree = new(chunkBytes: 128);
        tree.Add(1, default);

        Assert.Throws<InvalidOperationException>(() => tree.Root(256));
    }

    [Theory]
    [InlineData(128)]
    [InlineData(1 << 20)]
    public void Data_longer_than_its_piece_is_refused(int padded)
    {
        byte[] data = new byte[(padded / 128 * 127) + 1];

        OperatorException failure = Assert.Throws<OperatorException>(
            () => PieceCommitment.Compute(new MemoryStream(data), padded, threads: 2, Cancellation));

        Assert.Equal(FailureKind.BadInput, failure.Kind);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(64)]
    [InlineData(127)]
    [InlineData(129)]
    [InlineData(-128)]
    [InlineData(384)]
    [InlineData(128L << 30)]
    [InlineData(long.MaxValue)]
    [InlineData(long.MinValue)]
    public void Sizes_that_no_piece_has_are_refused(long padded)
    {
        Assert.Throws<OperatorException>(() => PieceCommitment.Zero(padded));
        Assert.Throws<OperatorException>(() => PieceCommitment.Compute(Stream.Null, padded, threads: 1, Cancellation));
    }

    /// <summary>Gives data in bites of odd length, and fails in the end if asked to.</summary>
    private sealed class Biting(byte[] data, int failAfter = int.MaxValue) : MemoryStream(data)
    {
        public override int Read(Span<byte> buffer) => Position >= failAfter
            ? throw new IOException("unplugged")
            : base.Read(buffer[..Math.Min(buffer.Length, 9973)]);
    }
}
