using System.Globalization;
using Filecoin.Chain.Lookup;
using Filecoin.Chain.Nodes;
using Filecoin.Chain.Rpc;
using Filecoin.Primitives;

namespace SealerRecover.Recovery.Doctor;

/// <summary>A full node: whether it answers, what it can tell, and what its head says of this machine's clock.</summary>
/// <param name="client">The node, disposed of by whoever made it.</param>
/// <param name="miner">Whose events it is asked for; null for nobody's.</param>
/// <param name="isArchive">Whether it was named as one that keeps old state.</param>
/// <param name="time">The clock.</param>
public sealed class NodeCheck(JsonRpcClient client, ActorId? miner, bool isArchive, TimeProvider time) : ICheck
{
    /// <summary>Blocks come up to some seconds late, and a head may be a null round or two old.</summary>
    private static readonly TimeSpan Behind = TimeSpan.FromMinutes(5);

    /// <summary>A node refuses blocks of the future beyond this; so nobody's clock may be off by more.</summary>
    private static readonly TimeSpan Ahead = TimeSpan.FromSeconds(5);

    /// <inheritdoc/>
    public string What => isArchive ? "archive node" : "chain node";

    /// <inheritdoc/>
    public async Task<IReadOnlyList<Finding>> LookAsync(CancellationToken cancellation)
    {
        string where = string.Join(", ", client.Endpoints);
        NodeLook look = await NodeLook.AskAsync(new FullNode(client), miner, cancellation).ConfigureAwait(false);
        List<Finding> found =
        [
            Finding.Fine(What, string.Create(CultureInfo.InvariantCulture, $"{where} answers: {look.Network}, network version {look.NetworkVersion}, epoch {look.Epoch}")),
            OldState(look),
        ];
        if (look.TellsEvents is { } events)
        {
            found.Add(events
                ? Finding.Fine($"{What}: events", "it keeps the events of actors")
                : Finding.Note(
                    $"{What}: events",
                    "it keeps no events of actors, which tell tickets and pieces where old state is pruned",
                    "in Lotus: Events.EnableActorEventsAPI and ChainIndexer.EnableIndexer in config.toml"));
        }

        if (!isArchive)
        {
            found.Add(Clock(look.HeadTime, time.GetUtcNow()));
        }

        return found;
    }

    /// <summary>What the head of a node says of a clock, or of the node.</summary>
    /// <param name="head">The moment of the head.</param>
    /// <param name="now">This machine's time.</param>
    internal static Finding Clock(DateTimeOffset head, DateTimeOffset now)
    {
        TimeSpan age = now - head;
        return age < -Ahead
            ? Finding.Wrong(
                "clock",
                string.Create(CultureInfo.InvariantCulture, $"the chain's newest epoch is {-age.TotalSeconds:0} seconds ahead of this machine's clock, which is at least so slow"),
                "set it right: `timedatectl set-ntp true`, or start chrony; dates of deadlines are judged by it")
            : age > Behind
                ? Finding.Wrong(
                    "clock",
                    string.Create(CultureInfo.InvariantCulture, $"the chain's newest epoch is {(age.TotalHours < 1 ? $"{age.TotalMinutes:0} minutes" : $"{age.TotalHours:0.0} hours")} older than this machine's clock: the node is not synced, or the clock is fast"),
                    "compare the clock with `timedatectl`; wait until `lotus sync wait` ends, or ask another node")
                : Finding.Fine("clock", string.Create(CultureInfo.InvariantCulture, $"{Math.Max(0, age.TotalSeconds):0} seconds after the chain's newest epoch"));
    }

    private Finding OldState(NodeLook look)
    {
        string what = $"{What}: old state";
        string age = string.Create(CultureInfo.InvariantCulture, $"state of {look.OldStateDays} days ago");
        return look.TellsOldState ? Finding.Fine(what, $"it tells {age}")
            : isArchive ? Finding.Wrong(what, $"it does not tell {age}, so it is no archive node", $"name another with {Setting.ArchiveNode}, or leave it out")
            : Finding.Note(
                what,
                $"it does not tell {age}, so how proven sectors were sealed others have to tell",
                $"name who sealed them ({Setting.MinerApi}, {Setting.CurioDatabase}), or a node that keeps old state ({Setting.ArchiveNode})");
    }
}
