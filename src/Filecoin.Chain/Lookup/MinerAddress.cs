using Filecoin.Primitives;

namespace Filecoin.Chain;

/// <summary>Tells whether an address that stands in a message or a deal is the miner's, whatever its form.</summary>
/// <param name="node">Asked for addresses that are not in ID form.</param>
/// <param name="id">The miner.</param>
/// <param name="given">Another address known to be the miner's.</param>
internal sealed class MinerAddress(FullNode node, ActorId id, Address given)
{
    /// <summary>The miner.</summary>
    internal ActorId Id => id;

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
