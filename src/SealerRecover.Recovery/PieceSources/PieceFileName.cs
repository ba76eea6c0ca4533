using Filecoin.Primitives;

namespace SealerRecover.Recovery.PieceSources;

/// <summary>What the name of a file tells about a piece in it.</summary>
/// <param name="CommP">The commitment.</param>
/// <param name="V2">The whole of a CID of version 2; null for version 1, which tells no size.</param>
internal readonly record struct PieceFileName(CommD CommP, PieceCidV2? V2)
{
    private const int LongestName = 200;
    private static readonly string[] Extensions = [".car", ".piece", ".raw"];

    /// <summary>Reads a CID of a piece, alone or with a known extension, in any case; false for any other name.</summary>
    public static bool TryParse(ReadOnlySpan<char> name, out PieceFileName result)
    {
        result = default;
        foreach (string extension in Extensions)
        {
            if (name.EndsWith(extension, StringComparison.OrdinalIgnoreCase))
            {
                name = name[..^extension.Length];
                break;
            }
        }

        // All that is worth decoding begins with "baga6ea4seaq" or "bafkzcib".
        if (name.Length > LongestName || !name.StartsWith("ba", StringComparison.OrdinalIgnoreCase)
            || !Cid.TryParse(name.ToString().ToLowerInvariant(), out Cid? cid))
        {
            return false;
        }

        if (CommitmentCid.TryGetCommD(cid, out CommD commP))
        {
            result = new PieceFileName(commP, null);
            return true;
        }

        bool isV2 = PieceCidV2.TryFromCid(cid, out PieceCidV2 v2);
        result = isV2 ? new PieceFileName(v2.Piece.CommP, v2) : default;
        return isV2;
    }
}
