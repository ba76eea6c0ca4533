using System.Diagnostics.CodeAnalysis;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Filecoin.Sealing.Labeling.Kernels.Vector;

/// <summary>Sixteen sectors on vectors of 512 bits, which have rotations and functions of three operands.</summary>
internal readonly unsafe struct Lanes512 : ILanes<Vector512<uint>>
{
    // Truth tables of three operands, one bit for each of (first, second, third) = 111 ... 000.
    private const byte XorOfThree = 0b1001_0110, SecondOrThirdByFirst = 0b1100_1010, AtLeastTwo = 0b1110_1000;

    public static string Name => "vector-16";

    public static Vector512<uint> Load(uint* source) => Vector512.Load(source);

    public static void Store(Vector512<uint> value, uint* destination) => value.Store(destination);

    public static Vector512<uint> Repeat(uint value) => Vector512.Create(value);

    public static Vector512<uint> Add(Vector512<uint> left, Vector512<uint> right) => left + right;

    public static Vector512<uint> And(Vector512<uint> left, Vector512<uint> right) => left & right;

    public static Vector512<uint> Rotations(
        Vector512<uint> value, [ConstantExpected] byte a, [ConstantExpected] byte b, [ConstantExpected] byte c) =>
        Avx512F.TernaryLogic(
            Avx512F.RotateRight(value, a), Avx512F.RotateRight(value, b), Avx512F.RotateRight(value, c), XorOfThree);

    public static Vector512<uint> RotationsAndShift(
        Vector512<uint> value, [ConstantExpected] byte a, [ConstantExpected] byte b, [ConstantExpected] byte c) =>
        Avx512F.TernaryLogic(Avx512F.RotateRight(value, a), Avx512F.RotateRight(value, b), value >> c, XorOfThree);

    public static Vector512<uint> Choose(Vector512<uint> e, Vector512<uint> f, Vector512<uint> g) =>
        Avx512F.TernaryLogic(e, f, g, SecondOrThirdByFirst);

    public static Vector512<uint> Majority(Vector512<uint> a, Vector512<uint> b, Vector512<uint> c) =>
        Avx512F.TernaryLogic(a, b, c, AtLeastTwo);
}
