using Filecoin.Primitives;

namespace SealerRecover.Recovery.Survey;

/// <summary>How much of a replica was compared with tree_r_last where not all of it was, and what that is worth.</summary>
/// <param name="Read">Stretches read, each beneath one node of tree_r_last's lowest kept row.</param>
/// <param name="All">Stretches the replica has.</param>
/// <param name="StretchBytes">Bytes of each.</param>
/// <param name="BlockChance">
/// The chance, 0 to 1, that damage of one block of <see cref="BlockBytes"/>, wherever it is, would have been met: the share of blocks of which
/// something was read.
/// </param>
public sealed record ReadSample(long Read, long All, long StretchBytes, double BlockChance)
{
    /// <summary>What disks lose at once.</summary>
    public const int BlockBytes = 4096;

    /// <summary>What reading these stretches is worth.</summary>
    /// <param name="stretches">Their numbers, counted over the replica; one that is named twice counts once.</param>
    /// <param name="stretchBytes">Bytes of each.</param>
    /// <param name="size">The replica's.</param>
    public static ReadSample From(IEnumerable<long> stretches, long stretchBytes, SectorSize size)
    {
        HashSet<long> read = [.. stretches];
        long blockBytes = Math.Min(BlockBytes, size.Bytes);
        long blocks = size.Bytes / blockBytes;
        long met = stretchBytes >= blockBytes
            ? read.Count * (stretchBytes / blockBytes)
            : read.Select(stretch => stretch * stretchBytes / blockBytes).Distinct().LongCount();
        return new ReadSample(read.Count, size.Bytes / stretchBytes, stretchBytes, (double)met / blocks);
    }
}
