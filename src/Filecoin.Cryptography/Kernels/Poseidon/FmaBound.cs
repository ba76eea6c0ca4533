namespace Filecoin.Cryptography.Kernels.Poseidon;

/// <summary>Bounds of an element held as five limbs of <see cref="Radix51"/>.</summary>
/// <param name="OfModulus">Bound of its magnitude, in multiples of r.</param>
internal readonly record struct FmaBound(double OfModulus)
{
    /// <summary>Bound of all limbs but the highest.</summary>
    public const double Limb = 1L << 50;

    /// <summary>2^51, what a limb counts more than the one below it.</summary>
    public const double Radix = 2 * Limb;

    /// <summary>A little more than r.</summary>
    public static double Modulus { get; } = (double)Radix52.Modulus * (1 + 1e-15);

    /// <summary>Constants: balanced.</summary>
    public static FmaBound Balanced => new(0.5);

    /// <summary>Bound of its magnitude.</summary>
    public double Value => OfModulus * Modulus;

    /// <summary>Bound of the highest limb: the others are together at most half of what it counts.</summary>
    public double Highest => (Value / (Radix * Radix * Radix * Radix)) + 1;

    /// <summary>Bound of one of the limbs.</summary>
    public double Of(int limb) => limb == Radix51.Limbs - 1 ? Highest : Limb;
}
