using Filecoin.Cryptography;

namespace Filecoin.Sealing.Pieces;

/// <summary>Commitments to zeros, one for each power of two of bytes.</summary>
internal static class ZeroPieces
{
    private const int LargestLog2 = 47;
    private const int NodeLog2 = 5;

    private static readonly Bytes32[] ByLog2 = Make();

    /// <summary>The root over <paramref name="paddedSize"/> zero bytes.</summary>
    /// <param name="paddedSize">A power of two from 32 to 2^47.</param>
    public static Bytes32 Commitment(long paddedSize)
    {
        if (!long.IsPow2(paddedSize) || paddedSize < 1L << NodeLog2 || paddedSize > 1L << LargestLog2)
        {
            throw new ArgumentOutOfRangeException(nameof(paddedSize), paddedSize, "a power of two from 32 to 2^47 is needed");
        }

        return ByLog2[(int)long.Log2(paddedSize) - NodeLog2];
    }

    private static Bytes32[] Make()
    {
        Bytes32[] commitments = new Bytes32[LargestLog2 - NodeLog2 + 1];
        for (int i = 1; i < commitments.Length; i++)
        {
            commitments[i] = PieceTree.Parent(commitments[i - 1], commitments[i - 1]);
        }

        return commitments;
    }
}
