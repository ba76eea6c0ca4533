using System.Runtime.InteropServices;
using Filecoin.Cryptography.Fields;

namespace Filecoin.Sealing.Replica;

/// <summary>
/// A replica node is label plus data node in Fr; both and the sum are canonical little-endian elements (rust-fil-proofs encode.rs). Sums
/// need no Montgomery form.
/// </summary>
internal static class ReplicaEncoding
{
    /// <summary>replica[i] = labels[i] + data[i], 32 bytes a node; <paramref name="replica"/> may be one of the other two.</summary>
    public static void Encode(ReadOnlySpan<byte> labels, ReadOnlySpan<byte> data, Span<byte> replica)
    {
        ReadOnlySpan<Fr> left = MemoryMarshal.Cast<byte, Fr>(labels);
        ReadOnlySpan<Fr> right = MemoryMarshal.Cast<byte, Fr>(data);
        Span<Fr> sums = MemoryMarshal.Cast<byte, Fr>(replica);
        for (int i = 0; i < sums.Length; i++)
        {
            sums[i] = left[i] + right[i];
        }
    }

    /// <summary>data[i] = replica[i] - labels[i]; the inverse of <see cref="Encode"/>.</summary>
    public static void Decode(ReadOnlySpan<byte> labels, ReadOnlySpan<byte> replica, Span<byte> data)
    {
        ReadOnlySpan<Fr> left = MemoryMarshal.Cast<byte, Fr>(labels);
        ReadOnlySpan<Fr> sums = MemoryMarshal.Cast<byte, Fr>(replica);
        Span<Fr> right = MemoryMarshal.Cast<byte, Fr>(data);
        for (int i = 0; i < right.Length; i++)
        {
            right[i] = sums[i] - left[i];
        }
    }
}
