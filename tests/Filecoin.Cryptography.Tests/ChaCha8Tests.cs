using System.Buffers.Binary;
using System.Numerics;
using SealerRecover.Tests;
using Xunit;

namespace Filecoin.Cryptography.Tests;

public class ChaCha8Tests
{
    // draft-strombergson-chacha-test-vectors, TC1 and TC2, 256-bit key, 8 rounds, nonce 0: the first two blocks of key stream.
    [Theory]
    [InlineData(
        "0000000000000000000000000000000000000000000000000000000000000000",
        "3e00ef2f895f40d67f5bb8e81f09a5a12c840ec3ce9a7f3b181be188ef711a1e984ce172b9216f419f445367456d5619314a42a3da86b001387bfdb80e0cfe42"
        + "d2aefa0deaa5c151bf0adb6c01f2a5adc0fd581259f9a2aadcf20f8fd566a26b5032ec38bbc5da98ee0c6f568b872a65a08abf251deb21bb4b56e5d8821e68aa")]
    [InlineData(
        "0100000000000000000000000000000000000000000000000000000000000000",
        "cf5ee9a0494aa9613e05d5ed725b804b12f4a465ee635acc3a311de8740489ea289d04f43c7518db56eb4433e498a1238cd8464d3763ddbb9222ee3bd8fae3c8")]
    public void The_stream_is_the_published_one(string seed, string expected)
    {
        byte[] stream = Convert.FromHexString(expected);
        ChaCha8 random = new(Convert.FromHexString(seed));

        for (int i = 0; i < stream.Length; i += sizeof(ulong))
        {
            Assert.Equal(BinaryPrimitives.ReadUInt64LittleEndian(stream.AsSpan(i)), random.NextUInt64());
        }
    }

    [Fact]
    public void Many_blocks_of_many_seeds_equal_a_textbook_implementation()
    {
        for (int i = 0; i < 20; i++)
        {
            byte[] seed = VectorFiles.Stream($"chacha-{i}", ChaCha8.SeedBytes);
            ChaCha8 random = new(seed);
            for (ulong block = 0; block < 9; block++)
            {
                uint[] words = TextbookBlock(seed, block);
                for (int word = 0; word < 16; word += 2)
                {
                    Assert.Equal(words[word] | ((ulong)words[word + 1] << 32), random.NextUInt64());
                }
            }
        }
    }

    [Fact]
    public void A_copy_continues_on_its_own()
    {
        ChaCha8 random = new(VectorFiles.Stream("chacha-copy", ChaCha8.SeedBytes));
        random.NextUInt64();
        ChaCha8 copy = random;

        Assert.Equal(random.NextUInt64(), copy.NextUInt64());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(31)]
    [InlineData(33)]
    public void A_seed_of_another_length_is_refused(int length) =>
        Assert.Throws<ArgumentException>(() => new ChaCha8(new byte[length]));

    private static uint[] TextbookBlock(byte[] key, ulong counter)
    {
        uint[] input = new uint[16];
        "expand 32-byte k"u8.ToArray().Chunk(4).Select(bytes => BitConverter.ToUInt32(bytes)).ToArray().CopyTo(input, 0);
        key.Chunk(4).Select(bytes => BitConverter.ToUInt32(bytes)).ToArray().CopyTo(input, 4);
        input[12] = (uint)counter;
        input[13] = (uint)(counter >> 32);
        uint[] x = [.. input];
        int[][] columns = [[0, 4, 8, 12], [1, 5, 9, 13], [2, 6, 10, 14], [3, 7, 11, 15]];
        int[][] diagonals = [[0, 5, 10, 15], [1, 6, 11, 12], [2, 7, 8, 13], [3, 4, 9, 14]];
        for (int round = 0; round < 8; round++)
        {
            foreach (int[] q in round % 2 == 0 ? columns : diagonals)
            {
                foreach ((int into, int from, int target, int bits) in
                    new[] { (0, 1, 3, 16), (2, 3, 1, 12), (0, 1, 3, 8), (2, 3, 1, 7) })
                {
                    x[q[into]] += x[q[from]];
                    x[q[target]] = BitOperations.RotateLeft(x[q[target]] ^ x[q[into]], bits);
                }
            }
        }

        return [.. x.Zip(input, (a, b) => a + b)];
    }
}
