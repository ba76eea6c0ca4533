using Filecoin.Chain.Rules;
using Filecoin.Primitives;

namespace Filecoin.Chain.Facts;

/// <summary>Turns what the chain says of a sector into values, or says that it cannot be.</summary>
internal static class OnChain
{
    private const string FaultyHint = "the node or a proxy before it is faulty; use another node";

    /// <summary>A seal proof by its number, which has to be of the miner's sectors' size.</summary>
    /// <exception cref="OperatorException">NotSupported: unknown. SourcesDisagree: of another size.</exception>
    internal static SealProofInfo Proof(SectorId sector, long number, SectorSize size)
    {
        if (!SealProofs.TryGet(number, out SealProofInfo proof))
        {
            throw new OperatorException(
                FailureKind.NotSupported, $"{sector} has the seal proof {number}, which this version does not know", "use a newer version of sealer-recover");
        }

        return proof.SectorSize == size
            ? proof
            : throw new OperatorException(
                FailureKind.SourcesDisagree, $"{sector} has the seal proof {proof} on chain, but its miner's sectors are {size}", FaultyHint);
    }

    /// <summary>An epoch, which on young networks may lie before genesis.</summary>
    /// <exception cref="OperatorException">NodeUnreachable: it is none.</exception>
    internal static long Epoch(SectorId sector, long number) => Epochs.CanBe(number)
        ? number
        : throw new OperatorException(
            FailureKind.NodeUnreachable, $"{sector}: the chain node gives {number} where an epoch has to be", FaultyHint);

    /// <summary>A CommR that the chain gives as a CID.</summary>
    /// <exception cref="OperatorException">NodeUnreachable: it is none.</exception>
    internal static CommR CommR(SectorId sector, Cid sealedCid) => CommitmentCid.TryGetCommR(sealedCid, out CommR commR)
        ? commR
        : throw new OperatorException(
            FailureKind.NodeUnreachable, $"{sector}: the chain node gives a SealedCID that is no replica commitment ({sealedCid})", FaultyHint);

    /// <summary>A CommD that the chain gives as a CID.</summary>
    /// <exception cref="OperatorException">NodeUnreachable: it is none.</exception>
    internal static CommD CommD(SectorId sector, Cid unsealedCid) => CommitmentCid.TryGetCommD(unsealedCid, out CommD commD)
        ? commD
        : throw new OperatorException(
            FailureKind.NodeUnreachable, $"{sector}: the chain node gives an UnsealedCid that is no data commitment ({unsealedCid})", FaultyHint);
}
