using System.Security.Cryptography;
using Filecoin.Cryptography;
using Filecoin.Primitives;

namespace SealerRecover.Recovery;

/// <summary>CommD of a sector that holds only zeros: the binary tree of truncated SHA-256 over equal nodes, one hash a row.</summary>
internal static class ZeroCommD
{
    /// <summary>CommD of zeros of <paramref name="size"/>.</summary>
    public static CommD For(SectorSize size)
    {
        Span<byte> pair = stackalloc byte[2 * Bytes32.Length];
        Span<byte> digest = stackalloc byte[Bytes32.Length];
        Bytes32 node = default;
        for (long nodes = size.Nodes; nodes > 1; nodes /= 2)
        {
            node.CopyTo(pair);
            node.CopyTo(pair[Bytes32.Length..]);
            SHA256.HashData(pair, digest);
            node = new Bytes32(digest).ClearTopTwoBits();
        }

        return new CommD(node);
    }
}
