using Filecoin.Primitives;

namespace Filecoin.Chain;

/// <summary>What a sector's weights on chain say about its data.</summary>
internal static class CommittedCapacity
{
    /// <summary>
    /// Whether its weights say that a sector was sealed over data. Those of a snapped sector are its update's. Of another one they are its own;
    /// its pre-commit should say so too.
    /// </summary>
    internal static bool Weighs(SectorOnChainInfo info) => info.SectorKeyCid is null && (HasUnverified(info) || !IsZero(info.VerifiedDealWeight));

    /// <summary>Whether a sector was sealed over data. CommD decides where it is known; else the deals, the pieces and the weights do.</summary>
    /// <param name="agreed">What is known of how it was sealed.</param>
    /// <param name="proven">Its record; null while it is not proven.</param>
    /// <param name="size">Its size.</param>
    internal static bool HoldsData(AgreedFacts agreed, SectorOnChainInfo? proven, SectorSize size) => agreed.CommD is { } commD
        ? commD.Value != ZeroCommitments.ForSector(size)
        : agreed.DealIds is { Value.Count: > 0 } || agreed.Data is not null || (proven is not null && Weighs(proven));

    /// <summary>
    /// Whether claims stand for all data of a proven sector: not if some of it is not verified, nor from FIP-0118 on, which writes no claims any
    /// more and restates all data as verified.
    /// </summary>
    internal static bool IsAllClaimed(SectorOnChainInfo info) => !info.HasFullQaPower && !HasUnverified(info);

    private static bool HasUnverified(SectorOnChainInfo info) => !IsZero(info.DealWeight);

    /// <summary>Weights are decimal numbers of any length; nodes that leave them out say nothing by it.</summary>
    private static bool IsZero(string? weight) => weight is null || weight.AsSpan().Trim('0').IsEmpty;
}
