using Filecoin.Chain.Messages;
using Filecoin.Chain.Nodes;
using Filecoin.Chain.Progress;
using Filecoin.Chain.Rules;
using Filecoin.Chain.Wire;
using Filecoin.Primitives;

namespace Filecoin.Chain.Sources;

/// <summary>
/// The event sector-precommitted, looked for backwards from the sector's activation as far as a pre-commit can lie before it. It names the
/// message, which says the rest. Since network version 22, and only on nodes configured to keep events.
/// </summary>
/// <param name="node">The node.</param>
/// <param name="miner">The miner.</param>
/// <param name="messages">The node's messages.</param>
/// <param name="searches">Tell how far it is.</param>
/// <param name="of">Names the node where it is not the first one asked.</param>
internal sealed class PreCommitEvents(
    FullNode node, MinerAddress miner, PreCommitMessages messages, Searches searches, string of = "") : ISectorSource
{
    /// <inheritdoc/>
    public string Name => $"the miner actor's events{of}";

    /// <inheritdoc/>
    public bool IsWorthAsking(SourceQuestion question) => question is { HadPreCommit: true, LacksTicket: true };

    /// <inheritdoc/>
    public async Task<SourceAnswer> AskAsync(SourceQuestion question, CancellationToken cancellation)
    {
        long oldest = Math.Max(0, question.Activation!.Value - ChainPolicy.LongestProveCommit(question.SealProof!.Variant));
        long newest = question.Activation.Value - 1;
        using Searches.Search search = searches.Begin(question.Sector, newest, (int)((newest - oldest) / ChainPolicy.EventRange) + 1);
        for (long to = newest; to >= oldest; to -= ChainPolicy.EventRange)
        {
            search.At(to, (int)((newest - to) / ChainPolicy.EventRange));
            long from = Math.Max(oldest, to - ChainPolicy.EventRange + 1);
            IReadOnlyList<ActorEvent> events = await node.GetActorEventsRawAsync(
                SectorEvent.Filter(miner.Id, from, to, SectorEvent.PreCommitted, question.Sector.Number), cancellation).ConfigureAwait(false);
            foreach (ActorEvent happened in events.Where(happened => !happened.Reverted && happened.Height >= from && happened.Height <= to))
            {
                if (happened.Message is { } message
                    && SectorEvent.TryRead(happened) is { Type: SectorEvent.PreCommitted } read && read.Sector == question.Sector.Number
                    && await miner.IsAsync(happened.Emitter, cancellation).ConfigureAwait(false))
                {
                    return await ReadAsync(message, happened.Height, question, cancellation).ConfigureAwait(false);
                }
            }
        }

        return SourceAnswer.Nothing($"the node has no {SectorEvent.PreCommitted} of it from epoch {oldest} on");
    }

    private async Task<SourceAnswer> ReadAsync(Cid message, long height, SourceQuestion question, CancellationToken cancellation)
    {
        SectorStatement? said = await messages.FindAsync(
            message, question, method => $"the {method} message at epoch {height}{of}, which an event names", cancellation).ConfigureAwait(false);
        return said is null
            ? SourceAnswer.Nothing($"the message {message} that one names does not pre-commit it; it may have been sent by another actor")
            : SourceAnswer.Said(said with { PreCommitEpoch = height });
    }
}
