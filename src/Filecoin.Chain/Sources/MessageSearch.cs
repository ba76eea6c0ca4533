using Filecoin.Chain.Messages;
using Filecoin.Chain.Nodes;
using Filecoin.Chain.Progress;
using Filecoin.Chain.Rules;
using Filecoin.Chain.Wire;
using Filecoin.Primitives;

namespace Filecoin.Chain.Sources;

/// <summary>
/// All messages to the miner, gone through backwards from a sector's activation as far as a pre-commit can lie before it (StateListMessages).
/// The node reads every tipset on the way, so this is the last thing that is asked; epochs are taken in blocks, so that sectors proven about
/// the same time share what was read, as much as 30 days. A pre-commit sent by another actor, such as a multisig, is no message to the miner
/// and stays unseen.
/// </summary>
/// <param name="node">The node.</param>
/// <param name="miner">The miner, all of whose addresses a message may name.</param>
/// <param name="messages">The node's messages.</param>
/// <param name="searches">Tell how far it is.</param>
/// <param name="of">Names the node where it is not the first one asked.</param>
internal sealed class MessageSearch(FullNode node, MinerAddress miner, PreCommitMessages messages, Searches searches, string of = "") : ISectorSource
{
    /// <summary>Epochs of a block: six hours, some seconds of a node's work.</summary>
    private const long Block = Epochs.PerDay / 4;

    /// <summary>More messages to one miner in six hours than blocks have room for.</summary>
    private const int MostMessages = 100_000;

    private readonly Recent<long, IReadOnlyList<FoundPreCommit>> _recent = new(kept: 150);

    /// <inheritdoc/>
    public string Name => $"the messages before it{of}";

    /// <inheritdoc/>
    public bool IsWorthAsking(SourceQuestion question) => question is { HadPreCommit: true, LacksTicket: true, SealedCid: not null };

    /// <inheritdoc/>
    public async Task<SourceAnswer> AskAsync(SourceQuestion question, CancellationToken cancellation)
    {
        long newest = question.Activation!.Value - 1;
        long oldest = Math.Max(0, question.Activation.Value - ChainPolicy.LongestProveCommit(question.SealProof!.Variant));
        Cid sealedCid = question.SealedCid!.Value.ToCid();
        using Searches.Search search = searches.Begin(question.Sector, newest, (int)((newest / Block) - (oldest / Block) + 1));
        for (long block = newest / Block; newest >= 0 && block >= oldest / Block; block--)
        {
            long begin = block * Block;
            search.At(Math.Min(newest, begin + Block - 1), (int)((newest / Block) - block));
            IReadOnlyList<FoundPreCommit> found = await _recent.GetAsync(begin, () => ReadAsync(begin, cancellation)).ConfigureAwait(false);
            if (found.FirstOrDefault(entry => entry.Sector.SectorNumber == question.Sector.Number && entry.Sector.SealedCid.Equals(sealedCid)) is { } one)
            {
                return SourceAnswer.Said(
                    PreCommits.Said(question, one.Sector, $"the {PreCommitParams.NameOf(one.Method)} message {one.Message}{of}") with
                    {
                        PreCommitMessage = one.Message,
                    });
            }
        }

        return SourceAnswer.Nothing($"none to the miner from epoch {oldest} to {newest} pre-commits it");
    }

    private async Task<IReadOnlyList<FoundPreCommit>> ReadAsync(long begin, CancellationToken cancellation)
    {
        TipSet last = await node.ChainGetTipSetByHeightAsync(begin + Block - 1, cancellation).ConfigureAwait(false);
        if (last.Height < begin)
        {
            return [];
        }

        // Where the state is gone the node lists no messages, as if there were none. Asked for it, it says so, and that ends the search.
        await node.StateMinerInfoAsync(miner.Id, last.Key, cancellation).ConfigureAwait(false);
        List<FoundPreCommit> found = [];
        foreach (Address address in await miner.FormsAsync(cancellation).ConfigureAwait(false))
        {
            IReadOnlyList<Cid> listed = await node.StateListMessagesAsync(address, last.Key, begin, cancellation).ConfigureAwait(false);
            if (listed.Count > MostMessages)
            {
                throw new OperatorException(
                    FailureKind.NodeUnreachable,
                    $"the chain node names {listed.Count} messages to {address} in {Block} epochs, which is more than blocks have room for",
                    "the node or a proxy before it is faulty; use another node");
            }

            foreach (Cid cid in listed)
            {
                ReadMessage read = await messages.ReadAsync(cid, cancellation).ConfigureAwait(false);
                found.AddRange(read.Sectors.Select(sector => new FoundPreCommit(cid, read.Method, sector)));
            }
        }

        return found;
    }

    private sealed record FoundPreCommit(Cid Message, ulong Method, PreCommittedSector Sector);
}
