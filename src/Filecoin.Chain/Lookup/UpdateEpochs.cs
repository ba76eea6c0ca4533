using System.Numerics;

namespace Filecoin.Chain;

/// <summary>
/// Finds the epoch of the message that updated a snapped sector. The sector's PowerBaseEpoch is that epoch, unless it was extended since;
/// then the states in between tell, by halving.
/// </summary>
/// <param name="nodes">Whom to ask; each next one only what the one before could not answer.</param>
/// <param name="head">The head of the chain.</param>
/// <param name="searches">Tell how far it is, for each of the nodes.</param>
internal sealed class UpdateEpochs(IReadOnlyList<FullNode> nodes, TipSet head, IReadOnlyList<Searches> searches)
{
    /// <summary>The epoch, as far as the nodes can tell; null with a note if they cannot.</summary>
    internal async Task<long?> FindAsync(
        Primitives.SectorId sector, SectorOnChainInfo info, List<string> notes, CancellationToken cancellation)
    {
        for (int i = 0; ; i++)
        {
            try
            {
                return await FindAsync(nodes[i], searches[i], sector, info, cancellation).ConfigureAwait(false);
            }
            catch (ChainCallException) when (i + 1 < nodes.Count)
            {
                // The next one may still have the states between.
            }
            catch (ChainCallException error)
            {
                notes.Add(info.PowerBaseEpoch is { } moved
                    ? $"it is taken to have been updated at epoch {moved}; whether that was an extension could not be seen ({error.Message})"
                    : $"when it was updated could not be seen ({error.Message})");
                return info.PowerBaseEpoch;
            }
        }
    }

    private static int Halvings(long span) => span <= 1 ? 0 : 64 - BitOperations.LeadingZeroCount((ulong)span - 1);

    private async Task<long> FindAsync(
        FullNode node, Searches of, Primitives.SectorId sector, SectorOnChainInfo info, CancellationToken cancellation)
    {
        long before = info.Activation;
        long after = info.PowerBaseEpoch is { } known && known > info.Activation ? known : head.Height;
        int done = 0;
        using Searches.Search search = of.Begin(sector, after, Halvings(after - before) + 1);

        // The state before the messages of the epoch: not yet updated, if it is the update's.
        if (info.PowerBaseEpoch is { } moved && moved > info.Activation && !await IsUpdatedAsync(moved).ConfigureAwait(false))
        {
            return moved;
        }

        while (after - before > 1)
        {
            long middle = before + ((after - before) / 2);
            (before, after) = await IsUpdatedAsync(middle).ConfigureAwait(false) ? (before, middle) : (middle, after);
        }

        // Null rounds have the state of the tipset before them, whose messages are the ones looked for.
        return (await node.ChainGetTipSetByHeightAsync(before, cancellation).ConfigureAwait(false)).Height;

        async Task<bool> IsUpdatedAsync(long epoch)
        {
            search.At(epoch, done++);
            TipSet tipset = await node.ChainGetTipSetByHeightAsync(epoch, cancellation).ConfigureAwait(false);
            SectorOnChainInfo? then = await node.StateSectorGetInfoAsync(sector, tipset.Key, cancellation).ConfigureAwait(false);
            return then is not null && then.SealedCid.Equals(info.SealedCid) && then.SectorKeyCid is not null;
        }
    }
}
