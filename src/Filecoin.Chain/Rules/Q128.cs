using System.Collections.Immutable;
using System.Globalization;
using System.Numerics;

namespace Filecoin.Chain.Rules;

/// <summary>
/// Sums with fixed-point numbers of 128 bits behind the point, rounded as the chain rounds them, so that the last digit is the same. The
/// polynomials are those of builtin-actors, runtime/src/builtin/reward/smooth/smooth_func.rs.
/// </summary>
internal static class Q128
{
    private const int Precision = FilterEstimate.Precision;

    private static readonly BigInteger Ln2 = Number("235865763225513294137944142764154484399");

    /// <summary>A rational function that is the logarithm between 1 and 2; coefficients of the highest power first.</summary>
    private static readonly ImmutableArray<BigInteger> Numerator =
    [
        Number("261417938209272870992496419296200268025"),
        Number("7266615505142943436908456158054846846897"),
        Number("32458783941900493142649393804518050491988"),
        Number("17078670566130897220338060387082146864806"),
        Number("-35150353308172866634071793531642638290419"),
        Number("-20351202052858059355702509232125230498980"),
        Number("-1563932590352680681114104005183375350999"),
    ];

    private static readonly ImmutableArray<BigInteger> Denominator =
    [
        Number("49928077726659937662124949977867279384"),
        Number("2508163877009111928787629628566491583994"),
        Number("21757751789594546643737445330202599887121"),
        Number("53400635271583923415775576342898617051826"),
        Number("41248834748603606604000911015235164348839"),
        Number("9015227820322455780436733526367238305537"),
        Number("340282366920938463463374607431768211456"),
    ];

    /// <summary>The natural logarithm of a number above zero.</summary>
    internal static BigInteger Ln(BigInteger number)
    {
        // number = x 2^k with x between 1 and 2.
        int k = (int)number.GetBitLength() - 1 - Precision;
        BigInteger x = k > 0 ? number >> k : number << -k;
        return (k * Ln2) + Floor(Polynomial(Numerator, x) << Precision, Polynomial(Denominator, x));
    }

    /// <summary>A quotient rounded down, also below zero.</summary>
    internal static BigInteger Floor(BigInteger dividend, BigInteger divisor)
    {
        BigInteger quotient = BigInteger.DivRem(dividend, divisor, out BigInteger rest);
        return rest.Sign != 0 && rest.Sign != divisor.Sign ? quotient - 1 : quotient;
    }

    private static BigInteger Polynomial(ImmutableArray<BigInteger> coefficients, BigInteger x) =>
        coefficients.Aggregate(BigInteger.Zero, (sum, coefficient) => ((sum * x) >> Precision) + coefficient);

    private static BigInteger Number(string text) => BigInteger.Parse(text, CultureInfo.InvariantCulture);
}
