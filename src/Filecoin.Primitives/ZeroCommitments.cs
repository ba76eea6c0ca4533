using System.Collections.Immutable;
using System.Numerics;
using Filecoin.Cryptography;

namespace Filecoin.Primitives;

/// <summary>
/// Commitments to data that is all zero: the CommD of a CC sector, the CommP of a filler piece. Computed, not tabulated: the root of a binary
/// tree over zero nodes, each node sha256(left, right) with its top two bits cleared (go-commp-utils zerocomm.go).
/// </summary>
public static class ZeroCommitments
{
    /// <summary>Root at height h above the 32-byte nodes; 64 GiB has height 31.</summary>
    private static readonly ImmutableArray<Bytes32> Roots = [.. Climb(31)];

    /// <summary>The CommD of a CC sector of <paramref name="size"/>.</summary>
    public static CommD ForSector(SectorSize size) => new(Roots[BitOperations.Log2((ulong)size.Nodes)]);

    /// <summary>The CommP of a zero piece of <paramref name="paddedSize"/> bytes after Fr32 padding: a power of two from 128 to 64 GiB.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is not such a size.</exception>
    public static CommD ForPiece(long paddedSize)
    {
        if (paddedSize is < 128 or > 64L << 30 || !long.IsPow2(paddedSize))
        {
            throw new ArgumentOutOfRangeException(nameof(paddedSize), paddedSize, "a piece is a power of two from 128 bytes to 64GiB");
        }

        return new CommD(Roots[BitOperations.Log2((ulong)paddedSize / SectorSize.NodeBytes)]);
    }

    private static IEnumerable<Bytes32> Climb(int height)
    {
        Bytes32 root = default;
        yield return root;
        for (int level = 0; level < height; level++)
        {
            root = PieceRoots.Parent(root, root);
            yield return root;
        }
    }
}
