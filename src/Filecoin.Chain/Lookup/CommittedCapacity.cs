using Filecoin.Primitives;

namespace Filecoin.Chain;

/// <summary>Tells CC sectors (all zero data) from those with data and from snapped ones, which would come out wrong if sealed as zeros.</summary>
internal static class CommittedCapacity
{
    private const string Hint = "this version recovers CC sectors only; leave the sector out";

    /// <summary>Refuses a proven sector whose on-chain record shows an update or data.</summary>
    internal static void Require(SectorId sector, SectorOnChainInfo info)
    {
        if (info.SectorKeyCid is not null)
        {
            throw Refuse($"{sector} was snapped: its replica was updated with deals after sealing, and that cannot be recovered yet");
        }

        if (info.DealIds is { Count: > 0 } || !IsZero(info.DealWeight) || !IsZero(info.VerifiedDealWeight))
        {
            throw Refuse(HoldsData(sector));
        }
    }

    /// <summary>
    /// Refuses a sector that was pre-committed with data. A null UnsealedCid stands for zeros from network version 17 on; before, it says
    /// nothing, but there the deals do: data came with deals only.
    /// </summary>
    internal static void Require(SectorId sector, SectorPreCommitInfo info, SectorSize size)
    {
        bool zeros = info.UnsealedCid is null || info.UnsealedCid.Equals(ZeroCommitments.ForSector(size).ToCid());
        if (!zeros || info.DealIds is { Count: > 0 })
        {
            throw Refuse(HoldsData(sector));
        }
    }

    private static string HoldsData(SectorId sector) => $"{sector} holds data (deals), which cannot be recovered yet";

    private static OperatorException Refuse(string message) => new(FailureKind.NotSupported, message, Hint);

    /// <summary>Weights are decimal numbers of any length; nodes that leave them out say nothing by it.</summary>
    private static bool IsZero(string? weight) => weight is null || weight.AsSpan().Trim('0').IsEmpty;
}
