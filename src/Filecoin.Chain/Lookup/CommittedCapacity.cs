using Filecoin.Primitives;

namespace Filecoin.Chain;

/// <summary>Tells sectors that were sealed over zeros from those that hold data, which would come out wrong if sealed as zeros.</summary>
internal static class CommittedCapacity
{
    /// <summary>
    /// Whether a sector was sealed over data. UnsealedCid decides where there is one. A null stands for zeros from network version 17 on;
    /// before, it says nothing, but there the deals do: data came with deals only.
    /// </summary>
    /// <param name="sector">The sector, for messages.</param>
    /// <param name="preCommit">What it was pre-committed with.</param>
    /// <param name="proven">Its record; null while it is not proven.</param>
    /// <param name="size">Its size.</param>
    /// <param name="commD">The data's commitment as the pre-commit says it; null if it does not.</param>
    internal static bool HoldsData(SectorId sector, SectorPreCommitInfo preCommit, SectorOnChainInfo? proven, SectorSize size, out CommD? commD)
    {
        commD = null;
        if (preCommit.UnsealedCid is { } cid)
        {
            commD = CommitmentCid.TryGetCommD(cid, out CommD said) ? said : throw new OperatorException(
                FailureKind.NodeUnreachable,
                $"{sector}: the chain node gives an UnsealedCid that is no data commitment ({cid})",
                "the node or a proxy before it is faulty; use another node");
            return said != ZeroCommitments.ForSector(size);
        }

        // The weights of a snapped sector are its update's. Of another one they are its own, and the pre-commit should have said so.
        bool weighs = proven is { SectorKeyCid: null } && (HasUnverified(proven) || !IsZero(proven.VerifiedDealWeight));
        return preCommit.DealIds is { Count: > 0 } || weighs;
    }

    /// <summary>Whether a proven sector holds data that is not verified.</summary>
    internal static bool HasUnverified(SectorOnChainInfo info) => !IsZero(info.DealWeight);

    /// <summary>Weights are decimal numbers of any length; nodes that leave them out say nothing by it.</summary>
    private static bool IsZero(string? weight) => weight is null || weight.AsSpan().Trim('0').IsEmpty;
}
