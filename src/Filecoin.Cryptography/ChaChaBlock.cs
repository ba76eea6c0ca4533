using System.Numerics;
using System.Runtime.CompilerServices;

namespace Filecoin.Cryptography;

/// <summary>The block function of ChaCha (RFC 8439 section 2.3) for any number of rounds; plain code.</summary>
internal static class ChaChaBlock
{
    /// <summary>Words of a block.</summary>
    public const int Words = 16;

    /// <summary>Bytes of a block.</summary>
    public const int Bytes = Words * sizeof(uint);

    /// <summary>Makes one block of key stream.</summary>
    /// <param name="key">Eight words.</param>
    /// <param name="w12">Word 12: the block counter, or its low half.</param>
    /// <param name="w13">Word 13: the high half of the counter, or the nonce's first word.</param>
    /// <param name="w14">Word 14.</param>
    /// <param name="w15">Word 15.</param>
    /// <param name="doubleRounds">Half the number of rounds.</param>
    /// <param name="block">Receives sixteen words.</param>
    public static void Make(ReadOnlySpan<uint> key, uint w12, uint w13, uint w14, uint w15, int doubleRounds, Span<uint> block)
    {
        // "expand 32-byte k"
        uint x0 = 0x61707865, x1 = 0x3320646e, x2 = 0x79622d32, x3 = 0x6b206574;
        uint x4 = key[0], x5 = key[1], x6 = key[2], x7 = key[3], x8 = key[4], x9 = key[5], x10 = key[6], x11 = key[7];
        uint x12 = w12, x13 = w13, x14 = w14, x15 = w15;

        for (int i = 0; i < doubleRounds; i++)
        {
            QuarterRound(ref x0, ref x4, ref x8, ref x12);
            QuarterRound(ref x1, ref x5, ref x9, ref x13);
            QuarterRound(ref x2, ref x6, ref x10, ref x14);
            QuarterRound(ref x3, ref x7, ref x11, ref x15);
            QuarterRound(ref x0, ref x5, ref x10, ref x15);
            QuarterRound(ref x1, ref x6, ref x11, ref x12);
            QuarterRound(ref x2, ref x7, ref x8, ref x13);
            QuarterRound(ref x3, ref x4, ref x9, ref x14);
        }

        block[15] = x15 + w15;
        block[14] = x14 + w14;
        block[13] = x13 + w13;
        block[12] = x12 + w12;
        block[11] = x11 + key[7];
        block[10] = x10 + key[6];
        block[9] = x9 + key[5];
        block[8] = x8 + key[4];
        block[7] = x7 + key[3];
        block[6] = x6 + key[2];
        block[5] = x5 + key[1];
        block[4] = x4 + key[0];
        block[3] = x3 + 0x6b206574;
        block[2] = x2 + 0x79622d32;
        block[1] = x1 + 0x3320646e;
        block[0] = x0 + 0x61707865;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void QuarterRound(ref uint a, ref uint b, ref uint c, ref uint d)
    {
        a += b;
        d = BitOperations.RotateLeft(d ^ a, 16);
        c += d;
        b = BitOperations.RotateLeft(b ^ c, 12);
        a += b;
        d = BitOperations.RotateLeft(d ^ a, 8);
        c += d;
        b = BitOperations.RotateLeft(b ^ c, 7);
    }
}
