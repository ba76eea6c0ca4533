using System.Diagnostics.CodeAnalysis;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Filecoin.Cryptography.Kernels.Sha256;

/// <summary>Eight messages at once with AVX2, for processors without SHA instructions (Intel before Ice Lake).</summary>
internal sealed class TwoToOneAvx2 : TwoToOneLanes<Vector256<uint>, TwoToOneAvx2.Lanes>
{
    public override string Name => "avx2";

    internal readonly struct Lanes : ILanes<Vector256<uint>>
    {
        public static int Count => 8;

        public static Vector256<uint> Repeat(uint value) => Vector256.Create(value);

        public static Vector256<uint> Add(Vector256<uint> left, Vector256<uint> right) => left + right;

        public static Vector256<uint> Xor(Vector256<uint> x, Vector256<uint> y, Vector256<uint> z) => x ^ y ^ z;

        public static Vector256<uint> Choose(Vector256<uint> x, Vector256<uint> y, Vector256<uint> z) => z ^ (x & (y ^ z));

        public static Vector256<uint> Majority(Vector256<uint> x, Vector256<uint> y, Vector256<uint> z) => (x & y) | (z & (x | y));

        public static Vector256<uint> RotateRight(Vector256<uint> value, [ConstantExpected] byte bits) =>
            (value >> bits) | (value << (32 - bits));

        public static Vector256<uint> ShiftRight(Vector256<uint> value, [ConstantExpected] byte bits) => value >> bits;

        public static Vector256<uint> SwapBytes(Vector256<uint> value) => Avx2.Shuffle(
            value.AsByte(),
            Vector256.Create(Vector128.Create((byte)3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12))).AsUInt32();

        public static unsafe Vector256<uint> LoadQuarters(byte* source, int stride) =>
            Vector256.Create(Vector128.Load(source), Vector128.Load(source + stride)).AsUInt32();

        public static unsafe void StoreQuarters(Vector256<uint> value, byte* destination, int stride)
        {
            value.GetLower().AsByte().Store(destination);
            value.GetUpper().AsByte().Store(destination + stride);
        }

        public static Vector256<uint> UnpackLow(Vector256<uint> left, Vector256<uint> right) => Avx2.UnpackLow(left, right);

        public static Vector256<uint> UnpackHigh(Vector256<uint> left, Vector256<uint> right) => Avx2.UnpackHigh(left, right);

        public static Vector256<uint> UnpackLow64(Vector256<uint> left, Vector256<uint> right) =>
            Avx2.UnpackLow(left.AsUInt64(), right.AsUInt64()).AsUInt32();

        public static Vector256<uint> UnpackHigh64(Vector256<uint> left, Vector256<uint> right) =>
            Avx2.UnpackHigh(left.AsUInt64(), right.AsUInt64()).AsUInt32();
    }
}
