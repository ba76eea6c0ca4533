using SealerRecover.Tests;
using Xunit;

namespace Filecoin.Cryptography.Tests;

public class ChaCha20Tests
{
    // RFC 8439 section 2.4.2: the key stream that encrypts "Ladies and Gentlemen …", which begins with block 1.
    private const string Key = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
    private const string Nonce = "000000000000004a00000000";
    private const string Stream =
        "224f51f3401bd9e12fde276fb8631ded8c131f823d2c06e27e4fcaec9ef3cf788a3b0aa372600a92b57974cded2b9334794cba40c63e34cdea212c4cf07d41b7"
        + "69a6749f3f630f4122cafe28ec4dc47e26d4346d70b98c73f3e9c53ac40c5945398b6eda1a832c89c167eacd901d7e2bf363";

    [Fact]
    public void The_stream_is_the_published_one()
    {
        byte[] expected = Convert.FromHexString(Stream);
        byte[] stream = new byte[expected.Length];

        new ChaCha20(Convert.FromHexString(Key), Convert.FromHexString(Nonce)).Read(64, stream);

        Assert.Equal(expected, stream);
    }

    [Fact]
    public void Any_part_equals_that_part_of_the_whole()
    {
        ChaCha20 stream = new(VectorFiles.Stream("chacha20-key", ChaCha20.KeyBytes), VectorFiles.Stream("chacha20-nonce", ChaCha20.NonceBytes));
        byte[] whole = new byte[300];
        stream.Read(0, whole);
        for (int position = 0; position < 140; position++)
        {
            byte[] part = new byte[whole.Length - position - (position % 7)];
            stream.Read(position, part);
            Assert.Equal(whole[position..(position + part.Length)], part);
        }
    }

    [Fact]
    public void What_is_behind_the_last_block_is_refused()
    {
        ChaCha20 stream = new(new byte[ChaCha20.KeyBytes], new byte[ChaCha20.NonceBytes]);

        stream.Read((1L << 38) - 32, new byte[32]);
        Assert.Throws<ArgumentOutOfRangeException>(() => stream.Read((1L << 38) - 31, new byte[32]));
        Assert.Throws<ArgumentOutOfRangeException>(() => stream.Read(-1, new byte[1]));
    }

    [Fact]
    public void Keys_and_nonces_of_other_lengths_are_refused()
    {
        Assert.Throws<ArgumentException>(() => new ChaCha20(new byte[31], new byte[12]));
        Assert.Throws<ArgumentException>(() => new ChaCha20(new byte[32], new byte[8]));
    }
}
