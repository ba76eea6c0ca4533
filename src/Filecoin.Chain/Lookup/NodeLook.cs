using Filecoin.Chain.Messages;
using Filecoin.Chain.Nodes;
using Filecoin.Chain.Rpc;
using Filecoin.Chain.Rules;
using Filecoin.Chain.Wire;
using Filecoin.Primitives;

namespace Filecoin.Chain.Lookup;

/// <summary>What a full node can tell, found out with a handful of calls.</summary>
/// <param name="Network">The network's name.</param>
/// <param name="NetworkVersion">Version of the network's rules at the head.</param>
/// <param name="Epoch">The newest epoch that it knows.</param>
/// <param name="HeadTime">The moment of that epoch, as the chain has it.</param>
/// <param name="OldStateDays">How old the state was that was asked for, days; less than on others where the chain is young.</param>
/// <param name="TellsOldState">Whether it told that state, which says how a proven sector was sealed.</param>
/// <param name="TellsEvents">Whether it keeps the events of actors; null where no miner was named.</param>
public sealed record NodeLook(string Network, ulong NetworkVersion, long Epoch, DateTimeOffset HeadTime, int OldStateDays, bool TellsOldState, bool? TellsEvents)
{
    /// <summary>Far beyond what a node keeps that prunes, near enough for an archive node to find it at once.</summary>
    private const int Days = 30;

    /// <summary>Asks.</summary>
    /// <param name="node">The node.</param>
    /// <param name="miner">Whose events; null for nobody's.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="OperatorException">The node does not answer, or not to what every node knows.</exception>
    public static async Task<NodeLook> AskAsync(FullNode node, ActorId? miner, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(node);
        Task<string> network = node.StateNetworkNameAsync(cancellation);
        Task<ulong> version = node.StateNetworkVersionAsync(cancellation);
        Task<TipSet> asked = node.ChainHeadAsync(cancellation);
        await Task.WhenAll(network, version, asked).ConfigureAwait(false);
        TipSet head = await asked.ConfigureAwait(false);
        long old = Math.Max(1, head.Height - (Days * Epochs.PerDay));
        Task<bool> state = TellsAsync(async () =>
            await node.ReadStateAsync((await node.ChainGetTipSetByHeightAsync(old, cancellation).ConfigureAwait(false)).Key, cancellation).ConfigureAwait(false));
        Task<bool>? events = miner is not { } whose ? null : TellsAsync(() =>
            node.GetActorEventsRawAsync(SectorEvent.Filter(whose, Math.Max(0, head.Height - 1), head.Height, SectorEvent.Activated, 0), cancellation));
        return new NodeLook(
            SafeText.Line(await network.ConfigureAwait(false), 60),
            await version.ConfigureAwait(false),
            head.Height,
            DateTimeOffset.FromUnixTimeSeconds(head.Blocks[0].Timestamp),
            (int)((head.Height - old) / Epochs.PerDay),
            await state.ConfigureAwait(false),
            events is null ? null : await events.ConfigureAwait(false));
    }

    private static async Task<bool> TellsAsync(Func<Task> ask)
    {
        try
        {
            await ask().ConfigureAwait(false);
            return true;
        }
        catch (ChainCallException error) when (error.Error is not null)
        {
            return false;
        }
    }
}
