using Filecoin.Primitives;

namespace Filecoin.Chain.Messages;

/// <summary>A message that a source names.</summary>
/// <param name="Cid">The message, or one that was replaced by one with a higher fee.</param>
/// <param name="Source">Who names it.</param>
internal sealed record NamedMessage(Cid Cid, string Source)
{
    /// <summary>For complaints: "the message bafy… that lotus-miner names".</summary>
    public override string ToString() => $"the message {Cid} that {Source} names";
}
