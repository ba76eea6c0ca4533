using Filecoin.Chain.Rules;
using Filecoin.Chain.Sources;
using Filecoin.Chain.Wire;
using Filecoin.Primitives;

namespace Filecoin.Chain.Lookup;

/// <summary>What a sector's weights on chain say about the data it was sealed over.</summary>
internal enum WeightsSay
{
    /// <summary>Nothing that is certain.</summary>
    Nothing,

    /// <summary>It was sealed over zeros.</summary>
    Zeros,

    /// <summary>It was sealed over data.</summary>
    Data,
}

/// <summary>What tells committed capacity, a sector sealed over zeros, from data: the one place that says what weights on chain prove.</summary>
internal static class CommittedCapacity
{
    /// <summary>
    /// What the record of a proven sector says of what it was sealed over. Pure. The rule (builtin-actors actors/miner/src/lib.rs, v8 to v18, and
    /// FIP-0118):
    /// <list type="bullet">
    /// <item>At activation the weights are the space of the pieces times the sector's duration, so that only zeros have none.</item>
    /// <item>An extension restates them: verified data whose claims are dropped loses its weight, and so does other data in the epoch in which the
    /// sector would have expired. Hence zero weights say nothing of a sector that was extended, and PowerBaseEpoch later than Activation is an
    /// extension's (or an update's).</item>
    /// <item>Before network version 21 an extension left no such trace, and from 17 on claims could be dropped, so that they say nothing of sectors
    /// proven between (<see cref="ChainPolicy.ExtensionsLeftNoTrace"/>).</item>
    /// <item>An update restates them, too: those of a snapped sector are its update's.</item>
    /// <item>FULL_QA_POWER (network version 29) changes what power follows from them and nothing else: data that comes since then has
    /// VerifiedDealWeight, a sector of zeros has the flag and no weights, and UpgradeSectorQuality leaves weights and PowerBaseEpoch as they are
    /// unless it extends. So the flag is not looked at.</item>
    /// </list>
    /// A weight, or a deal that an old node tells of it, proves data whatever happened since.
    /// </summary>
    /// <param name="info">The record.</param>
    /// <param name="networkName">Whose heights of upgrades count.</param>
    internal static WeightsSay Of(SectorOnChainInfo info, string networkName) =>
        info.SectorKeyCid is not null ? WeightsSay.Nothing
        : HasUnverified(info) || !IsZero(info.VerifiedDealWeight) || info.DealIds is { Count: > 0 } ? WeightsSay.Data
        : info is { DealWeight: not null, VerifiedDealWeight: not null } && info.PowerBaseEpoch == info.Activation
            && !ChainPolicy.ExtensionsLeftNoTrace(networkName, info.Activation) ? WeightsSay.Zeros
        : WeightsSay.Nothing;

    /// <summary>Why zero weights say nothing of a sector, the end of a sentence.</summary>
    internal static string WhyNothing(SectorOnChainInfo info) => info switch
    {
        { DealWeight: null } or { VerifiedDealWeight: null } => "the node does not tell its weights",
        { PowerBaseEpoch: null } => "its weights are zero, but the node does not tell whether it was extended, which restates them",
        { PowerBaseEpoch: { } moved } when moved != info.Activation =>
            $"its weights are zero, but they were restated at epoch {moved}, when it was extended, and data can have lost its weight then",
        _ => "its weights are zero, but it was proven when the chain did not keep whether a sector was extended, and data can lose its weight then",
    };

    /// <summary>Whether a sector was sealed over data; null where nothing tells. CommD decides where it is known; else the deals, the pieces and the weights do.</summary>
    /// <param name="agreed">What is known of how it was sealed.</param>
    /// <param name="proven">Its record; null while it is not proven, or was not told.</param>
    /// <param name="size">Its size.</param>
    /// <param name="networkName">Its network.</param>
    internal static bool? HoldsData(AgreedFacts agreed, SectorOnChainInfo? proven, SectorSize size, string networkName) =>
        agreed.CommD is { } commD ? commD.Value != ZeroCommitments.ForSector(size)
        : agreed.DealIds is { Value.Count: > 0 } || agreed.Data is not null ? true
        : agreed.SealProof is { Value.Variant: PorepVariant.NonInteractive } || proven is { SectorKeyCid: not null } ? false
        : proven is null ? null
        : Of(proven, networkName) switch
        {
            WeightsSay.Data => true,
            WeightsSay.Zeros => false,
            _ => null,
        };

    /// <summary>
    /// Whether claims stand for all data of a proven sector: not if some of it is not verified, nor from FIP-0118 on, which writes no claims any
    /// more and restates all data as verified.
    /// </summary>
    internal static bool IsAllClaimed(SectorOnChainInfo info) => !info.HasFullQaPower && !HasUnverified(info);

    private static bool HasUnverified(SectorOnChainInfo info) => !IsZero(info.DealWeight);

    /// <summary>Weights are decimal numbers of any length; nodes that leave them out say nothing by it.</summary>
    private static bool IsZero(string? weight) => weight is null || weight.AsSpan().Trim('0').IsEmpty;
}
