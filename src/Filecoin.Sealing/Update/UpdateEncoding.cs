using System.Runtime.InteropServices;
using Filecoin.Cryptography.Fields;

namespace Filecoin.Sealing.Update;

/// <summary>
/// The three equations of an update in Fr, node by node: update = key + rho · data, key = update - rho · data, data = (update - key) / rho.
/// All nodes are canonical little-endian elements. A factor in Montgomery form times a canonical value is the canonical product, so nothing
/// is converted.
/// </summary>
internal static class UpdateEncoding
{
    private enum Equation
    {
        Encode,
        Remove,
        Decode,
    }

    /// <summary>Puts data into a key.</summary>
    /// <param name="factors">The update's factors.</param>
    /// <param name="firstNode">Index in the sector of the first node.</param>
    /// <param name="nodes">The key's nodes; receives the update's.</param>
    /// <param name="data">The data's nodes.</param>
    public static void Encode(UpdateFactors factors, long firstNode, Span<byte> nodes, ReadOnlySpan<byte> data) =>
        Apply(Equation.Encode, factors, firstNode, nodes, data);

    /// <summary>Takes known data out of an update, which leaves the key: the inverse of <see cref="Encode"/>, with the same factors.</summary>
    public static void Remove(UpdateFactors factors, long firstNode, Span<byte> nodes, ReadOnlySpan<byte> data) =>
        Apply(Equation.Remove, factors, firstNode, nodes, data);

    /// <summary>Finds the data that was put into a known key.</summary>
    /// <param name="inverseFactors">The inverses of the update's factors.</param>
    /// <param name="firstNode">Index in the sector of the first node.</param>
    /// <param name="nodes">The update's nodes; receives the data's.</param>
    /// <param name="key">The key's nodes.</param>
    public static void Decode(UpdateFactors inverseFactors, long firstNode, Span<byte> nodes, ReadOnlySpan<byte> key) =>
        Apply(Equation.Decode, inverseFactors, firstNode, nodes, key);

    private static void Apply(Equation equation, UpdateFactors factors, long firstNode, Span<byte> nodes, ReadOnlySpan<byte> others)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(others.Length, nodes.Length, nameof(others));
        Span<Fr> left = MemoryMarshal.Cast<byte, Fr>(nodes);
        ReadOnlySpan<Fr> right = MemoryMarshal.Cast<byte, Fr>(others);
        while (!left.IsEmpty)
        {
            int length = (int)Math.Min(left.Length, factors.Stretch - (firstNode % factors.Stretch));
            Apply(equation, factors.Of(firstNode), left[..length], right[..length]);
            left = left[length..];
            right = right[length..];
            firstNode += length;
        }
    }

    private static void Apply(Equation equation, Fr factor, Span<Fr> left, ReadOnlySpan<Fr> right)
    {
        switch (equation)
        {
            case Equation.Encode:
                for (int i = 0; i < left.Length; i++)
                {
                    left[i] += factor * right[i];
                }

                break;
            case Equation.Remove:
                for (int i = 0; i < left.Length; i++)
                {
                    left[i] -= factor * right[i];
                }

                break;
            default:
                for (int i = 0; i < left.Length; i++)
                {
                    left[i] = factor * (left[i] - right[i]);
                }

                break;
        }
    }
}
