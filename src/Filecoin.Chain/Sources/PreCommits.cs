using Filecoin.Chain.Facts;
using Filecoin.Chain.Messages;
using Filecoin.Chain.Wire;
using Filecoin.Primitives;

namespace Filecoin.Chain.Sources;

/// <summary>What a pre-commit says, wherever it was read.</summary>
internal static class PreCommits
{
    /// <summary>The statement of a pre-commit in a state of the chain.</summary>
    /// <exception cref="OperatorException">The node gives values that can be none.</exception>
    internal static SectorStatement Said(SourceQuestion question, SectorPreCommitOnChainInfo found, string source) => Said(
        question,
        new PreCommittedSector(
            found.Info.SealProof, found.Info.SectorNumber, found.Info.SealedCid, found.Info.SealRandEpoch, found.Info.DealIds ?? [], found.Info.UnsealedCid),
        source) with
    {
        PreCommitEpoch = found.PreCommitEpoch,
    };

    /// <summary>The statement of a pre-commit.</summary>
    /// <exception cref="OperatorException">It holds values that can be none.</exception>
    internal static SectorStatement Said(SourceQuestion question, PreCommittedSector found, string source) => new()
    {
        Source = source,
        SealProof = OnChain.Proof(question.Sector, found.SealProof, question.Size),
        SealedCid = OnChain.CommR(question.Sector, found.SealedCid),
        TicketEpoch = OnChain.Epoch(question.Sector, found.SealRandEpoch),
        DealIds = found.DealIds,
        CommD = found.UnsealedCid is { } cid ? OnChain.CommD(question.Sector, cid)

            // Zeros are said by leaving CommD out, from network version 17 on. Before, it was always left out, but data came with deals only.
            : found.DealIds.Count == 0 && !question.Weighs ? ZeroCommitments.ForSector(question.Size)
            : null,
    };
}
