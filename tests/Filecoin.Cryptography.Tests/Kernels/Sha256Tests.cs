using System.Buffers.Binary;
using System.Security.Cryptography;
using Filecoin.Cryptography.Kernels.Sha256;
using SealerRecover.Tests;
using Xunit;

namespace Filecoin.Cryptography.Tests.Kernels;

public sealed class Sha256Tests
{
    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(55)]
    [InlineData(64)]
    [InlineData(119)]
    [InlineData(1248)]
    public void The_plain_compression_with_padding_is_the_platforms_sha256(int length)
    {
        byte[] message = VectorFiles.Stream($"sha256-{length}", length);
        byte[] padded = new byte[(length + 9 + 63) / 64 * 64];
        message.CopyTo(padded, 0);
        padded[length] = 0x80;
        BinaryPrimitives.WriteUInt64BigEndian(padded.AsSpan(padded.Length - 8), 8 * (ulong)length);

        uint[] state = Sha256Plain.InitialState.ToArray();
        Sha256Plain.Compress(state, padded);

        byte[] digest = new byte[32];
        for (int i = 0; i < 8; i++)
        {
            BinaryPrimitives.WriteUInt32BigEndian(digest.AsSpan(4 * i), state[i]);
        }

        Assert.Equal(SHA256.HashData(message), digest);
    }

    [Fact]
    public void The_digest_of_abc_is_the_standards()
    {
        byte[] padded = new byte[64];
        "abc"u8.CopyTo(padded);
        padded[3] = 0x80;
        padded[63] = 24;
        uint[] state = Sha256Plain.InitialState.ToArray();
        Sha256Plain.Compress(state, padded);
        Assert.Equal([0xba7816bf, 0x8f01cfea, 0x414140de, 0x5dae2223, 0xb00361a3, 0x96177a9c, 0xb410ff61, 0xf20015ad], state);
    }
}
