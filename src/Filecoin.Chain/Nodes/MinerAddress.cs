using Filecoin.Chain.Rpc;
using Filecoin.Primitives;

namespace Filecoin.Chain.Nodes;

/// <summary>Tells whether an address that stands in a message or a deal is the miner's, whatever its form.</summary>
/// <param name="node">Asked for addresses that are not in ID form.</param>
/// <param name="id">The miner.</param>
/// <param name="given">Another address known to be the miner's.</param>
internal sealed class MinerAddress(FullNode node, ActorId id, Address given)
{
    private IReadOnlyList<Address>? _forms;

    /// <summary>The miner.</summary>
    internal ActorId Id => id;

    /// <summary>The addresses under which messages may name the miner: its ID and, as far as the node can tell, its other one.</summary>
    internal async Task<IReadOnlyList<Address>> FormsAsync(CancellationToken cancellation)
    {
        if (_forms is { } known)
        {
            return known;
        }

        Address byId = Address.FromActorId(id);
        if (given.ActorId is null)
        {
            return _forms = [byId, given];
        }

        try
        {
            return _forms = [byId, await node.StateLookupRobustAddressAsync(id, cancellation).ConfigureAwait(false)];
        }
        catch (ChainCallException error) when (error.IsAnswer || error.IsUntold)
        {
            // Made with the genesis block and without another; or a node that does not tell it.
            return _forms = [byId];
        }
    }

    /// <summary>Whether <paramref name="address"/> is the miner.</summary>
    /// <exception cref="ChainCallException">The node could not tell.</exception>
    internal async Task<bool> IsAsync(Address address, CancellationToken cancellation)
    {
        if (address.ActorId is { } number)
        {
            return number == id;
        }

        try
        {
            return address.Equals(given) || await node.StateLookupIdAsync(address, cancellation).ConfigureAwait(false) == id;
        }
        catch (ChainCallException error) when (error.IsAnswer)
        {
            // Nobody lives there; such a message can be included in a block, it only does nothing.
            return false;
        }
    }
}
