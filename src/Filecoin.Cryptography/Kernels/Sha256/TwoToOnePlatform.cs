using System.Security.Cryptography;

namespace Filecoin.Cryptography.Kernels.Sha256;

/// <summary>The system's SHA-256 (OpenSSL on Linux), one call a node: for processors with nothing better.</summary>
internal sealed class TwoToOnePlatform : TwoToOneHash
{
    public override string Name => "platform";

    private protected override void HashPairs(ReadOnlySpan<byte> pairs, Span<byte> parents)
    {
        // Hashed to the side, so that nothing is asked to write where it reads.
        Span<byte> parent = stackalloc byte[NodeBytes];
        for (int i = 0; i < parents.Length; i += NodeBytes)
        {
            SHA256.HashData(pairs.Slice(2 * i, PairBytes), parent);
            parent[NodeBytes - 1] &= LastByteMask;
            parent.CopyTo(parents[i..]);
        }
    }
}
