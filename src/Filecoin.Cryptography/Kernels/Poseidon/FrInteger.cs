using System.Numerics;
using Filecoin.Cryptography.Fields;

namespace Filecoin.Cryptography.Kernels.Poseidon;

/// <summary>Between elements of Fr and integers, for making constants; never used while hashing.</summary>
internal static class FrInteger
{
    private static readonly BigInteger OneFifth = Inverse(5, Radix52.Modulus - 1);

    /// <summary>The element that an integer, reduced modulo r, stands for.</summary>
    public static Fr ToFr(BigInteger value)
    {
        Span<byte> bytes = stackalloc byte[Fr.Bytes];
        BigInteger reduced = BigInteger.Remainder(value, Radix52.Modulus);
        (reduced.Sign < 0 ? reduced + Radix52.Modulus : reduced).TryWriteBytes(bytes, out _, isUnsigned: true);
        return Fr.FromBytes(bytes);
    }

    /// <summary>The element as an integer below r.</summary>
    public static BigInteger ToInteger(Fr element) => new(element.ToBytes32().Span, isUnsigned: true);

    /// <summary>The one element whose fifth power this is: r - 1 is no multiple of 5, which is why Poseidon's S-box can be x^5.</summary>
    public static Fr FifthRoot(Fr element) => ToFr(BigInteger.ModPow(ToInteger(element), OneFifth, Radix52.Modulus));

    private static BigInteger Inverse(BigInteger value, BigInteger modulus)
    {
        // The smallest k for which 1 + k·modulus is a multiple of a small value.
        BigInteger multiple = BigInteger.One;
        while (!(multiple % value).IsZero)
        {
            multiple += modulus;
        }

        return multiple / value;
    }
}
