using System.Globalization;
using System.Numerics;

namespace Filecoin.Chain.Rules;

/// <summary>An amount of FIL.</summary>
/// <param name="Atto">In attoFIL, 10^-18 FIL, as the chain counts.</param>
public readonly record struct Fil(BigInteger Atto)
{
    private const int Decimals = 18;
    private const int Shown = 6;

    /// <summary>Nothing.</summary>
    public static Fil Zero => default;

    /// <summary>Sum of two amounts.</summary>
    public static Fil operator +(Fil left, Fil right) => new(left.Atto + right.Atto);

    /// <summary>Sum of two amounts.</summary>
    public static Fil Add(Fil left, Fil right) => left + right;

    /// <summary>"0.000006279746615844": all of it, as wallets take it; not below zero.</summary>
    public string Exact()
    {
        BigInteger whole = BigInteger.DivRem(Atto, BigInteger.Pow(10, Decimals), out BigInteger fraction);
        string digits = ((long)fraction).ToString("D18", CultureInfo.InvariantCulture).TrimEnd('0');
        return whole.ToString(CultureInfo.InvariantCulture) + (digits.Length == 0 ? "" : "." + digits);
    }

    /// <summary>"0.012346 FIL": six decimals, rounded to the nearest; less than that is "&lt; 0.000001 FIL".</summary>
    public override string ToString()
    {
        BigInteger unit = BigInteger.Pow(10, Decimals - Shown);
        BigInteger rounded = (BigInteger.Abs(Atto) + (unit / 2)) / unit;
        if (rounded.IsZero && !Atto.IsZero)
        {
            return Atto.Sign > 0 ? "< 0.000001 FIL" : "> -0.000001 FIL";
        }

        BigInteger whole = BigInteger.DivRem(rounded, BigInteger.Pow(10, Shown), out BigInteger fraction);
        string digits = ((long)fraction).ToString("D6", CultureInfo.InvariantCulture).TrimEnd('0');
        return $"{(Atto.Sign < 0 ? "-" : "")}{whole.ToString(CultureInfo.InvariantCulture)}{(digits.Length == 0 ? "" : "." + digits)} FIL";
    }
}
