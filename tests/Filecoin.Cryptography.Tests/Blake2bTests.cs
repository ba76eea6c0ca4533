using System.Text;
using SealerRecover.Tests;
using Xunit;

namespace Filecoin.Cryptography.Tests;

public class Blake2bTests
{
    // "abc" is RFC 7693 appendix A; the others are what b2sum (coreutils) prints, with -l for the shorter digests.
    [Theory]
    [InlineData("abc", 64, "ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2d17d87c5392aab792dc252d5de4533cc9518d38aa8dbf1925ab92386edd4009923")]
    [InlineData("", 64, "786a02f742015903c6c6fd852552d272912f4740e15847618a86e217f71f5419d25e1031afee585313896444934eb04b903a685b1448b755d56f701afe9be2ce")]
    [InlineData("", 32, "0e5751c026e543b2e8ab2eb06099daa1d1e5df47778f7787faab45cdf12fe3a8")]
    [InlineData("abc", 32, "bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319")]
    public void Published_digests_are_met(string text, int length, string expected)
    {
        byte[] digest = new byte[length];

        Blake2b.Hash(Encoding.ASCII.GetBytes(text), digest);

        Assert.Equal(expected, Convert.ToHexStringLower(digest));
    }

    // python3: hashlib.blake2b(bytes(range(256)) * 8 [:n], digest_size=32)
    [Theory]
    [InlineData(127, "f2fe67ff342e21b8f45e8f2e0bcd1d9243245d50ee6c78042e9c491388791c72")]
    [InlineData(128, "c3582f71ebb2be66fa5dd750f80baae97554f3b015663c8be377cfcb2488c1d1")]
    [InlineData(129, "f7f3c46ba2564ff4c4c162da1f5b605f9f1c4aa6a20652a9f9a337c1a2f5b9c9")]
    [InlineData(256, "39a7eb9fedc19aabc83425c6755dd90e6f9d0c804964a1f4aaeea3b9fb599835")]
    [InlineData(257, "45f7f084c30bac7cbae2e1963bc6e6b0d8cb227a12927e97fb941d288fb1f9a3")]
    [InlineData(2048, "6ed9bf545705dba5971e83a1f2a46a9dd5ac2fe8a934f13cee8d353003eaf908")]
    public void Lengths_around_a_block_are_met(int length, string expected)
    {
        byte[] source = [.. Enumerable.Range(0, length).Select(i => (byte)i)];

        Assert.Equal(expected, Blake2b.Hash256(source).ToString());
    }

    [Fact]
    public void The_digest_length_is_part_of_the_hash()
    {
        byte[] whole = new byte[64];
        byte[] half = new byte[32];
        byte[] source = VectorFiles.Stream("blake2b", 77);

        Blake2b.Hash(source, whole);
        Blake2b.Hash(source, half);

        Assert.NotEqual(whole[..32], half);
        Assert.Equal(half, Blake2b.Hash256(source).ToArray());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(65)]
    public void A_digest_of_impossible_length_is_refused(int length) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Blake2b.Hash([], new byte[length]));
}
