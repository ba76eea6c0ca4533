using System.Numerics;
using Filecoin.Cryptography.Fields;

namespace Filecoin.Cryptography.Kernels.Poseidon;

/// <summary>
/// Elements of Fr as five signed limbs of 51 bits, least significant first, each a double, in Montgomery form with respect to 2^255: what the
/// kernels multiply that have fused multiply-adds of doubles and nothing better. Limbs are balanced, from -2^50 up to 2^50 - 1, but for the
/// highest, which holds what is left; values lie around zero.
/// </summary>
internal static class Radix51
{
    /// <summary>Limbs of an element.</summary>
    public const int Limbs = 5;

    /// <summary>Bits of a limb.</summary>
    public const int Bits = 51;

    /// <summary>All bits of a limb.</summary>
    public const ulong Mask = (1UL << Bits) - 1;

    /// <summary>The Montgomery form of <paramref name="element"/>, times 2^(51·<paramref name="more"/>), between -r/2 and r/2.</summary>
    public static BigInteger ToMontgomery(Fr element, int more = 0) =>
        Balanced(FrInteger.ToInteger(element) << ((Limbs + more) * Bits));

    /// <summary>The representative of a residue between -r/2 and r/2.</summary>
    public static BigInteger Balanced(BigInteger value)
    {
        BigInteger least = ((value % Radix52.Modulus) + Radix52.Modulus) % Radix52.Modulus;
        return least > Radix52.Modulus / 2 ? least - Radix52.Modulus : least;
    }

    /// <summary>Balanced limbs, the highest as large as it must be.</summary>
    public static long[] Split(BigInteger value, int limbs = Limbs)
    {
        long[] split = new long[limbs];
        for (int i = 0; i < limbs - 1; i++)
        {
            long limb = (long)(value & Mask);
            split[i] = limb >= 1L << (Bits - 1) ? limb - (1L << Bits) : limb;
            value = (value - split[i]) >> Bits;
        }

        split[limbs - 1] = (long)value;
        return split;
    }

    /// <summary>The limbs of a positive integer, from 0 up to 2^51 - 1, as many as it has.</summary>
    public static long[] SplitPositive(BigInteger value)
    {
        List<long> limbs = [];
        for (; !value.IsZero; value >>= Bits)
        {
            limbs.Add((long)(value & Mask));
        }

        return [.. limbs];
    }
}
