using Filecoin.Chain.Nodes;
using Filecoin.Chain.Wire;
using Filecoin.Primitives;

namespace Filecoin.Chain.Messages;

/// <summary>Messages by their CID: a node's, and of those who keep some what the node does not have any more, or never had.</summary>
/// <param name="node">The node.</param>
/// <param name="keepers">Asked after it, in this order.</param>
internal sealed class MessagesByCid(FullNode node, IReadOnlyList<IMessageKeeper> keepers)
{
    /// <summary>The message, and who kept it where that is not the node.</summary>
    /// <exception cref="OperatorException">The node does not have it, or could not answer, and nobody else has it.</exception>
    internal async Task<MessageByCid> GetAsync(Cid cid, CancellationToken cancellation)
    {
        try
        {
            return new MessageByCid(await node.ChainGetMessageAsync(cid, cancellation).ConfigureAwait(false), null, null);
        }
        catch (OperatorException) when (keepers.Count > 0)
        {
            if (await KeptAsync(cid, cancellation).ConfigureAwait(false) is { } found)
            {
                return found;
            }

            throw;
        }
    }

    /// <summary>What the first keeper has that has anything; null for nothing. One that cannot be asked has nothing: as a source it says why.</summary>
    internal async Task<MessageByCid?> KeptAsync(Cid cid, CancellationToken cancellation)
    {
        foreach (IMessageKeeper keeper in keepers)
        {
            try
            {
                if (await keeper.FindAsync(cid, cancellation).ConfigureAwait(false) is { } kept)
                {
                    return new MessageByCid(kept.Message, kept, keeper.Name);
                }
            }
            catch (OperatorException)
            {
                continue;
            }
        }

        return null;
    }
}

/// <summary>A message that was asked for by its CID.</summary>
/// <param name="Message">The message.</param>
/// <param name="Kept">What its keeper says of it; null if the node had it.</param>
/// <param name="Keeper">Its keeper's name; null if the node had it.</param>
internal sealed record MessageByCid(ChainMessage Message, KeptMessage? Kept, string? Keeper)
{
    /// <summary>", as Curio's database keeps it", or nothing: to be put behind the message's name.</summary>
    internal string By => Keeper is null ? "" : $", as {Keeper} keeps it";
}
