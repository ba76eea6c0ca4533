using Filecoin.Primitives;

namespace Filecoin.Sealing.Proofs;

/// <summary>How many nodes of a sector a proof challenges.</summary>
/// <param name="Partitions">Partitions of the proof: circuits that are proven one by one.</param>
/// <param name="PerPartition">Challenges in each of them.</param>
public readonly record struct ChallengeCounts(int Partitions, int PerPartition)
{
    /// <summary>Challenges of window PoSt for each sector (filecoin-proofs constants.rs, WINDOW_POST_CHALLENGE_COUNT).</summary>
    public const int WindowPost = 10;

    /// <summary>Challenges of winning PoSt for its one sector (WINNING_POST_CHALLENGE_COUNT).</summary>
    public const int WinningPost = 66;

    /// <summary>The most challenges of which Synthetic PoRep lets the seed choose (FIP-0059); a smaller sector has as many as nodes.</summary>
    public const int Synthetic = 1 << 18;

    /// <summary>How many synthetic challenges the seed of a sector of this size chooses from.</summary>
    public static int SyntheticOf(SectorSize size) => (int)Math.Min(size.Nodes, Synthetic);

    /// <summary>All challenges.</summary>
    public int Total => Partitions * PerPartition;

    /// <summary>
    /// The counts of a proof of replication. At least 176 challenges where the chain draws the seed, 2253 where the prover could try
    /// sectors until it likes the challenges (FIP-0092), rounded up to partitions of 18; sectors below 32GiB are for tests
    /// (filecoin-proofs constants.rs).
    /// </summary>
    public static ChallengeCounts Porep(SectorSize size, PorepVariant variant) => (IsProduction: size.Bytes >= SectorSize.GiB32.Bytes, variant) switch
    {
        (true, PorepVariant.NonInteractive) => new(126, 18),
        (true, _) => new(10, 18),
        (false, PorepVariant.NonInteractive) => new(13, 2),
        (false, _) => new(1, 2),
    };
}
