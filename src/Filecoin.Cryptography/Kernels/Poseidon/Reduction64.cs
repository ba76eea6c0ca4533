using System.Numerics;

namespace Filecoin.Cryptography.Kernels.Poseidon;

/// <summary>
/// The plan by which the ADX kernel brings sums with small factors back to four limbs without changing their scale: multiples of r come off
/// from the top.
/// </summary>
/// <remarks>
/// A step at shift s expects X &lt; 2^(318 + s). W = floor(X / 2^(254 + s)) fits in a limb, and so does mu = floor(2^318 / r).
/// q = floor(W·mu / 2^64) is at most X / (r·2^s), and less by no more than 0.56 for what W leaves out, 1 for what mu leaves out, and 1 for the
/// last rounding. So X - q·r·2^s &lt; 2.6·r·2^s &lt; 2^(256.3 + s), and the next step's shift may be smaller by 61. The last step's shift is 0;
/// what it leaves, below 2.6·r, goes through the table of multiples as all sums do.
/// </remarks>
internal static class Reduction64
{
    /// <summary>Bits of the power of two whose quotient by r is mu.</summary>
    public const int QuotientBits = 318;

    private const int CapacityBits = 318;
    private const int RemainderBits = 257;
    private const int LimbBits = 64;

    /// <summary>More than any element after correction: r + 2^252.</summary>
    public static BigInteger MostElement => Radix52.Modulus + (BigInteger.One << (256 - PoseidonTables64.EstimateBits));

    /// <summary>The shifts of the steps for sums up to a bound, the largest first.</summary>
    public static int[] ShiftsFor(BigInteger most)
    {
        int above = Math.Max(0, (int)most.GetBitLength() - CapacityBits);
        const int stride = CapacityBits - RemainderBits;
        int steps = ((above + stride - 1) / stride) + 1;
        return [.. Enumerable.Range(0, steps).Select(i => Math.Max(0, above - (i * stride)))];
    }

    /// <summary>Limbs that the remainder after a step needs.</summary>
    public static int LimbsAfter(int shift) => ((RemainderBits + shift - 1) / LimbBits) + 1;

    /// <summary>Limbs of a number.</summary>
    public static int LimbsOf(BigInteger value) => ((int)value.GetBitLength() + LimbBits - 1) / LimbBits;

    /// <summary>The limb in which W begins, and the bit in it.</summary>
    public static (int Limb, int Bit) Window(int shift) => Math.DivRem(254 + shift, LimbBits);
}
