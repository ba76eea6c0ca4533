using System.Numerics;

namespace Filecoin.OpenCl.Kernels;

/// <summary>
/// The plan by which a device brings sums with small factors back without changing their scale: multiples of r come off from the top, as
/// <c>take_multiple</c> in field.cl says. A step at shift s expects less than 2^(286 + s) and leaves less than 2.6·r·2^s, which is below
/// 2^(257 + s): the next step's shift may be smaller by 29. The last step's shift is 0.
/// </summary>
internal static class SumReduction
{
    /// <summary>Bits of the power of two whose quotient by r is multiplied with the window.</summary>
    public const int QuotientBits = 286;

    private const int CapacityBits = 286;
    private const int RemainderBits = 257;
    private const int WindowBit = 254;

    /// <summary>The shifts of the steps for sums up to a bound, the largest first.</summary>
    public static int[] ShiftsFor(BigInteger most)
    {
        int above = Math.Max(0, (int)most.GetBitLength() - CapacityBits);
        const int stride = CapacityBits - RemainderBits;
        int steps = ((above + stride - 1) / stride) + 1;
        return [.. Enumerable.Range(0, steps).Select(i => Math.Max(0, above - (i * stride)))];
    }

    /// <summary>The limb in which the window of a step begins, and the bit in it.</summary>
    public static (int Limb, int Bit) Window(int shift) => Math.DivRem(WindowBit + shift, PoseidonProgram.LimbBits);

    /// <summary>Limbs of a number.</summary>
    public static int LimbsOf(BigInteger value) => ((int)value.GetBitLength() + PoseidonProgram.LimbBits - 1) / PoseidonProgram.LimbBits;
}
