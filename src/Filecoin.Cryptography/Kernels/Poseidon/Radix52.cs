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

    /// <summary>The Montgomery form of <paramref name="element"/>, fully reduced.</summary>
    public static BigInteger ToMontgomery(Fr element) => (FrInteger.ToInteger(element) << (Limbs * Bits)) % Modulus;
}
