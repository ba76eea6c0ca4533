namespace Filecoin.Chain;

/// <summary>
/// Finds the epoch of the message that updated a snapped sector. The sector's PowerBaseEpoch is that epoch, unless it was extended since;
/// then the states in between tell, by halving.
/// </summary>
internal sealed class UpdateEpochs(FullNode node, TipSet head)
{
    /// <summary>The epoch, as far as the node can tell; null with a note if it cannot.</summary>
    internal async Task<long?> FindAsync(
        Primitives.SectorId sector, SectorOnChainInfo info, List<string> notes, CancellationToken cancellation)
    {
        try
        {
            // The state before the messages of the epoch: not yet updated, if it is the update's.
            if (info.PowerBaseEpoch is { } moved && moved > info.Activation && !await IsUpdatedAsync(moved).ConfigureAwait(false))
            {
                return moved;
            }

            long before = info.Activation;
            long after = info.PowerBaseEpoch is { } known && known > info.Activation ? known : head.Height;
            while (after - before > 1)
            {
                long middle = before + ((after - before) / 2);
                (before, after) = await IsUpdatedAsync(middle).ConfigureAwait(false) ? (before, middle) : (middle, after);
            }

            // Null rounds have the state of the tipset before them, whose messages are the ones looked for.
            return (await node.ChainGetTipSetByHeightAsync(before, cancellation).ConfigureAwait(false)).Height;
        }
        catch (ChainCallException error)
        {
            notes.Add(info.PowerBaseEpoch is { } moved
                ? $"it is taken to have been updated at epoch {moved}; whether that was an extension could not be seen ({error.Message})"
                : $"when it was updated could not be seen ({error.Message})");
            return info.PowerBaseEpoch;
        }

        async Task<bool> IsUpdatedAsync(long epoch)
        {
            TipSet tipset = await node.ChainGetTipSetByHeightAsync(epoch, cancellation).ConfigureAwait(false);
            SectorOnChainInfo? then = await node.StateSectorGetInfoAsync(sector, tipset.Key, cancellation).ConfigureAwait(false);
            return then is not null && then.SealedCid.Equals(info.SealedCid) && then.SectorKeyCid is not null;
        }
    }
}
