using Filecoin.Chain.Nodes;
using Filecoin.Chain.Progress;

namespace Filecoin.Chain.Sources;

/// <summary>
/// Whom to ask how a proven sector was sealed, in order of trust and cost: the state at its activation, what the operator named, the
/// pre-commit message that one of these named, the archive node likewise, and only then what makes nodes go through days of the chain.
/// </summary>
internal static class SourceOrder
{
    /// <summary>The sources; what takes them long is told through <paramref name="reporter"/>.</summary>
    internal static IReadOnlyList<ISectorSource> Of(FullNode node, MinerAddress miner, OtherSources others, Reporter reporter)
    {
        PreCommitMessages messages = new(node, miner, others.Keepers);
        List<ISectorSource> order =
        [
            new StateAtActivation(node),
            new NonInteractiveMessage(node, miner),
            .. others.Named,
            new NamedPreCommitMessage(messages),
        ];
        if (others.Archive is not { } archive)
        {
            return [.. order, Events(node, messages), Messages(node, messages)];
        }

        PreCommitMessages archived = new(archive, miner, []);
        return
        [
            .. order,
            new StateAtActivation(archive, ArchiveNode.Of),
            new NonInteractiveMessage(archive, miner, ArchiveNode.Of),
            new NamedPreCommitMessage(archived, ArchiveNode.Of),
            Events(node, messages),
            Events(archive, archived, ArchiveNode.Of),
            Messages(node, messages),
            Messages(archive, archived, ArchiveNode.Of),
        ];

        PreCommitEvents Events(FullNode asked, PreCommitMessages read, string of = "") =>
            new(asked, miner, read, reporter.Searches(SearchKind.PreCommitEvents, of.Length > 0), of);

        MessageSearch Messages(FullNode asked, PreCommitMessages read, string of = "") =>
            new(asked, miner, read, reporter.Searches(SearchKind.PreCommitMessages, of.Length > 0), of);
    }

    /// <summary>Those that have the chain's own word and cost no more than a call or two each.</summary>
    internal static IReadOnlyList<ISectorSource> OfChain(FullNode node, MinerAddress miner, FullNode? archive)
    {
        ISectorSource[] own = [new StateAtActivation(node), new NonInteractiveMessage(node, miner)];
        return archive is null ? own : [.. own, new StateAtActivation(archive, ArchiveNode.Of), new NonInteractiveMessage(archive, miner, ArchiveNode.Of)];
    }
}
