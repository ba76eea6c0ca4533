using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Filecoin.Cryptography.Kernels;

/// <summary>
/// The first numbers of many <see cref="ChaCha8"/> streams whose seeds differ in the last word only, one stream in each lane of a vector:
/// what the depth robust graph draws for consecutive nodes. <see cref="ChaCha8"/> is the specification.
/// </summary>
internal static class ChaCha8Lanes
{
    /// <summary>Streams in one call.</summary>
    public const int Streams = 16;

    /// <summary>Numbers of each stream in one call: what one node of the graph draws.</summary>
    public const int Numbers = 10;

    /// <summary>Bytes that all seeds have in common.</summary>
    public const int SharedSeedBytes = ChaCha8.SeedBytes - sizeof(uint);

    private const int BlockWords = 16;
    private const int KeyWords = ChaCha8.SeedBytes / sizeof(uint);
    private const int DoubleRounds = 4;

    // "expand 32-byte k"
    private static ReadOnlySpan<uint> Constants => [0x61707865, 0x3320646e, 0x79622d32, 0x6b206574];

    /// <summary>Draws the first numbers of the streams <paramref name="first"/>, <paramref name="first"/> + 1, ….</summary>
    /// <param name="sharedSeed">The first 28 bytes of every seed; a stream's number, as u32 LE, is the rest.</param>
    /// <param name="first">Number of the first stream; the sixteen do not pass 2^32.</param>
    /// <param name="words">
    /// Receives <see cref="Numbers"/> x 2 rows of <see cref="Streams"/> u32: row 2k holds the low halves of every stream's k-th number,
    /// row 2k + 1 the high halves.
    /// </param>
    /// <param name="lanes">Streams at a time: 4, 8 or 16.</param>
    internal static void Draw(ReadOnlySpan<byte> sharedSeed, uint first, Span<uint> words, int lanes)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(sharedSeed.Length, SharedSeedBytes, nameof(sharedSeed));
        ArgumentOutOfRangeException.ThrowIfLessThan(words.Length, 2 * Numbers * Streams, nameof(words));
        Span<uint> key = stackalloc uint[KeyWords];
        for (int i = 0; i < KeyWords - 1; i++)
        {
            key[i] = BinaryPrimitives.ReadUInt32LittleEndian(sharedSeed[(sizeof(uint) * i)..]);
        }

        for (int stream = 0; stream < Streams; stream += lanes)
        {
            key[KeyWords - 1] = first + (uint)stream;
            ref uint column = ref words[stream];
            switch (lanes)
            {
                case 16:
                    DrawLanes<Vector512<uint>, Words512>(key, ref column);
                    break;
                case 8:
                    DrawLanes<Vector256<uint>, Words256>(key, ref column);
                    break;
                default:
                    DrawLanes<Vector128<uint>, Words128>(key, ref column);
                    break;
            }
        }
    }

    private static void DrawLanes<T, TOperator>(ReadOnlySpan<uint> key, ref uint column)
        where T : unmanaged
        where TOperator : IWords<T>
    {
        Span<T> initial = stackalloc T[BlockWords];
        Span<T> block = stackalloc T[BlockWords];
        initial.Clear();
        for (int i = 0; i < Constants.Length; i++)
        {
            initial[i] = TOperator.Repeat(Constants[i]);
        }

        for (int i = 0; i < KeyWords; i++)
        {
            initial[Constants.Length + i] = TOperator.Repeat(key[i]);
        }

        ref T node = ref initial[Constants.Length + KeyWords - 1];
        node = TOperator.Add(node, TOperator.Indices);
        for (uint counter = 0, row = 0; row < 2 * Numbers; counter++)
        {
            initial[12] = TOperator.Repeat(counter);
            Mix<T, TOperator>(initial, block);
            for (int i = 0; i < BlockWords && row < 2 * Numbers; i++, row++)
            {
                TOperator.Store(TOperator.Add(block[i], initial[i]), ref Unsafe.Add(ref column, row * Streams));
            }
        }
    }

    private static void Mix<T, TOperator>(ReadOnlySpan<T> initial, Span<T> block)
        where T : unmanaged
        where TOperator : IWords<T>
    {
        T x0 = initial[0], x1 = initial[1], x2 = initial[2], x3 = initial[3];
        T x4 = initial[4], x5 = initial[5], x6 = initial[6], x7 = initial[7];
        T x8 = initial[8], x9 = initial[9], x10 = initial[10], x11 = initial[11];
        T x12 = initial[12], x13 = initial[13], x14 = initial[14], x15 = initial[15];
        for (int i = 0; i < DoubleRounds; i++)
        {
            QuarterRound<T, TOperator>(ref x0, ref x4, ref x8, ref x12);
            QuarterRound<T, TOperator>(ref x1, ref x5, ref x9, ref x13);
            QuarterRound<T, TOperator>(ref x2, ref x6, ref x10, ref x14);
            QuarterRound<T, TOperator>(ref x3, ref x7, ref x11, ref x15);
            QuarterRound<T, TOperator>(ref x0, ref x5, ref x10, ref x15);
            QuarterRound<T, TOperator>(ref x1, ref x6, ref x11, ref x12);
            QuarterRound<T, TOperator>(ref x2, ref x7, ref x8, ref x13);
            QuarterRound<T, TOperator>(ref x3, ref x4, ref x9, ref x14);
        }

        (block[0], block[1], block[2], block[3]) = (x0, x1, x2, x3);
        (block[4], block[5], block[6], block[7]) = (x4, x5, x6, x7);
        (block[8], block[9], block[10], block[11]) = (x8, x9, x10, x11);
        (block[12], block[13], block[14], block[15]) = (x12, x13, x14, x15);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void QuarterRound<T, TOperator>(ref T a, ref T b, ref T c, ref T d)
        where T : unmanaged
        where TOperator : IWords<T>
    {
        a = TOperator.Add(a, b);
        d = TOperator.RotateLeft(TOperator.Xor(d, a), 16);
        c = TOperator.Add(c, d);
        b = TOperator.RotateLeft(TOperator.Xor(b, c), 12);
        a = TOperator.Add(a, b);
        d = TOperator.RotateLeft(TOperator.Xor(d, a), 8);
        c = TOperator.Add(c, d);
        b = TOperator.RotateLeft(TOperator.Xor(b, c), 7);
    }

    /// <summary>What the generator needs of a vector of u32.</summary>
    private interface IWords<T>
        where T : unmanaged
    {
        /// <summary>0, 1, 2, ….</summary>
        static abstract T Indices { get; }

        static abstract T Repeat(uint value);

        static abstract void Store(T value, ref uint destination);

        static abstract T Add(T left, T right);

        static abstract T Xor(T left, T right);

        static abstract T RotateLeft(T value, [ConstantExpected] byte bits);
    }

    private readonly struct Words512 : IWords<Vector512<uint>>
    {
        public static Vector512<uint> Indices => Vector512<uint>.Indices;

        public static Vector512<uint> Repeat(uint value) => Vector512.Create(value);

        public static void Store(Vector512<uint> value, ref uint destination) => value.StoreUnsafe(ref destination);

        public static Vector512<uint> Add(Vector512<uint> left, Vector512<uint> right) => left + right;

        public static Vector512<uint> Xor(Vector512<uint> left, Vector512<uint> right) => left ^ right;

        public static Vector512<uint> RotateLeft(Vector512<uint> value, [ConstantExpected] byte bits) => Avx512F.IsSupported
            ? Avx512F.RotateLeft(value, bits)
            : (value << bits) | (value >> (32 - bits));
    }

    private readonly struct Words256 : IWords<Vector256<uint>>
    {
        public static Vector256<uint> Indices => Vector256<uint>.Indices;

        public static Vector256<uint> Repeat(uint value) => Vector256.Create(value);

        public static void Store(Vector256<uint> value, ref uint destination) => value.StoreUnsafe(ref destination);

        public static Vector256<uint> Add(Vector256<uint> left, Vector256<uint> right) => left + right;

        public static Vector256<uint> Xor(Vector256<uint> left, Vector256<uint> right) => left ^ right;

        public static Vector256<uint> RotateLeft(Vector256<uint> value, [ConstantExpected] byte bits) =>
            (value << bits) | (value >> (32 - bits));
    }

    private readonly struct Words128 : IWords<Vector128<uint>>
    {
        public static Vector128<uint> Indices => Vector128<uint>.Indices;

        public static Vector128<uint> Repeat(uint value) => Vector128.Create(value);

        public static void Store(Vector128<uint> value, ref uint destination) => value.StoreUnsafe(ref destination);

        public static Vector128<uint> Add(Vector128<uint> left, Vector128<uint> right) => left + right;

        public static Vector128<uint> Xor(Vector128<uint> left, Vector128<uint> right) => left ^ right;

        public static Vector128<uint> RotateLeft(Vector128<uint> value, [ConstantExpected] byte bits) =>
            (value << bits) | (value >> (32 - bits));
    }
}
