namespace Filecoin.Chain;

/// <summary>
/// Whom to ask how a proven sector was sealed, in order of trust and cost: the state at its activation, what the operator named, the
/// pre-commit message that one of these named, the archive node likewise, and only then what makes nodes go through days of the chain.
/// </summary>
internal static class SourceOrder
{
    /// <summary>Behind what is asked of it.</summary>
    internal const string OfArchive = " of the archive node";

    /// <summary>The sources.</summary>
    internal static IReadOnlyList<ISectorSource> Of(FullNode node, MinerAddress miner, OtherSources others)
    {
        PreCommitMessages messages = new(node, miner);
        List<ISectorSource> order =
        [
            new StateAtActivation(node),
            new NonInteractiveMessage(node, miner),
            .. others.Named,
            new NamedPreCommitMessage(messages),
        ];
        if (others.Archive is not { } archive)
        {
            return [.. order, new PreCommitEvents(node, miner, messages), new MessageSearch(node, miner, messages)];
        }

        PreCommitMessages archived = new(archive, miner);
        return
        [
            .. order,
            new StateAtActivation(archive, OfArchive),
            new NonInteractiveMessage(archive, miner, OfArchive),
            new NamedPreCommitMessage(archived, OfArchive),
            new PreCommitEvents(node, miner, messages),
            new PreCommitEvents(archive, miner, archived, OfArchive),
            new MessageSearch(node, miner, messages),
            new MessageSearch(archive, miner, archived, OfArchive),
        ];
    }

    /// <summary>Those that have the chain's own word and cost no more than a call or two each.</summary>
    internal static IReadOnlyList<ISectorSource> OfChain(FullNode node, MinerAddress miner, FullNode? archive)
    {
        ISectorSource[] own = [new StateAtActivation(node), new NonInteractiveMessage(node, miner)];
        return archive is null ? own : [.. own, new StateAtActivation(archive, OfArchive), new NonInteractiveMessage(archive, miner, OfArchive)];
    }
}
