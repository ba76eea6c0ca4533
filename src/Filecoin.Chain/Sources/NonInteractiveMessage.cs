using Filecoin.Chain.Facts;
using Filecoin.Chain.Messages;
using Filecoin.Chain.Nodes;
using Filecoin.Chain.Wire;
using Filecoin.Primitives;

namespace Filecoin.Chain.Sources;

/// <summary>
/// The ProveCommitSectorsNI message that proved a non-interactive sector, in the tipset at its activation. Such a sector never had a
/// pre-commit, and no state tells its ticket.
/// </summary>
/// <param name="node">The node.</param>
/// <param name="miner">The miner.</param>
/// <param name="of">Names the node where it is not the first one asked.</param>
internal sealed class NonInteractiveMessage(FullNode node, MinerAddress miner, string of = "") : ISectorSource
{
    private readonly Recent<long, IReadOnlyList<NonInteractiveProofs>> _recent = new(kept: 16);

    /// <inheritdoc/>
    public string Name => $"the message that proved it{of}";

    /// <inheritdoc/>
    public bool IsWorthAsking(SourceQuestion question) =>
        question is { Activation: not null, SealedCid: not null, SealProof.Variant: PorepVariant.NonInteractive, LacksTicket: true };

    /// <inheritdoc/>
    public async Task<SourceAnswer> AskAsync(SourceQuestion question, CancellationToken cancellation)
    {
        (SectorId sector, long activation) = (question.Sector, question.Activation!.Value);
        long proof = (long)question.SealProof!.Proof;
        IReadOnlyList<NonInteractiveProofs> proofs = await _recent.GetAsync(activation, () => ProofsAsync(activation, cancellation)).ConfigureAwait(false);
        NonInteractiveSector[] found =
        [
            .. proofs.Where(entry => entry.SealProof == proof).SelectMany(entry => entry.Sectors)
                .Where(entry => entry.SectorNumber == sector.Number && entry.SealedCid.Equals(question.SealedCid!.Value.ToCid())),
        ];
        if (found.Length == 0)
        {
            return SourceAnswer.Nothing(
                $"no message to the miner at epoch {activation} proves it; it may have been proven through another actor, such as a multisig");
        }

        NonInteractiveSector sealedAs = found[0];
        if (sealedAs.Sealer != miner.Id || sealedAs.SealingNumber != sector.Number)
        {
            throw new OperatorException(
                FailureKind.NotSupported,
                $"{sector} was sealed as {new SectorId(sealedAs.Sealer, sealedAs.SealingNumber)}, and such a sector cannot be recovered yet",
                "leave the sector out");
        }

        // The same replica twice in one tipset (a message repeated after a failure) is no contradiction unless the tickets differ.
        string source = $"the ProveCommitSectorsNI message at epoch {activation}{of}";
        return Array.TrueForAll(found, other => other.SealRandEpoch == sealedAs.SealRandEpoch)
            ? SourceAnswer.Said(new SectorStatement
            {
                Source = source,
                SealProof = question.SealProof,
                SealedCid = question.SealedCid,
                TicketEpoch = OnChain.Epoch(question.Sector, sealedAs.SealRandEpoch),
            })
            : throw new OperatorException(
                FailureKind.SourcesDisagree,
                $"{sector} is proven twice at epoch {activation}, with tickets of different epochs",
                "take the ticket from the node that sealed it and recover from a metadata file");
    }

    /// <summary>What the messages to the miner in an epoch prove; nothing in a null round.</summary>
    private async Task<IReadOnlyList<NonInteractiveProofs>> ProofsAsync(long epoch, CancellationToken cancellation)
    {
        TipSet tipset = await node.ChainGetTipSetByHeightAsync(epoch, cancellation).ConfigureAwait(false);
        List<NonInteractiveProofs> found = [];
        foreach (ChainMessage message in tipset.Height != epoch ? [] :
            (await node.ChainGetMessagesInTipsetAsync(tipset.Key, cancellation).ConfigureAwait(false)).Select(entry => entry.Message))
        {
            if (message.Method == NonInteractiveProofs.Method
                && NonInteractiveProofs.TryRead(message.Params, out NonInteractiveProofs? proofs)
                && await miner.IsAsync(message.To, cancellation).ConfigureAwait(false))
            {
                found.Add(proofs);
            }
        }

        return found;
    }
}
