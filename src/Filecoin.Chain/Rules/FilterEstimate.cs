using System.Numerics;
using System.Text.Json.Serialization;

namespace Filecoin.Chain.Rules;

/// <summary>
/// A quantity of the network that its actors smooth over time, and how fast it moves (an alpha-beta filter). Both in Q.128: the integer is the
/// value times 2^128, velocity is a change an epoch. Names and sums are those of builtin-actors, runtime/src/builtin/reward/smooth.
/// </summary>
public sealed record FilterEstimate
{
    /// <summary>Bits behind the point.</summary>
    internal const int Precision = 128;

    /// <summary>Below this square of a velocity (Q.128) the chain takes the denominator for constant.</summary>
    private static readonly BigInteger Still = BigInteger.Parse("302231454903657293676544", System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>The value now.</summary>
    public required BigInteger PositionEstimate { get; init; }

    /// <summary>How it moves.</summary>
    public required BigInteger VelocityEstimate { get; init; }

    /// <summary>The value now, rounded down.</summary>
    [JsonIgnore]
    public BigInteger Estimate => PositionEstimate >> Precision;

    /// <summary>An estimate of whole numbers.</summary>
    public static FilterEstimate Of(BigInteger position, BigInteger velocity) =>
        new() { PositionEstimate = position << Precision, VelocityEstimate = velocity << Precision };

    /// <summary>
    /// The sum of this over <paramref name="denominator"/> in each of the next <paramref name="epochs"/>, both moving as they do now; Q.128.
    /// Where the denominator's course leaves what is above zero, there is no such sum, and it is zero.
    /// </summary>
    internal BigInteger CumulatedRatio(FilterEstimate denominator, long epochs)
    {
        (BigInteger position, BigInteger velocity) = (denominator.PositionEstimate, denominator.VelocityEstimate);
        BigInteger last = position + (velocity * epochs);
        if (position.Sign <= 0 || last.Sign <= 0)
        {
            return BigInteger.Zero;
        }

        // The integral of (p1 + v1 t) / (p2 + v2 t) over t, which is a logarithm, unless v2 is nearly zero.
        BigInteger squared = (velocity * velocity) >> Precision;
        BigInteger time = new BigInteger(epochs) << Precision;
        if (squared > Still)
        {
            BigInteger growth = Q128.Ln(last) - Q128.Ln(position);
            BigInteger constant = (growth * PositionEstimate * velocity) >> Precision;
            BigInteger moving = (((-growth * position) + (velocity * time)) * VelocityEstimate) >> Precision;
            return Q128.Floor(moving + constant, squared);
        }

        BigInteger middle = ((VelocityEstimate * (time >> 1)) >> Precision) + PositionEstimate;
        return Q128.Floor(middle * time, position);
    }
}
