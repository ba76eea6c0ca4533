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

    // python3: hashlib.blake2b(bytes(range(n)), digest_size=m, key=bytes(range(k)))
    [Theory]
    [InlineData(0, 1, "52897a9c27e9781839168d22a76145b07a8a7f8cd85c1d3709e5b09468405099")]
    [InlineData(0, 64, "10ebb67700b1868efb4417987acf4690ae9d972fb7a590c2f02871799aaa4786b5e996e8f0f4eb981fc214b005f42d2ff4233499391653df7aefcbc13fc51568")]
    [InlineData(1, 43, "21255eb2f506c7dfa6710e9fec99e9c7a69dbac4a23530daa84b1bcb0443ade5")]
    [InlineData(64, 42, "2a8d00d827c940fe90fd016b741a8c464c1f1cc0ef0a9b4f7370348d7c8c7104")]
    [InlineData(127, 41, "4c41d4afc6cf0f61927ed9bc043fa36214a7771ea5ae089ce6b080fddbec8666")]
    [InlineData(128, 64, "72065ee4dd91c2d8509fa1fc28a37c7fc9fa7d5b3f8ad3d0d7a25626b57b1b44788d4caf806290425f9890a3a2a35a905ab4b37acfd0da6e4517b2525c9651e4")]
    [InlineData(129, 64, "20f607da31ed9652deecf4ef78905d4916ba6f5df37bfc4b610d50ba5447623a")]
    [InlineData(256, 1, "df30a0c57b7a9f08ee671c428562433a59f1a86c")]
    public void Keyed_digests_are_met(int length, int keyLength, string expected)
    {
        byte[] source = [.. Enumerable.Range(0, length).Select(i => (byte)i)];
        byte[] key = [.. Enumerable.Range(0, keyLength).Select(i => (byte)i)];
        byte[] digest = new byte[expected.Length / 2];

        Blake2b.HashKeyed(key, source, digest);

        Assert.Equal(expected, Convert.ToHexStringLower(digest));
    }

    [Fact]
    public void A_key_that_is_too_long_is_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Blake2b.HashKeyed(new byte[65], [], new byte[32]));

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
