using Filecoin.Primitives;

namespace Filecoin.Chain.Facts;

/// <summary>What a sector's files commit to, as the newest state says: any node can tell, also one that has pruned how it was sealed.</summary>
/// <param name="Sector">The sector.</param>
/// <param name="SealProof">The registered seal proof.</param>
/// <param name="SealedCid">CommR of what is proven: of the update where there is one.</param>
/// <param name="SectorKeyCid">CommR of a snapped sector's sealed file; null unless snapped.</param>
public sealed record SectorCommitments(SectorId Sector, SealProofInfo SealProof, CommR SealedCid, CommR? SectorKeyCid)
{
    /// <summary>Whether it is pre-committed and not proven: its Commit 1 is still to come.</summary>
    public bool IsUnproven { get; init; }
}

/// <summary>What was found out about one sector's commitments, or why nothing was.</summary>
/// <param name="Sector">The sector asked for.</param>
/// <param name="Commitments">The commitments; null on failure.</param>
/// <param name="Failure">Why not; null on success.</param>
public sealed record CommitmentsResult(SectorId Sector, SectorCommitments? Commitments, OperatorException? Failure);
