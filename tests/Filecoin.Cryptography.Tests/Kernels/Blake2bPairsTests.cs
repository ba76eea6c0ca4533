using System.Buffers.Binary;
using Filecoin.Cryptography.Kernels;
using SealerRecover.Tests;
using Xunit;

namespace Filecoin.Cryptography.Tests.Kernels;

public class Blake2bPairsTests
{
    [Fact]
    public void A_pair_is_hashed_big_endian_and_read_big_endian()
    {
        byte[] message = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];
        byte[] digest = new byte[64];
        Blake2b.Hash(message, digest);

        Assert.Equal(
            BinaryPrimitives.ReadUInt64BigEndian(digest),
            Blake2bPairs.Hash(0x0001020304050607, 0x08090a0b0c0d0e0f));
    }

    // The vectors' twin is Hash, one pair at a time. Lengths around each width and its tail; 512-bit vectors run in software where there are none.
    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(8)]
    public void Every_width_equals_one_at_a_time(int lanes)
    {
        for (int length = 0; length <= 35; length++)
        {
            ulong[] words = [.. Enumerable.Range(0, length).Select(i => Number($"pairs-{length}-{i}"))];
            words.AsSpan(0, Math.Min(length, 2)).Fill(length % 2 == 0 ? 0 : ulong.MaxValue);
            ulong key = Number($"key-{length}");
            ulong[] expected = [.. words.Select(word => Blake2bPairs.Hash(word, key))];

            Blake2bPairs.HashAll(words, key, lanes);

            Assert.Equal(expected, words);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(8)]
    public void Words_of_all_lengths_are_hashed_at_every_width(int lanes)
    {
        ulong[] words = [.. Enumerable.Range(0, 100).Select(i => (ulong)i << (i % 60))];
        ulong[] expected = [.. words.Select(word => Blake2bPairs.Hash(word, 42))];

        Blake2bPairs.HashAll(words, 42, lanes);

        Assert.Equal(expected, words);
    }

    private static ulong Number(string seed) => BitConverter.ToUInt64(VectorFiles.Stream(seed, 8));
}
