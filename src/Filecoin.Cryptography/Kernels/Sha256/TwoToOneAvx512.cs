using System.Diagnostics.CodeAnalysis;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Filecoin.Cryptography.Kernels.Sha256;

/// <summary>Sixteen messages at once with AVX-512 (F and BW): rotations and three-operand logic are one instruction each.</summary>
internal sealed class TwoToOneAvx512 : TwoToOneLanes<Vector512<uint>, TwoToOneAvx512.Lanes>
{
    public override string Name => "avx512";

    internal readonly struct Lanes : ILanes<Vector512<uint>>
    {
        // Truth tables of VPTERNLOGD: bit (4x + 2y + z) is the result.
        private const byte XorTable = 0x96, ChooseTable = 0xca, MajorityTable = 0xe8;

        public static int Count => 16;

        public static Vector512<uint> Repeat(uint value) => Vector512.Create(value);

        public static Vector512<uint> Add(Vector512<uint> left, Vector512<uint> right) => left + right;

        public static Vector512<uint> Xor(Vector512<uint> x, Vector512<uint> y, Vector512<uint> z) =>
            Avx512F.TernaryLogic(x, y, z, XorTable);

        public static Vector512<uint> Choose(Vector512<uint> x, Vector512<uint> y, Vector512<uint> z) =>
            Avx512F.TernaryLogic(x, y, z, ChooseTable);

        public static Vector512<uint> Majority(Vector512<uint> x, Vector512<uint> y, Vector512<uint> z) =>
            Avx512F.TernaryLogic(x, y, z, MajorityTable);

        public static Vector512<uint> RotateRight(Vector512<uint> value, [ConstantExpected] byte bits) =>
            Avx512F.RotateRight(value, bits);

        public static Vector512<uint> ShiftRight(Vector512<uint> value, [ConstantExpected] byte bits) => value >> bits;

        public static Vector512<uint> SwapBytes(Vector512<uint> value) => Avx512BW.Shuffle(
            value.AsByte(),
            Vector512.Create(Vector256.Create(Vector128.Create((byte)3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12)))).AsUInt32();

        public static unsafe Vector512<uint> LoadQuarters(byte* source, int stride) => Vector512.Create(
            Vector256.Create(Vector128.Load(source), Vector128.Load(source + stride)),
            Vector256.Create(Vector128.Load(source + (2 * stride)), Vector128.Load(source + (3 * stride)))).AsUInt32();

        public static unsafe void StoreQuarters(Vector512<uint> value, byte* destination, int stride)
        {
            Avx512F.ExtractVector128(value, 0).AsByte().Store(destination);
            Avx512F.ExtractVector128(value, 1).AsByte().Store(destination + stride);
            Avx512F.ExtractVector128(value, 2).AsByte().Store(destination + (2 * stride));
            Avx512F.ExtractVector128(value, 3).AsByte().Store(destination + (3 * stride));
        }

        public static Vector512<uint> UnpackLow(Vector512<uint> left, Vector512<uint> right) => Avx512F.UnpackLow(left, right);

        public static Vector512<uint> UnpackHigh(Vector512<uint> left, Vector512<uint> right) => Avx512F.UnpackHigh(left, right);

        public static Vector512<uint> UnpackLow64(Vector512<uint> left, Vector512<uint> right) =>
            Avx512F.UnpackLow(left.AsUInt64(), right.AsUInt64()).AsUInt32();

        public static Vector512<uint> UnpackHigh64(Vector512<uint> left, Vector512<uint> right) =>
            Avx512F.UnpackHigh(left.AsUInt64(), right.AsUInt64()).AsUInt32();
    }
}
