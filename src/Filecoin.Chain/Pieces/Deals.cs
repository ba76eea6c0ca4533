using System.Collections.Immutable;
using Filecoin.Chain.Facts;
using Filecoin.Chain.Nodes;
using Filecoin.Chain.Rpc;
using Filecoin.Chain.Rules;
using Filecoin.Chain.Wire;
using Filecoin.Primitives;

namespace Filecoin.Chain.Pieces;

/// <summary>
/// Turns deal numbers into pieces. The market forgets a deal when it ends or fails, so where the head has it no more, the states are asked in
/// which the sector's deals existed.
/// </summary>
internal sealed class Deals(FullNode node, MinerAddress miner)
{
    /// <summary>Most deals in one sector, by the market's own rule: 512 for 64 GiB.</summary>
    private const int MostDeals = 512;

    /// <summary>The deals' pieces in the order of <paramref name="ids"/>, or why not.</summary>
    /// <param name="ids">The deals.</param>
    /// <param name="question">The sector.</param>
    /// <param name="source">Names the list in <see cref="SectorData.Source"/>.</param>
    /// <param name="cancellation">Ends the search.</param>
    internal async Task<PieceAnswer> FindAsync(
        IReadOnlyList<ulong> ids, PieceQuestion question, string source, CancellationToken cancellation)
    {
        if (ids.Count > MostDeals)
        {
            return PieceAnswer.Refused($"{ids.Count} deals are more than any sector has");
        }

        if (ids.Distinct().Count() != ids.Count)
        {
            return PieceAnswer.Refused("a deal stands twice in the list");
        }

        StatesToAsk states = new(node, question.KeptAt);
        ImmutableArray<PieceInfo>.Builder pieces = ImmutableArray.CreateBuilder<PieceInfo>(ids.Count);
        foreach (ulong id in ids)
        {
            (MarketDeal? deal, string why) = await states.FindAsync(
                at => node.StateMarketStorageDealAsync(id, at, cancellation), cancellation).ConfigureAwait(false);
            if (deal?.Proposal is not { } proposal)
            {
                return PieceAnswer.Refused($"deal {id} is not to be found ({why})");
            }

            if (!await miner.IsAsync(proposal.Provider, cancellation).ConfigureAwait(false))
            {
                return PieceAnswer.Refused($"deal {id} is with another provider, {proposal.Provider}");
            }

            if (!PieceSizes.TryMake(proposal.PieceCid, proposal.PieceSize, question.Size, out PieceInfo piece, out string? complaint))
            {
                return PieceAnswer.Refused($"in deal {id}, {complaint}");
            }

            pieces.Add(piece);
        }

        return PieceAnswer.Found(new SectorData { Pieces = pieces.DrainToImmutable(), OrderKnown = true, Source = source });
    }
}

/// <summary>
/// Asks the head's state, then older ones, until one has what is wanted; begins with the one that had the last thing asked for, since what
/// belongs to one sector comes and goes together.
/// </summary>
internal sealed class StatesToAsk(FullNode node, IReadOnlyList<long> epochs)
{
    private readonly TipSetKey?[] _keys = [TipSetKey.Head, .. new TipSetKey?[epochs.Count]];
    private int _last;

    /// <summary>The first answer; null with the last complaint if no state has one.</summary>
    /// <exception cref="ChainCallException">A state could not be read, and none of the others had the answer.</exception>
    internal async Task<(T? Found, string Why)> FindAsync<T>(Func<TipSetKey, Task<T>> question, CancellationToken cancellation)
        where T : class
    {
        int first = _last;
        ChainCallException? unreadable = null;
        string why = "";
        for (int i = 0; i < _keys.Length; i++)
        {
            int index = (first + i) % _keys.Length;
            try
            {
                TipSetKey key = _keys[index] ??=
                    (await node.ChainGetTipSetByHeightAsync(epochs[index - 1], cancellation).ConfigureAwait(false)).Key;
                T found = await question(key).ConfigureAwait(false);
                _last = index;
                return (found, "");
            }
            catch (ChainCallException error) when (error.IsAnswer)
            {
                why = error.Error!.Value.Message;
            }
            catch (ChainCallException error)
            {
                unreadable = error;
            }
        }

        return unreadable is null ? (null, why) : throw unreadable;
    }
}
