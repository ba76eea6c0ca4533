using System.Numerics;
using Filecoin.Cryptography.Fields;
using SealerRecover.Tests;
using Xunit;

namespace Filecoin.Cryptography.Tests.Fields;

/// <summary>Arithmetic against BigInteger, on the edges of limbs and of the modulus, all pairs.</summary>
public sealed class FrTests
{
    private static readonly BigInteger Modulus =
        BigInteger.Parse("073eda753299d7d483339d80809a1d80553bda402fffe5bfeffffffff00000001", System.Globalization.NumberStyles.HexNumber, null);

    private static IEnumerable<BigInteger> Edges()
    {
        yield return 0;
        yield return 1;
        yield return 2;
        yield return Modulus - 1;
        yield return Modulus - 2;
        yield return Modulus / 2;
        foreach (int shift in new[] { 32, 63, 64, 65, 127, 128, 191, 192, 193, 253, 254 })
        {
            yield return BigInteger.One << shift;
            yield return (BigInteger.One << shift) - 1;
        }

        byte[] random = VectorFiles.Stream("fr-tests", 20 * 32);
        for (int i = 0; i < 20; i++)
        {
            yield return new BigInteger(random.AsSpan(32 * i, 32), isUnsigned: true) % Modulus;
        }
    }

    [Fact]
    public void Sums_differences_and_products_of_all_pairs_of_edges_are_right()
    {
        foreach (BigInteger a in Edges())
        {
            foreach (BigInteger b in Edges())
            {
                Fr x = ToFr(a), y = ToFr(b);
                Assert.Equal((a + b) % Modulus, FromFr(x + y));
                Assert.Equal((a - b + Modulus) % Modulus, FromFr(x - y));
                Assert.Equal(a * b % Modulus, FromFr(x * y));
            }
        }
    }

    [Fact]
    public void Inverses_and_fifth_powers_are_right()
    {
        foreach (BigInteger a in Edges())
        {
            Fr x = ToFr(a);
            Assert.Equal(BigInteger.ModPow(a, 5, Modulus), FromFr(Fr.Quintic(x)));
            if (!a.IsZero)
            {
                Assert.Equal(Fr.One, x * x.Inverse());
            }
        }

        Assert.Throws<DivideByZeroException>(() => Fr.Zero.Inverse());
    }

    [Fact]
    public void Any_32_bytes_are_read_as_their_residue_but_only_canonical_ones_as_canonical()
    {
        BigInteger[] values = [Modulus, Modulus + 1, (BigInteger.One << 256) - 1, Modulus - 1, 2 * Modulus];
        foreach (BigInteger value in values)
        {
            byte[] bytes = Bytes(value);
            Assert.Equal(value % Modulus, FromFr(Fr.FromBytes(bytes)));
            Assert.Equal(value < Modulus, Fr.TryFromCanonicalBytes(bytes, out _));
        }

        Assert.False(Fr.TryFromCanonicalBytes(new byte[31], out _));
    }

    [Fact]
    public unsafe void Dot_products_are_right_up_to_twelve_of_the_largest_elements()
    {
        BigInteger[] edges = [.. Edges()];
        Fr* a = stackalloc Fr[DotProduct.MaxTerms];
        Fr* b = stackalloc Fr[DotProduct.MaxTerms];
        for (int n = 1; n <= DotProduct.MaxTerms; n++)
        {
            for (int offset = 0; offset < edges.Length; offset++)
            {
                BigInteger sum = 0;
                for (int i = 0; i < n; i++)
                {
                    // Offset 0: all r - 1, the largest sum there is.
                    BigInteger x = offset == 0 ? Modulus - 1 : edges[(offset + i) % edges.Length];
                    BigInteger y = offset == 0 ? Modulus - 1 : edges[((7 * offset) + (3 * i)) % edges.Length];
                    sum += x * y;
                    a[i] = ToFr(x);
                    b[i] = ToFr(y);
                }

                Assert.Equal(sum % Modulus, FromFr(DotProduct.Sum(a, b, n)));

                // The Montgomery form itself can be as large as r - 1 in both factors: the bound the reduction is proved for.
                for (int i = 0; i < n; i++)
                {
                    a[i] = b[i] = new Fr(Fr.R0 - 1, Fr.R1, Fr.R2, Fr.R3);
                }

                BigInteger largest = FromFr(a[0]);
                Assert.Equal(n * largest * largest % Modulus, FromFr(DotProduct.Sum(a, b, n)));
            }
        }
    }

    private static Fr ToFr(BigInteger value) => Fr.FromBytes(Bytes(value));

    private static BigInteger FromFr(Fr element) => new(element.ToBytes32().Span, isUnsigned: true);

    private static byte[] Bytes(BigInteger value)
    {
        byte[] bytes = new byte[32];
        Assert.True(value.TryWriteBytes(bytes, out _, isUnsigned: true));
        return bytes;
    }
}
