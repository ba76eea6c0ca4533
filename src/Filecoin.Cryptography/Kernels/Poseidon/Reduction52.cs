using System.Numerics;

namespace Filecoin.Cryptography.Kernels.Poseidon;

/// <summary>
/// The plan by which the IFMA kernel brings sums with small factors, some limbs longer than an element, back to five limbs without changing
/// their scale: multiples of r come off from the top.
/// </summary>
/// <remarks>
/// A step at shift s expects X &lt; 2^(306 + s). W = floor(X / 2^(254 + s)) fits in a limb, and so does mu = floor(2^306 / r).
/// q = floor(W·mu / 2^52) is at most X / (r·2^s), and less by no more than 0.56 for what W leaves out, 1 for what mu leaves out, and 1 for the
/// last rounding; carries that have not yet reached the limbs of W count 2^-30 of one. So X - q·r·2^s &lt; 2.6·r·2^s &lt; 2^(256.3 + s), and the next
/// step's shift may be smaller by 49. The last step's shift is 0. Only the limbs that the remainder needs are computed; what stands above them is
/// a multiple of a power of two that is dropped.
/// </remarks>
internal static class Reduction52
{
    private const int CapacityBits = 306;
    private const int RemainderBits = 257;

    /// <summary>More than any result: 2.6·r, rounded up to a multiple of r.</summary>
    public static BigInteger Most => 3 * Radix52.Modulus;

    /// <summary>Bound of w~: y~ below 1.1·r, plus 3·r, less a reduced sum.</summary>
    public static BigInteger MostHistory => 41 * Radix52.Modulus / 10;

    /// <summary>The shifts of the steps for sums up to a bound, the largest first.</summary>
    public static int[] ShiftsFor(BigInteger most)
    {
        int above = Math.Max(0, (int)most.GetBitLength() - CapacityBits);
        const int stride = CapacityBits - RemainderBits;
        int steps = ((above + stride - 1) / stride) + 1;
        return [.. Enumerable.Range(0, steps).Select(i => steps == 1 ? 0 : (above * (steps - 1 - i) + steps - 2) / (steps - 1))];
    }

    /// <summary>Limbs that the remainder after a step needs.</summary>
    public static int LimbsAfter(int shift) => ((RemainderBits + shift - 1) / Radix52.Bits) + 1;

    /// <summary>Limbs of a sum up to a bound.</summary>
    public static int LimbsOf(BigInteger most) => ((int)most.GetBitLength() + Radix52.Bits - 1) / Radix52.Bits;

    /// <summary>The limb in which W begins, and the bit in it.</summary>
    public static (int Limb, int Bit) Window(int shift) => Math.DivRem(254 + shift, Radix52.Bits);
}
