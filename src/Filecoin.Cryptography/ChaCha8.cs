using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace Filecoin.Cryptography;

/// <summary>
/// The random generator of the depth robust graph: ChaCha with 8 rounds, its words read as u64 the way Rust's
/// rand_chacha <c>ChaCha8Rng::from_seed</c> followed by <c>next_u64</c> does. Key = seed, 64-bit block counter from 0 in words 12 and
/// 13, stream 0 in words 14 and 15. A mutable value: copy it and both copies yield the same numbers.
/// </summary>
public struct ChaCha8
{
    /// <summary>Length of a seed in bytes.</summary>
    public const int SeedBytes = 32;

    private const int BlockWords = 16;
    private const int KeyWords = SeedBytes / sizeof(uint);
    private const int DoubleRounds = 4;

    private Key _key;
    private Block _block;
    private ulong _counter;
    private int _next;

    /// <summary>Starts the stream of <paramref name="seed"/>.</summary>
    /// <param name="seed">32 bytes, read as eight u32 LE.</param>
    /// <exception cref="ArgumentException">The seed is not 32 bytes long.</exception>
    public ChaCha8(ReadOnlySpan<byte> seed)
    {
        if (seed.Length != SeedBytes)
        {
            throw new ArgumentException($"a seed of {SeedBytes} bytes is needed, {seed.Length} were given", nameof(seed));
        }

        for (int i = 0; i < KeyWords; i++)
        {
            _key[i] = BinaryPrimitives.ReadUInt32LittleEndian(seed[(sizeof(uint) * i)..]);
        }

        _next = BlockWords;
    }

    /// <summary>
    /// The next two words of the stream, the first one the low half. Only u64 are ever drawn, so a number never straddles two blocks and
    /// rand_chacha's buffering of four blocks at a time cannot be observed.
    /// </summary>
    public ulong NextUInt64()
    {
        if (_next == BlockWords)
        {
            FillBlock();
        }

        ulong value = _block[_next] | ((ulong)_block[_next + 1] << 32);
        _next += 2;
        return value;
    }

    private void FillBlock()
    {
        // "expand 32-byte k"
        uint x0 = 0x61707865, x1 = 0x3320646e, x2 = 0x79622d32, x3 = 0x6b206574;
        uint x4 = _key[0], x5 = _key[1], x6 = _key[2], x7 = _key[3], x8 = _key[4], x9 = _key[5], x10 = _key[6], x11 = _key[7];
        uint x12 = (uint)_counter, x13 = (uint)(_counter >> 32), x14 = 0, x15 = 0;

        for (int i = 0; i < DoubleRounds; i++)
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

        _block[0] = x0 + 0x61707865;
        _block[1] = x1 + 0x3320646e;
        _block[2] = x2 + 0x79622d32;
        _block[3] = x3 + 0x6b206574;
        _block[4] = x4 + _key[0];
        _block[5] = x5 + _key[1];
        _block[6] = x6 + _key[2];
        _block[7] = x7 + _key[3];
        _block[8] = x8 + _key[4];
        _block[9] = x9 + _key[5];
        _block[10] = x10 + _key[6];
        _block[11] = x11 + _key[7];
        _block[12] = x12 + (uint)_counter;
        _block[13] = x13 + (uint)(_counter >> 32);
        _block[14] = x14;
        _block[15] = x15;
        _counter++;
        _next = 0;
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

    [InlineArray(KeyWords)]
    private struct Key
    {
        private uint _first;
    }

    [InlineArray(BlockWords)]
    private struct Block
    {
        private uint _first;
    }
}
