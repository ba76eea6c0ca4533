using Filecoin.Chain.Facts;
using Filecoin.Chain.Nodes;
using Filecoin.Chain.Rules;
using Filecoin.Primitives;

namespace Filecoin.Chain.Worth;

/// <summary>What sectors are worth recovering, and what about the network that rests on.</summary>
/// <param name="Economics">What the network pays and takes; null where the node did not tell.</param>
/// <param name="Sectors">The sectors, in the order given.</param>
/// <param name="Notes">What the node did not tell.</param>
public sealed record WorthOfSectors(
    NetworkEconomics? Economics, IReadOnlyList<(SectorFacts Facts, SectorWorth Worth)> Sectors, IReadOnlyList<string> Notes);

/// <summary>
/// Asks once a run what the network pays and takes. Nothing here is needed to recover, so what the node does not
/// tell is a note and never a failure.
/// </summary>
internal static class WorthLookup
{
    /// <summary>What each of some sectors of one miner is worth.</summary>
    internal static async Task<WorthOfSectors> OfAsync(
        FullNode node, IReadOnlyList<SectorFacts> sectors, CancellationToken cancellation)
    {
        List<string> notes = [];
        NetworkEconomics? economics = null;
        if (sectors.Any(facts => facts.Status is { State: SectorState.Proven }))
        {
            economics = await OrNoteAsync(EconomicsAsync(node, cancellation), "what the network pays and takes", notes).ConfigureAwait(false);
        }

        return new WorthOfSectors(
            economics, [.. sectors.Select(facts => (facts, SectorWorth.Of(facts.Status, economics)))], notes);
    }

    /// <summary>What the network pays and takes.</summary>
    /// <exception cref="OperatorException">The node does not tell, or makes no sense.</exception>
    internal static async Task<NetworkEconomics> EconomicsAsync(FullNode node, CancellationToken cancellation)
    {
        FilterEstimate reward = await node.RewardEstimateAsync(cancellation).ConfigureAwait(false);
        FilterEstimate power = await node.PowerEstimateAsync(cancellation).ConfigureAwait(false);
        return reward.Estimate.Sign > 0 && power.Estimate.Sign > 0
            ? new NetworkEconomics(reward, power, await node.StateNetworkVersionAsync(cancellation).ConfigureAwait(false))
            : throw new OperatorException(
                FailureKind.NodeUnreachable,
                "the chain node tells of a network without power or reward",
                "the node or a proxy before it is faulty; use another node");
    }

    private static async Task<T?> OrNoteAsync<T>(Task<T> question, string what, List<string> notes)
        where T : class
    {
        try
        {
            return await question.ConfigureAwait(false);
        }
        catch (OperatorException error)
        {
            notes.Add($"the node did not tell {what}, so costs are left out ({error.Message})");
            return null;
        }
    }
}
