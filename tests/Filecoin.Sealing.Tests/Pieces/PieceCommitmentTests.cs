using System.Text.Json.Nodes;
using Filecoin.Primitives;
using Filecoin.Sealing.Pieces;
using SealerRecover.Tests;
using Xunit;

namespace Filecoin.Sealing.Tests.Pieces;

public class PieceCommitmentTests
{
    private const long QuickSize = 8L << 20;

    private static readonly JsonNode Vectors = VectorFiles.Read("commp.json");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<string> Seeds => [.. Vectors["pieces"]!.AsArray().Select(node => (string)node!["seed"]!)];

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

        PieceInfo piece = PieceCommitment.Compute(new MemoryStream(data), padded, Cancellation);

        Assert.Equal((string)vector["commp"]!, piece.CommP.Value.ToString());
        Assert.Equal(padded, piece.PaddedSize);
        Assert.Equal((long)vector["unpadded"]!, piece.UnpaddedSize);
    }

    [Theory]
    [MemberData(nameof(Zeros))]
    public void The_commitment_to_zeros_is_that_of_the_reference(long padded, string commP)
    {
        Assert.Equal(commP, PieceCommitment.Zero(padded).CommP.Value.ToString());

        // No data at all is extended to zeros without hashing them.
        Assert.Equal(commP, PieceCommitment.Compute(Stream.Null, padded, Cancellation).CommP.Value.ToString());
    }

    // Around a chunk of the tree, 64 KiB of padded bytes: whatever is missing counts as zero.
    [Theory]
    [InlineData(1)]
    [InlineData(65023)]
    [InlineData(65024)]
    [InlineData(65025)]
    [InlineData(130048)]
    [InlineData(130049)]
    [InlineData(200000)]
    public void Short_data_is_extended_with_zeros(int length)
    {
        const long padded = 1 << 20;
        byte[] data = VectorFiles.Stream($"short-{length}", length);
        byte[] extended = new byte[padded / 128 * 127];
        data.CopyTo(extended, 0);

        Assert.Equal(
            PieceCommitment.Compute(new MemoryStream(extended), padded, Cancellation),
            PieceCommitment.Compute(new MemoryStream(data), padded, Cancellation));
    }

    [Theory]
    [InlineData(128)]
    [InlineData(1 << 20)]
    public void Data_longer_than_its_piece_is_refused(int padded)
    {
        byte[] data = new byte[(padded / 128 * 127) + 1];

        OperatorException failure = Assert.Throws<OperatorException>(
            () => PieceCommitment.Compute(new MemoryStream(data), padded, Cancellation));

        Assert.Equal(FailureKind.BadInput, failure.Kind);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(64)]
    [InlineData(127)]
    [InlineData(129)]
    [InlineData(-128)]
    [InlineData(384)]
    [InlineData(long.MaxValue)]
    [InlineData(long.MinValue)]
    public void Sizes_that_no_piece_has_are_refused(long padded)
    {
        Assert.Throws<OperatorException>(() => PieceCommitment.Zero(padded));
        Assert.Throws<OperatorException>(() => PieceCommitment.Compute(Stream.Null, padded, Cancellation));
    }
}
