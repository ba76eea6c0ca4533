using System.Diagnostics.CodeAnalysis;
using System.Runtime.Intrinsics;

namespace Filecoin.Sealing.Labeling.Kernels.Vector;

/// <summary>Eight sectors on vectors of 256 bits, for processors with AVX2 and no SHA instructions.</summary>
internal readonly unsafe struct Lanes256 : ILanes<Vector256<uint>>
{
    public static string Name => "vector-8";

    public static Vector256<uint> Load(uint* source) => Vector256.Load(source);

    public static void Store(Vector256<uint> value, uint* destination) => value.Store(destination);

    public static Vector256<uint> Repeat(uint value) => Vector256.Create(value);

    public static Vector256<uint> Add(Vector256<uint> left, Vector256<uint> right) => left + right;

    public static Vector256<uint> And(Vector256<uint> left, Vector256<uint> right) => left & right;

    public static Vector256<uint> Rotations(
        Vector256<uint> value, [ConstantExpected] byte a, [ConstantExpected] byte b, [ConstantExpected] byte c) =>
        (value >> a) ^ (value << (32 - a)) ^ (value >> b) ^ (value << (32 - b)) ^ (value >> c) ^ (value << (32 - c));

    public static Vector256<uint> RotationsAndShift(
        Vector256<uint> value, [ConstantExpected] byte a, [ConstantExpected] byte b, [ConstantExpected] byte c) =>
        (value >> a) ^ (value << (32 - a)) ^ (value >> b) ^ (value << (32 - b)) ^ (value >> c);

    public static Vector256<uint> Choose(Vector256<uint> e, Vector256<uint> f, Vector256<uint> g) => g ^ (e & (f ^ g));

    public static Vector256<uint> Majority(Vector256<uint> a, Vector256<uint> b, Vector256<uint> c) => (a & b) | (c & (a | b));
}
