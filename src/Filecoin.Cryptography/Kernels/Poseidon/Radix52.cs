using System.Numerics;
using Filecoin.Cryptography.Fields;

namespace Filecoin.Cryptography.Kernels.Poseidon;

/// <summary>
/// Elements of Fr as five limbs of 52 bits, least significant first, in Montgomery form with respect to 2^260: what AVX-512 IFMA multiplies.
/// Between operations values are below 2^260 but not necessarily below r; every limb is below 2^52.
/// </summary>
internal static class Radix52
{
    /// <summary>Limbs of an element.</summary>
    public const int Limbs = 5;

    /// <summary>Bits of a limb.</summary>
    public const int Bits = 52;

    /// <summary>All bits of a limb.</summary>
    public const ulong Mask = (1UL << Bits) - 1;

    /// <summary>r.</summary>
    public static BigInteger Modulus { get; } =
        (new BigInteger(Fr.R3) << 192) + (new BigInteger(Fr.R2) << 128) + (new BigInteger(Fr.R1) << 64) + Fr.R0;

    /// <summary>-r^-1 mod 2^52.</summary>
    public static ulong NegativeInverse => Fr.NegativeInverse & Mask;

    /// <summary>Writes the limbs of an integer below 2^260.</summary>
    public static void Write(Span<ulong> limbs, BigInteger value)
    {
        for (int i = 0; i < Limbs; i++)
        {
            limbs[i] = (ulong)((value >> (Bits * i)) & Mask);
        }
    }

    /// <summary>Writes the Montgomery form of <paramref name="element"/>, fully reduced.</summary>
    public static void Write(Span<ulong> limbs, Fr element) =>
        Write(limbs, (new BigInteger(element.ToBytes32().Span, isUnsigned: true) << (Limbs * Bits)) % Modulus);
}
