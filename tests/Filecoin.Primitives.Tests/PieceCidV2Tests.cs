using Filecoin.Cryptography;
using Filecoin.Primitives;
using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace SealerRecover.Tests.Primitives;

public sealed class PieceCidV2Tests
{
    private const string Zero32GiB = "baga6ea4seaqao7s73y24kcutaosvacpdjgfe5pw76ooefnyqw4ynr3d2y6x2mpq";
    private const string Zero64GiB = "baga6ea4seaqomqafu276g53zko4k23xzh4h4uecjwicbmvhsuqi7o4bhthhm4aq";

    /// <summary>The examples of FRC-0069, which go-fil-commcid's tests hold, too: version 1, payload, version 2.</summary>
    public static TheoryData<string, long, string> Published => new()
    {
        { "baga6ea4seaqes3nobte6ezpp4wqan2age2s5yxcatzotcvobhgcmv5wi2xh5mbi", 508, "bafkzcibcaaces3nobte6ezpp4wqan2age2s5yxcatzotcvobhgcmv5wi2xh5mbi" },
        { "baga6ea4seaqn42av3szurbbscwuu3zjssvfwbpsvbjf6y3tukvlgl2nf5rha6pa", 1016, "bafkzcibcaac542av3szurbbscwuu3zjssvfwbpsvbjf6y3tukvlgl2nf5rha6pa" },
        { "baga6ea4seaqn42av3szurbbscwuu3zjssvfwbpsvbjf6y3tukvlgl2nf5rha6pa", 512, "bafkzcibd7abqlxticxolgseegik2stpfgkkuwyf6kufex3doorkvmzpjuxwe4dz4" },
        { "baga6ea4seaqn42av3szurbbscwuu3zjssvfwbpsvbjf6y3tukvlgl2nf5rha6pa", 513, "bafkzcibd64bqlxticxolgseegik2stpfgkkuwyf6kufex3doorkvmzpjuxwe4dz4" },
        { Zero32GiB, (32L << 30) / 128 * 127, "bafkzcibcaapao7s73y24kcutaosvacpdjgfe5pw76ooefnyqw4ynr3d2y6x2mpq" },
        { Zero64GiB, (64L << 30) / 128 * 127, "bafkzcibcaap6mqafu276g53zko4k23xzh4h4uecjwicbmvhsuqi7o4bhthhm4aq" },
    };

    /// <summary>More of them, all of zeros: payload, padded size, version 2.</summary>
    public static TheoryData<long, long, string> PublishedZeros => new()
    {
        { 0, 128, "bafkzcibcp4bdomn3tgwgrh3g532zopskstnbrd2n3sxfqbze7rxt7vqn7veigmy" },
        { 127, 128, "bafkzcibcaabdomn3tgwgrh3g532zopskstnbrd2n3sxfqbze7rxt7vqn7veigmy" },
        { 128, 256, "bafkzcibcpybwiktap34inmaex4wbs6cghlq5i2j2yd2bb2zndn5ep7ralzphkdy" },
    };

    [Theory]
    [MemberData(nameof(Published))]
    public void The_published_examples_convert_both_ways(string v1, long payload, string v2)
    {
        Assert.True(CommitmentCid.TryGetCommD(Cid.Parse(v1), out CommD commP));
        long padded = 128;
        while (padded / 128 * 127 < payload)
        {
            padded *= 2;
        }

        Assert.Equal(v2, new PieceCidV2(new PieceInfo(commP, padded), payload).ToString());
        Assert.True(PieceCidV2.TryParse(v2, out PieceCidV2 read));
        Assert.Equal((new PieceInfo(commP, padded), payload), (read.Piece, read.PayloadSize));
        Assert.Equal(v1, read.Piece.CommP.ToString());
    }

    [Theory]
    [MemberData(nameof(PublishedZeros))]
    public void The_published_zeros_are_met(long payload, long padded, string v2) =>
        Assert.Equal(v2, new PieceCidV2(new PieceInfo(ZeroCommitments.ForPiece(padded), padded), payload).ToString());

    [Fact]
    public void Every_payload_of_every_size_reads_back()
    {
        Prop.ForAll(
            Gen.Choose(7, 36).SelectMany(shift => Gen.Choose(0, int.MaxValue).Select(part => (shift, part))).ToArbitrary(),
            sample =>
            {
                long padded = 1L << sample.shift;
                long most = padded / 128 * 127;

                // From one more than half to all of it.
                long payload = most - (long)((most - 1) / 2 * (sample.part / (double)int.MaxValue));
                PieceCidV2 piece = new(new PieceInfo(new CommD(Blake2b.Hash256([1])), padded), payload);

                return PieceCidV2.TryFromCid(piece.ToCid(), out PieceCidV2 read) && read == piece;
            }).QuickCheckThrowOnFailure();
    }

    [Theory]
    [InlineData(127, 127)]
    [InlineData(0, 0)]
    [InlineData(384, 300)]
    [InlineData(128L << 30, 127L << 30)]
    [InlineData(128, 128)]
    [InlineData(128, -1)]
    [InlineData(256, 127)]
    [InlineData(1024, 508)]
    public void A_payload_that_its_piece_cannot_have_is_refused(long padded, long payload) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new PieceCidV2(new PieceInfo(default, padded), payload));

    [Fact]
    public void A_piece_taken_whole_has_no_padding()
    {
        PieceCidV2 piece = PieceCidV2.OfWhole(new PieceInfo(ZeroCommitments.ForPiece(1024), 1024));

        Assert.Equal(1016, piece.PayloadSize);
        Assert.Equal(0, piece.ToCid().Digest[0]);
    }

    /// <summary>Digests: padding of a 256-byte piece too large, height 1, height 32, cut off, too long, varint not shortest.</summary>
    [Theory]
    [InlineData("7f03", 32)]
    [InlineData("ffffffffffffffff7f03", 32)]
    [InlineData("0001", 32)]
    [InlineData("0020", 32)]
    [InlineData("00ff", 32)]
    [InlineData("0003", 31)]
    [InlineData("0003", 33)]
    [InlineData("800003", 32)]
    [InlineData("", 0)]
    [InlineData("00", 0)]
    [InlineData("80", 0)]
    public void Malformed_digests_are_no_piece(string start, int zeros)
    {
        Cid cid = Cid.Create(PieceCidV2.RawCodec, PieceCidV2.PaddedBinaryTree, [.. Convert.FromHexString(start), .. new byte[zeros]]);

        Assert.False(PieceCidV2.TryFromCid(cid, out _));
    }

    [Theory]
    [InlineData(Zero32GiB)]
    [InlineData("")]
    [InlineData(null)]
    [InlineData("bafkzcib")]
    [InlineData("bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi")]
    public void Other_cids_are_no_version_2(string? text) => Assert.False(PieceCidV2.TryParse(text, out _));
}
