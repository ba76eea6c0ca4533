using Filecoin.Cryptography;
using Filecoin.Cryptography.Fields;
using Filecoin.Primitives;

namespace Filecoin.Sealing.Proofs;

/// <summary>
/// Whether nodes are numbers below r. Damage can make one that is not, and modulo r it may be the very number that should stand there:
/// hashing alone would not notice, but nobody else reads such a node.
/// </summary>
internal static class FieldNodes
{
    /// <summary>Whether <paramref name="node"/> is below r.</summary>
    public static bool Is(Bytes32 node) => Fr.TryFromCanonicalBytes(node.Span, out _);

    /// <summary>Index of the first node that is not below r; -1 if all are.</summary>
    public static int IndexOfOther(ReadOnlySpan<byte> nodes)
    {
        for (int i = 0; i < nodes.Length; i += SectorSize.NodeBytes)
        {
            if (!Fr.TryFromCanonicalBytes(nodes.Slice(i, SectorSize.NodeBytes), out _))
            {
                return i / SectorSize.NodeBytes;
            }
        }

        return -1;
    }
}
