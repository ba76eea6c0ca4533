using System.Buffers.Binary;
using Filecoin.Cryptography.Kernels;
using SealerRecover.Tests;
using Xunit;

namespace Filecoin.Cryptography.Tests.Kernels;

public class ChaCha8LanesTests
{
    // The vectors' twin is ChaCha8, one stream at a time; 512-bit vectors run in software where there are none.
    [Theory]
    [InlineData(4)]
    [InlineData(8)]
    [InlineData(16)]
    public void Every_width_equals_one_stream_at_a_time(int lanes)
    {
        byte[] seed = VectorFiles.Stream("chacha-lanes", ChaCha8.SeedBytes);
        uint[] words = new uint[2 * ChaCha8Lanes.Numbers * ChaCha8Lanes.Streams];
        foreach (uint first in new uint[] { 0, 1, 255, 0x7fff_fff1, uint.MaxValue - 15 })
        {
            ChaCha8Lanes.Draw(seed.AsSpan(0, ChaCha8Lanes.SharedSeedBytes), first, words, lanes);
            for (int stream = 0; stream < ChaCha8Lanes.Streams; stream++)
            {
                BinaryPrimitives.WriteUInt32LittleEndian(seed.AsSpan(ChaCha8Lanes.SharedSeedBytes), first + (uint)stream);
                ChaCha8 single = new(seed);
                for (int k = 0; k < ChaCha8Lanes.Numbers; k++)
                {
                    int low = (2 * k * ChaCha8Lanes.Streams) + stream;
                    Assert.Equal(single.NextUInt64(), words[low] | ((ulong)words[low + ChaCha8Lanes.Streams] << 32));
                }
            }
        }
    }

    [Theory]
    [InlineData(8)]
    [InlineData(16)]
    public void Wide_vectors_give_what_narrow_ones_do(int lanes)
    {
        byte[] seed = VectorFiles.Stream("chacha-lanes-best", ChaCha8Lanes.SharedSeedBytes);
        uint[] expected = new uint[2 * ChaCha8Lanes.Numbers * ChaCha8Lanes.Streams];
        uint[] words = new uint[expected.Length];

        ChaCha8Lanes.Draw(seed, 77, expected, lanes: 4);
        ChaCha8Lanes.Draw(seed, 77, words, lanes);

        Assert.Equal(expected, words);
    }

    [Fact]
    public void Spans_that_do_not_fit_are_refused()
    {
        uint[] words = new uint[2 * ChaCha8Lanes.Numbers * ChaCha8Lanes.Streams];

        Assert.Throws<ArgumentOutOfRangeException>(() => ChaCha8Lanes.Draw(new byte[27], 0, words, lanes: 4));
        Assert.Throws<ArgumentOutOfRangeException>(() => ChaCha8Lanes.Draw(new byte[28], 0, words.AsSpan(1), lanes: 4));
    }
}
