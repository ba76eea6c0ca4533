using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;

namespace Filecoin.Cryptography;

/// <summary>
/// BLAKE2b with or without a key, without salt or personalisation (RFC 7693), digests of 1 to 64 bytes. Plain code: the specification of any
/// faster kernel.
/// </summary>
public static class Blake2b
{
    private const int BlockBytes = 128;
    internal const int Rounds = 12;

    internal static ReadOnlySpan<ulong> InitialState =>
    [
        0x6a09e667f3bcc908, 0xbb67ae8584caa73b, 0x3c6ef372fe94f82b, 0xa54ff53a5f1d36f1,
        0x510e527fade682d1, 0x9b05688c2b3e6c1f, 0x1f83d9abfb41bd6b, 0x5be0cd19137e2179,
    ];

    // RFC 7693 section 2.7: message word order of rounds 0 to 9; rounds 10 and 11 repeat 0 and 1.
    internal static ReadOnlySpan<byte> Sigma =>
    [
        0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
        14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3,
        11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4,
        7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8,
        9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13,
        2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9,
        12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11,
        13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10,
        6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5,
        10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0,
        0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
        14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3,
    ];

    /// <summary>Hashes <paramref name="source"/> into all of <paramref name="digest"/>; the digest's length, 1 to 64, is part of the hash.</summary>
    public static void Hash(ReadOnlySpan<byte> source, Span<byte> digest) => HashKeyed([], source, digest);

    /// <summary>Hashes <paramref name="source"/> under a key: a block with the key goes before it.</summary>
    /// <param name="key">At most 64 bytes; none for the hash without a key.</param>
    /// <param name="source">What is hashed.</param>
    /// <param name="digest">Filled whole; its length, 1 to 64, is part of the hash.</param>
    public static void HashKeyed(ReadOnlySpan<byte> key, ReadOnlySpan<byte> source, Span<byte> digest)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(key.Length, 64, nameof(key));
        ArgumentOutOfRangeException.ThrowIfZero(digest.Length, nameof(digest));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(digest.Length, 64, nameof(digest));
        Span<ulong> state = stackalloc ulong[8];
        InitialState.CopyTo(state);
        state[0] ^= 0x01010000u ^ ((uint)key.Length << 8) ^ (uint)digest.Length;

        Span<byte> block = stackalloc byte[BlockBytes];
        long hashed = 0;
        if (!key.IsEmpty)
        {
            hashed = BlockBytes;
            block.Clear();
            key.CopyTo(block);
            Compress(state, block, (ulong)hashed, last: source.IsEmpty);
        }

        while (source.Length > BlockBytes)
        {
            hashed += BlockBytes;
            Compress(state, source[..BlockBytes], (ulong)hashed, last: false);
            source = source[BlockBytes..];
        }

        if (key.IsEmpty || !source.IsEmpty)
        {
            block.Clear();
            source.CopyTo(block);
            Compress(state, block, (ulong)(hashed + source.Length), last: true);
        }

        Span<byte> whole = stackalloc byte[64];
        for (int i = 0; i < 8; i++)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(whole[(8 * i)..], state[i]);
        }

        whole[..digest.Length].CopyTo(digest);
    }

    /// <summary>The 32-byte digest (blake2b-256), as Filecoin draws randomness with it.</summary>
    public static Bytes32 Hash256(ReadOnlySpan<byte> source)
    {
        Span<byte> digest = stackalloc byte[Bytes32.Length];
        Hash(source, digest);
        return new Bytes32(digest);
    }

    /// <summary>The compression function F of RFC 7693 section 3.2; inputs are below 2^64 bytes, so the counter's high word is zero.</summary>
    /// <param name="state">Eight chaining words, replaced.</param>
    /// <param name="block">128 message bytes.</param>
    /// <param name="counter">Message bytes hashed so far, this block's included.</param>
    /// <param name="last">Whether this is the final block.</param>
    internal static void Compress(Span<ulong> state, ReadOnlySpan<byte> block, ulong counter, bool last)
    {
        ReadOnlySpan<ulong> message = MemoryMarshal.Cast<byte, ulong>(block);
        ReadOnlySpan<byte> sigma = Sigma;
        Span<ulong> v = stackalloc ulong[16];
        state.CopyTo(v);
        InitialState.CopyTo(v[8..]);
        v[12] ^= counter;
        v[14] ^= last ? ulong.MaxValue : 0;

        for (int round = 0; round < Rounds; round++)
        {
            ReadOnlySpan<byte> order = sigma.Slice(16 * round, 16);
            Mix(ref v[0], ref v[4], ref v[8], ref v[12], message[order[0]], message[order[1]]);
            Mix(ref v[1], ref v[5], ref v[9], ref v[13], message[order[2]], message[order[3]]);
            Mix(ref v[2], ref v[6], ref v[10], ref v[14], message[order[4]], message[order[5]]);
            Mix(ref v[3], ref v[7], ref v[11], ref v[15], message[order[6]], message[order[7]]);
            Mix(ref v[0], ref v[5], ref v[10], ref v[15], message[order[8]], message[order[9]]);
            Mix(ref v[1], ref v[6], ref v[11], ref v[12], message[order[10]], message[order[11]]);
            Mix(ref v[2], ref v[7], ref v[8], ref v[13], message[order[12]], message[order[13]]);
            Mix(ref v[3], ref v[4], ref v[9], ref v[14], message[order[14]], message[order[15]]);
        }

        for (int i = 0; i < 8; i++)
        {
            state[i] ^= v[i] ^ v[i + 8];
        }
    }

    private static void Mix(ref ulong a, ref ulong b, ref ulong c, ref ulong d, ulong x, ulong y)
    {
        a += b + x;
        d = BitOperations.RotateRight(d ^ a, 32);
        c += d;
        b = BitOperations.RotateRight(b ^ c, 24);
        a += b + y;
        d = BitOperations.RotateRight(d ^ a, 16);
        c += d;
        b = BitOperations.RotateRight(b ^ c, 63);
    }
}
