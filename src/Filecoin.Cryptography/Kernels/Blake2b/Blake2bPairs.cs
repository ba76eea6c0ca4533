using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Filecoin.Cryptography.Kernels;

/// <summary>
/// BLAKE2b-512 of two u64, sixteen message bytes, of which only the first eight digest bytes are wanted: the round function of the
/// Feistel network that draws expander parents (rust-fil-proofs storage-proofs-core/src/crypto/feistel.rs). Both numbers enter the message
/// big-endian, the word first and the key second, and the result is read big-endian.
/// </summary>
/// <remarks>
/// <see cref="Hash"/> is the specification; <see cref="HashAll"/> does four or eight at a time, one in each lane of a vector.
/// </remarks>
internal static class Blake2bPairs
{
    private const int Lanes256 = 4;
    private const int Lanes512 = 8;

    /// <summary>Hashes one pair, with the general function.</summary>
    public static ulong Hash(ulong word, ulong key)
    {
        Span<byte> message = stackalloc byte[2 * sizeof(ulong)];
        Span<byte> digest = stackalloc byte[64];
        BinaryPrimitives.WriteUInt64BigEndian(message, word);
        BinaryPrimitives.WriteUInt64BigEndian(message[sizeof(ulong)..], key);
        Blake2b.Hash(message, digest);
        return BinaryPrimitives.ReadUInt64BigEndian(digest);
    }

    /// <summary>Replaces every element of <paramref name="words"/> by its hash with <paramref name="key"/>.</summary>
    /// <param name="words">Any number of them.</param>
    /// <param name="key">What is hashed with each.</param>
    /// <param name="lanes">Hashes at a time: 1, 4 or 8.</param>
    internal static void HashAll(Span<ulong> words, ulong key, int lanes)
    {
        switch (lanes)
        {
            case Lanes512:
                HashLanes<Vector512<ulong>, Words512>(words, key, Lanes512);
                break;
            case Lanes256:
                HashLanes<Vector256<ulong>, Words256>(words, key, Lanes256);
                break;
            default:
                foreach (ref ulong word in words)
                {
                    word = Hash(word, key);
                }

                break;
        }
    }

    private static void HashLanes<T, TOperator>(Span<ulong> words, ulong key, int lanes)
        where T : unmanaged
        where TOperator : IWords<T>
    {
        BinaryPrimitives.ReverseEndianness(words, words);
        T keys = TOperator.Repeat(BinaryPrimitives.ReverseEndianness(key));
        int whole = words.Length - (words.Length % lanes);
        for (int i = 0; i < whole; i += lanes)
        {
            Span<ulong> group = words.Slice(i, lanes);
            TOperator.Store(Compress<T, TOperator>(TOperator.Load(group), keys), group);
        }

        if (whole < words.Length)
        {
            Span<ulong> rest = words[whole..];
            Span<ulong> group = stackalloc ulong[Lanes512];
            group.Clear();
            rest.CopyTo(group);
            TOperator.Store(Compress<T, TOperator>(TOperator.Load(group), keys), group);
            group[..rest.Length].CopyTo(rest);
        }

        BinaryPrimitives.ReverseEndianness(words, words);
    }

    /// <summary>RFC 7693 section 3.2 for one final block whose first two words are given and whose other fourteen are zero; first state word.</summary>
    private static T Compress<T, TOperator>(T word, T key)
        where T : unmanaged
        where TOperator : IWords<T>
    {
        const ulong messageBytes = 16;
        Span<T> message = stackalloc T[16];
        message.Clear();
        message[0] = word;
        message[1] = key;

        ReadOnlySpan<ulong> initial = Blake2b.InitialState;
        T first = TOperator.Repeat(initial[0] ^ 0x01010000 ^ 64);
        T v0 = first;
        T v1 = TOperator.Repeat(initial[1]);
        T v2 = TOperator.Repeat(initial[2]);
        T v3 = TOperator.Repeat(initial[3]);
        T v4 = TOperator.Repeat(initial[4]);
        T v5 = TOperator.Repeat(initial[5]);
        T v6 = TOperator.Repeat(initial[6]);
        T v7 = TOperator.Repeat(initial[7]);
        T v8 = TOperator.Repeat(initial[0]);
        T v9 = TOperator.Repeat(initial[1]);
        T v10 = TOperator.Repeat(initial[2]);
        T v11 = TOperator.Repeat(initial[3]);
        T v12 = TOperator.Repeat(initial[4] ^ messageBytes);
        T v13 = TOperator.Repeat(initial[5]);
        T v14 = TOperator.Repeat(~initial[6]);
        T v15 = TOperator.Repeat(initial[7]);

        for (int round = 0; round < Blake2b.Rounds; round++)
        {
            ReadOnlySpan<byte> order = Blake2b.Sigma.Slice(16 * round, 16);
            Mix<T, TOperator>(ref v0, ref v4, ref v8, ref v12, message[order[0]], message[order[1]]);
            Mix<T, TOperator>(ref v1, ref v5, ref v9, ref v13, message[order[2]], message[order[3]]);
            Mix<T, TOperator>(ref v2, ref v6, ref v10, ref v14, message[order[4]], message[order[5]]);
            Mix<T, TOperator>(ref v3, ref v7, ref v11, ref v15, message[order[6]], message[order[7]]);
            Mix<T, TOperator>(ref v0, ref v5, ref v10, ref v15, message[order[8]], message[order[9]]);
            Mix<T, TOperator>(ref v1, ref v6, ref v11, ref v12, message[order[10]], message[order[11]]);
            Mix<T, TOperator>(ref v2, ref v7, ref v8, ref v13, message[order[12]], message[order[13]]);
            Mix<T, TOperator>(ref v3, ref v4, ref v9, ref v14, message[order[14]], message[order[15]]);
        }

        return TOperator.Xor(first, TOperator.Xor(v0, v8));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Mix<T, TOperator>(ref T a, ref T b, ref T c, ref T d, T x, T y)
        where T : unmanaged
        where TOperator : IWords<T>
    {
        a = TOperator.Add(TOperator.Add(a, b), x);
        d = TOperator.RotateRight(TOperator.Xor(d, a), 32);
        c = TOperator.Add(c, d);
        b = TOperator.RotateRight(TOperator.Xor(b, c), 24);
        a = TOperator.Add(TOperator.Add(a, b), y);
        d = TOperator.RotateRight(TOperator.Xor(d, a), 16);
        c = TOperator.Add(c, d);
        b = TOperator.RotateRight(TOperator.Xor(b, c), 63);
    }

    /// <summary>What the compression needs of a vector of u64.</summary>
    private interface IWords<T>
        where T : unmanaged
    {
        static abstract T Repeat(ulong value);

        static abstract T Load(ReadOnlySpan<ulong> source);

        static abstract void Store(T value, Span<ulong> destination);

        static abstract T Add(T left, T right);

        static abstract T Xor(T left, T right);

        static abstract T RotateRight(T value, [ConstantExpected] byte bits);
    }

    private readonly struct Words512 : IWords<Vector512<ulong>>
    {
        public static Vector512<ulong> Repeat(ulong value) => Vector512.Create(value);

        public static Vector512<ulong> Load(ReadOnlySpan<ulong> source) => Vector512.Create(source);

        public static void Store(Vector512<ulong> value, Span<ulong> destination) => value.CopyTo(destination);

        public static Vector512<ulong> Add(Vector512<ulong> left, Vector512<ulong> right) => left + right;

        public static Vector512<ulong> Xor(Vector512<ulong> left, Vector512<ulong> right) => left ^ right;

        public static Vector512<ulong> RotateRight(Vector512<ulong> value, [ConstantExpected] byte bits) => Avx512F.IsSupported
            ? Avx512F.RotateRight(value, bits)
            : (value >> bits) | (value << (64 - bits));
    }

    private readonly struct Words256 : IWords<Vector256<ulong>>
    {
        public static Vector256<ulong> Repeat(ulong value) => Vector256.Create(value);

        public static Vector256<ulong> Load(ReadOnlySpan<ulong> source) => Vector256.Create(source);

        public static void Store(Vector256<ulong> value, Span<ulong> destination) => value.CopyTo(destination);

        public static Vector256<ulong> Add(Vector256<ulong> left, Vector256<ulong> right) => left + right;

        public static Vector256<ulong> Xor(Vector256<ulong> left, Vector256<ulong> right) => left ^ right;

        public static Vector256<ulong> RotateRight(Vector256<ulong> value, [ConstantExpected] byte bits) =>
            (value >> bits) | (value << (64 - bits));
    }
}
