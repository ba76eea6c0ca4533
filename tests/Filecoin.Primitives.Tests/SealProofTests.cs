using Filecoin.Primitives;
using Xunit;

namespace SealerRecover.Tests.Primitives;

public sealed class SealProofTests
{
    [Fact]
    public void All_twenty_proofs_stand_at_their_numbers()
    {
        Assert.Equal(20, SealProofs.All.Length);
        for (int number = 0; number < 20; number++)
        {
            Assert.True(SealProofs.TryGet(number, out SealProofInfo proof));
            Assert.Equal(number, (int)proof.Proof);
            Assert.Equal((PorepVariant)(number / 5), proof.Variant);
            Assert.Equal(number % 5, proof.WinningPostProof);
            Assert.Equal(proof.SectorSize.Bytes >= 32L << 30 ? 11 : 2, proof.Porep.Layers);
            Assert.Equal((byte)number, proof.Porep.PorepId.Value.Span[0]);
            Assert.True(SealProofs.TryGet(proof.SectorSize, proof.Variant, out SealProofInfo same));
            Assert.Same(proof, same);
        }
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(20)]
    [InlineData(long.MinValue)]
    [InlineData(long.MaxValue)]
    public void Other_numbers_are_unknown(long number) => Assert.False(SealProofs.TryGet(number, out _));

    [Theory]
    [InlineData("32GiB", 32L << 30)]
    [InlineData(" 512 mib ", 512L << 20)]
    [InlineData("2048", 2048)]
    public void Sizes_read(string text, long bytes)
    {
        Assert.True(SectorSize.TryParse(text, out SectorSize size));
        Assert.Equal(bytes, size.Bytes);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("32G")]
    [InlineData("-2048")]
    [InlineData("3KiB")]
    [InlineData("128GiB")]
    [InlineData("9223372036854775807TiB")]
    [InlineData("99999999999999999999999999999999")]
    public void Other_sizes_are_refused(string? text) => Assert.False(SectorSize.TryParse(text, out _));
}
