using System.Diagnostics.CodeAnalysis;
using System.Runtime.Intrinsics;

namespace Filecoin.Sealing.Labeling.Kernels.Vector;

/// <summary>Four sectors on vectors of 128 bits: any processor .NET has vectors for.</summary>
internal readonly unsafe struct Lanes128 : ILanes<Vector128<uint>>
{
    public static string Name => "vector-4";

    public static Vector128<uint> Load(uint* source) => Vector128.Load(source);

    public static void Store(Vector128<uint> value, uint* destination) => value.Store(destination);

    public static Vector128<uint> Repeat(uint value) => Vector128.Create(value);

    public static Vector128<uint> Add(Vector128<uint> left, Vector128<uint> right) => left + right;

    public static Vector128<uint> And(Vector128<uint> left, Vector128<uint> right) => left & right;

    public static Vector128<uint> Rotations(
        Vector128<uint> value, [ConstantExpected] byte a, [ConstantExpected] byte b, [ConstantExpected] byte c) =>
        (value >> a) ^ (value << (32 - a)) ^ (value >> b) ^ (value << (32 - b)) ^ (value >> c) ^ (value << (32 - c));

    public static Vector128<uint> RotationsAndShift(
        Vector128<uint> value, [ConstantExpected] byte a, [ConstantExpected] byte b, [ConstantExpected] byte c) =>
        (value >> a) ^ (value << (32 - a)) ^ (value >> b) ^ (value << (32 - b)) ^ (value >> c);

    public static Vector128<uint> Choose(Vector128<uint> e, Vector128<uint> f, Vector128<uint> g) => g ^ (e & (f ^ g));

    public static Vector128<uint> Majority(Vector128<uint> a, Vector128<uint> b, Vector128<uint> c) => (a & b) | (c & (a | b));
}
