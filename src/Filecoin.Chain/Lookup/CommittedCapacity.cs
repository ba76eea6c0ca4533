namespace Filecoin.Chain;

/// <summary>What a sector's weights on chain say about its data.</summary>
internal static class CommittedCapacity
{
    /// <summary>
    /// Whether its weights say that a sector was sealed over data. Those of a snapped sector are its update's. Of another one they are its own;
    /// its pre-commit should say so too.
    /// </summary>
    internal static bool Weighs(SectorOnChainInfo info) => info.SectorKeyCid is null && (HasUnverified(info) || !IsZero(info.VerifiedDealWeight));

    /// <summary>Whether a proven sector holds data that is not verified.</summary>
    internal static bool HasUnverified(SectorOnChainInfo info) => !IsZero(info.DealWeight);

    /// <summary>Weights are decimal numbers of any length; nodes that leave them out say nothing by it.</summary>
    private static bool IsZero(string? weight) => weight is null || weight.AsSpan().Trim('0').IsEmpty;
}
