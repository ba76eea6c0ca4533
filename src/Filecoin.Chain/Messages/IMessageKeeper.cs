using Filecoin.Chain.Wire;
using Filecoin.Primitives;

namespace Filecoin.Chain.Messages;

/// <summary>Somebody who keeps messages that nodes may have pruned, and knows by which one another was replaced. Safe for concurrent use.</summary>
public interface IMessageKeeper
{
    /// <summary>Half a sentence that names it: "Curio's database".</summary>
    string Name { get; }

    /// <summary>What is kept of a message; null for nothing that can be believed.</summary>
    /// <param name="named">The message, or one that was replaced.</param>
    /// <param name="cancellation">Ends the search.</param>
    /// <exception cref="OperatorException">It could not be asked.</exception>
    Task<KeptMessage?> FindAsync(Cid named, CancellationToken cancellation);
}

/// <summary>A message that is kept.</summary>
/// <param name="Cid">The one that ran, as far as its keeper knows: the one asked for, or what it was replaced by.</param>
/// <param name="Message">Its content: its bytes have its CID, or that of the one asked for, whose call it repeats.</param>
/// <param name="Ran">Where and how it ran by its keeper's word; null where it does not say. Names no tipset.</param>
public sealed record KeptMessage(Cid Cid, ChainMessage Message, MessageLookup? Ran);
