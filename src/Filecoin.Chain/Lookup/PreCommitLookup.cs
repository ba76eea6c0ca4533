using Filecoin.Primitives;

namespace Filecoin.Chain;

/// <summary>
/// Finds what a proven sector was sealed with. The pre-commit is gone from the head's state, but the proving message ran in the tipset at
/// Activation, and the state before that tipset's messages still holds it. A non-interactive sector never had one: its proving message,
/// in that same tipset, tells instead.
/// </summary>
internal sealed class PreCommitLookup(FullNode node, MinerAddress miner)
{
    private const string FaultyHint = "the node or a proxy before it is faulty, or two endpoints follow different chains; use another node";

    /// <summary>The pre-commit of a sector proven at info.Activation, checked against what the head says of the sector.</summary>
    internal async Task<SectorPreCommitOnChainInfo> OfProvenAsync(
        SectorId sector, SectorOnChainInfo info, List<string> notes, CancellationToken cancellation)
    {
        TipSet tipset = await node.ChainGetTipSetByHeightAsync(info.Activation, cancellation).ConfigureAwait(false);
        if (tipset.Height != info.Activation)
        {
            // Cannot be on a chain whose state is consistent; an earlier state holds the pre-commit as well, so it is worth a look.
            notes.Add($"its activation epoch {info.Activation} is a null round, so its pre-commit was read from the state at epoch {tipset.Height}");
        }

        SectorPreCommitOnChainInfo found = await OrPrunedAsync(
            node.StateSectorPreCommitInfoAsync(sector, tipset.Key, cancellation),
            $"{sector}: only the state at epoch {tipset.Height} tells which ticket it was sealed with").ConfigureAwait(false)
            ?? throw new OperatorException(
                FailureKind.NotOnChain,
                $"{sector} was proven at epoch {info.Activation}, but the state at epoch {tipset.Height} has no pre-commit of it, so its ticket is unknown",
                "a sector made with the genesis block has none and cannot be recovered from chain data; else ask another archive node");
        Cid sealedAs = info.SectorKeyCid ?? info.SealedCid;
        if (!found.Info.SealedCid.Equals(sealedAs) || found.Info.SealProof != info.SealProof)
        {
            throw new OperatorException(
                FailureKind.SourcesDisagree,
                $"{sector} was pre-committed with {found.Info.SealedCid} and seal proof {found.Info.SealProof}, "
                    + $"but is on chain with {sealedAs} and seal proof {info.SealProof}",
                FaultyHint);
        }

        return found.PreCommitEpoch < info.Activation
            ? found
            : throw new OperatorException(
                FailureKind.SourcesDisagree,
                $"{sector} was pre-committed at epoch {found.PreCommitEpoch}, not before its activation at epoch {info.Activation}",
                FaultyHint);
    }

    /// <summary>SealRandEpoch of a pre-commit, which lies before it.</summary>
    internal static long TicketEpoch(SectorId sector, SectorPreCommitOnChainInfo found) =>
        Checked(sector, found.Info.SealRandEpoch, found.PreCommitEpoch);

    /// <summary>SealRandEpoch of a non-interactive sector, from the ProveCommitSectorsNI message that proved it.</summary>
    internal async Task<long> NonInteractiveTicketEpochAsync(SectorId sector, SectorOnChainInfo info, CancellationToken cancellation)
    {
        TipSet tipset = await node.ChainGetTipSetByHeightAsync(info.Activation, cancellation).ConfigureAwait(false);
        IReadOnlyList<TipSetMessage> messages = tipset.Height == info.Activation
            ? await OrPrunedAsync(
                node.ChainGetMessagesInTipsetAsync(tipset.Key, cancellation),
                $"{sector}: only its proving message at epoch {info.Activation} tells which ticket it was sealed with").ConfigureAwait(false)
            : [];
        List<NonInteractiveSector> found = [];
        foreach (ChainMessage message in messages.Select(entry => entry.Message))
        {
            if (message.Method == NonInteractiveProofs.Method
                && NonInteractiveProofs.TryRead(message.Params, out NonInteractiveProofs? proofs)
                && proofs.SealProof == info.SealProof
                && await miner.IsAsync(message.To, cancellation).ConfigureAwait(false))
            {
                found.AddRange(proofs.Sectors.Where(entry => entry.SectorNumber == sector.Number && entry.SealedCid.Equals(info.SectorKeyCid ?? info.SealedCid)));
            }
        }

        if (found.Count == 0)
        {
            throw new OperatorException(
                FailureKind.NotOnChain,
                $"{sector} was proven non-interactively at epoch {info.Activation}, but no message of that epoch proves it, so its ticket is unknown",
                "it may have been proven through another actor, such as a multisig; take the ticket from the node that sealed it and recover from a metadata file");
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
        return found.TrueForAll(other => other == sealedAs || other.SealRandEpoch == sealedAs.SealRandEpoch)
            ? Checked(sector, sealedAs.SealRandEpoch, info.Activation)
            : throw new OperatorException(
                FailureKind.SourcesDisagree,
                $"{sector} is proven twice at epoch {info.Activation}, with tickets of different epochs",
                "take the ticket from the node that sealed it and recover from a metadata file");
    }

    /// <summary>Says what was wanted of the old state, which the node's own words do not.</summary>
    private static async Task<T> OrPrunedAsync<T>(Task<T> question, string why)
    {
        try
        {
            return await question.ConfigureAwait(false);
        }
        catch (ChainCallException error) when (error.Kind == FailureKind.StatePruned)
        {
            throw new OperatorException(FailureKind.StatePruned, $"{why}, but {error.Message}", error.Hint, error);
        }
    }

    private static long Checked(SectorId sector, long ticketEpoch, long before) => ticketEpoch < before
        ? ticketEpoch
        : throw new OperatorException(
            FailureKind.SourcesDisagree,
            $"{sector} is said to be sealed with the ticket of epoch {ticketEpoch}, which is not before epoch {before} in which it was committed",
            FaultyHint);
}
