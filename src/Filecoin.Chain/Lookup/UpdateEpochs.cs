using System.Numerics;
using Filecoin.Chain.Messages;
using Filecoin.Chain.Nodes;
using Filecoin.Chain.Pieces;
using Filecoin.Chain.Progress;
using Filecoin.Chain.Rpc;
using Filecoin.Chain.Wire;
using Filecoin.Primitives;

namespace Filecoin.Chain.Lookup;

/// <summary>
/// Finds the epoch of the message that updated a snapped sector. The sector's PowerBaseEpoch is that epoch, unless it was extended since;
/// then the states in between tell, by halving. Where those are pruned, the message that a source named may tell.
/// </summary>
/// <param name="nodes">Whom to ask; each next one only what the one before could not answer.</param>
/// <param name="head">The head of the chain.</param>
internal sealed class UpdateEpochs(IReadOnlyList<NodeOfUpdates> nodes, TipSet head)
{
    /// <summary>After so many messages in a row that no node has, none is asked for where the epoch is all that it could tell.</summary>
    private const int InVain = 8;

    private int _inVain;

    /// <summary>The epoch, as far as the nodes can tell; null with a note if they cannot.</summary>
    internal async Task<long?> FindAsync(PieceQuestion question, SectorOnChainInfo info, List<string> notes, CancellationToken cancellation)
    {
        List<string> complaints = [];
        foreach (NodeOfUpdates each in nodes)
        {
            try
            {
                return await OfStatesAsync(each, question.Sector, info, cancellation).ConfigureAwait(false);
            }
            catch (ChainCallException error)
            {
                // The next one may still have the states between; what the last one said is what the operator can do something about.
                complaints = [error.Message];
            }
        }

        if (await OfMessagesAsync(question, info, complaints, cancellation).ConfigureAwait(false) is { } epoch)
        {
            return epoch;
        }

        string why = string.Join("; ", complaints);
        notes.Add(info.PowerBaseEpoch is { } moved
            ? $"it is taken to have been updated at epoch {moved}; whether that was an extension could not be seen ({why})"
            : $"when it was updated could not be seen ({why})");
        return info.PowerBaseEpoch;
    }

    /// <summary>
    /// The epoch at which a message that a source named made this very update. One that succeeded may have left a single sector out; if a
    /// later one then repeated the update, its epoch was later, but not its pieces.
    /// </summary>
    private async Task<long?> OfMessagesAsync(
        PieceQuestion question, SectorOnChainInfo info, List<string> complaints, CancellationToken cancellation)
    {
        if (question.IsStatedWhole && Volatile.Read(ref _inVain) >= InVain)
        {
            return null;
        }

        foreach (NamedMessage named in question.Messages)
        {
            foreach (NamedMessages messages in nodes.Select(each => each.Messages))
            {
                try
                {
                    NamedProof proof = await messages.FindAsync(named, question, cancellation).ConfigureAwait(false);
                    Volatile.Write(ref _inVain, 0);
                    if (proof.Ran is not { } ran)
                    {
                        complaints.Add(proof.Why);
                        continue;
                    }

                    long epoch = await messages.EpochAsync(ran, cancellation).ConfigureAwait(false);
                    if (epoch > info.Activation && epoch <= (info.PowerBaseEpoch ?? head.Height))
                    {
                        return epoch;
                    }

                    complaints.Add($"{named} is said to have run at epoch {epoch}, at which the sector cannot have been updated");
                }
                catch (OperatorException error)
                {
                    Interlocked.Increment(ref _inVain);
                    complaints.Add(error.Message);
                }
            }
        }

        return null;
    }

    private static int Halvings(long span) => span <= 1 ? 0 : 64 - BitOperations.LeadingZeroCount((ulong)span - 1);

    private async Task<long> OfStatesAsync(NodeOfUpdates asked, SectorId sector, SectorOnChainInfo info, CancellationToken cancellation)
    {
        long before = info.Activation;
        long after = info.PowerBaseEpoch is { } known && known > info.Activation ? known : head.Height;
        int done = 0;
        using Searches.Search search = asked.States.Begin(sector, after, Halvings(after - before) + 1);

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
        return (await asked.Node.ChainGetTipSetByHeightAsync(before, cancellation).ConfigureAwait(false)).Height;

        async Task<bool> IsUpdatedAsync(long epoch)
        {
            search.At(epoch, done++);
            TipSet tipset = await asked.Node.ChainGetTipSetByHeightAsync(epoch, cancellation).ConfigureAwait(false);
            SectorOnChainInfo? then = await asked.Node.StateSectorGetInfoAsync(sector, tipset.Key, cancellation).ConfigureAwait(false);
            return then is not null && then.SealedCid.Equals(info.SealedCid) && then.SectorKeyCid is not null;
        }
    }
}

/// <summary>A node that may tell when a sector was updated.</summary>
/// <param name="Node">The node.</param>
/// <param name="Messages">Its messages.</param>
/// <param name="States">Tells how far the search through its states is.</param>
internal sealed record NodeOfUpdates(FullNode Node, NamedMessages Messages, Searches States);
