using Filecoin.Chain.Messages;
using Filecoin.Chain.Nodes;
using Filecoin.Chain.Wire;
using Filecoin.Primitives;

namespace Filecoin.Chain.Sources;

/// <summary>Reads pre-commit messages by their CID; a few are kept, since one message may pre-commit hundreds of sectors.</summary>
internal sealed class PreCommitMessages(FullNode node, MinerAddress miner, IReadOnlyList<IMessageKeeper> keepers)
{
    private readonly MessagesByCid _messages = new(node, keepers);
    private readonly Recent<Cid, ReadMessage> _recent = new(kept: 64);

    /// <summary>What the message says of the sector; null if it is no pre-commit of it to this miner.</summary>
    /// <param name="cid">The message. One that was replaced by another with a higher fee says the same, if the node still has it.</param>
    /// <param name="question">The sector. Where its SealedCID is known, a pre-commit of another replica is none of it: it failed.</param>
    /// <param name="source">Names the message, given the method's name.</param>
    /// <param name="cancellation">Ends the search.</param>
    /// <exception cref="OperatorException">The node does not have the message, or could not answer.</exception>
    internal async Task<SectorStatement?> FindAsync(Cid cid, SourceQuestion question, Func<string, string> source, CancellationToken cancellation)
    {
        ReadMessage read = await _recent.GetAsync(cid, () => ReadAsync(cid, cancellation)).ConfigureAwait(false);
        PreCommittedSector? found = read.Sectors.FirstOrDefault(sector =>
            sector.SectorNumber == question.Sector.Number
            && (question.SealedCid is not { } commR || sector.SealedCid.Equals(commR.ToCid())));
        return found is null
            ? null
            : PreCommits.Said(question, found, source(PreCommitParams.NameOf(read.Method)) + read.By) with { PreCommitMessage = cid };
    }

    /// <summary>The pre-commits in a message to the miner; none in any other message. Nothing is kept.</summary>
    /// <exception cref="OperatorException">The node does not have the message, or could not answer.</exception>
    internal async Task<ReadMessage> ReadAsync(Cid cid, CancellationToken cancellation)
    {
        MessageByCid found = await _messages.GetAsync(cid, cancellation).ConfigureAwait(false);
        ChainMessage message = found.Message;
        return PreCommitParams.IsOf(message.Method)
            && PreCommitParams.TryRead(message.Method, message.Params, out IReadOnlyList<PreCommittedSector>? sectors)
            && await miner.IsAsync(message.To, cancellation).ConfigureAwait(false)
            ? new ReadMessage(message.Method, sectors, found.By)
            : new ReadMessage(message.Method, [], found.By);
    }
}

/// <summary>A message as far as it pre-commits sectors.</summary>
/// <param name="Method">Its method.</param>
/// <param name="Sectors">The sectors it pre-commits.</param>
/// <param name="By">Who kept it, to be put behind its name; empty for the node.</param>
internal sealed record ReadMessage(ulong Method, IReadOnlyList<PreCommittedSector> Sectors, string By);

/// <summary>
/// The pre-commit message, where another source named it. If that one was replaced and the node never had it, only who keeps messages leads from it
/// to the one that did run: also StateSearchMsg first wants the message itself.
/// </summary>
/// <param name="messages">The node's messages.</param>
/// <param name="of">Names the node where it is not the first one asked.</param>
internal sealed class NamedPreCommitMessage(PreCommitMessages messages, string of = "") : ISectorSource
{
    /// <inheritdoc/>
    public string Name => $"its pre-commit message{of}";

    /// <inheritdoc/>
    public bool IsWorthAsking(SourceQuestion question) => question.PreCommitMessage is not null && (question.LacksTicket || question.LacksContent);

    /// <inheritdoc/>
    public async Task<SourceAnswer> AskAsync(SourceQuestion question, CancellationToken cancellation)
    {
        Cid cid = question.PreCommitMessage!;
        return await messages.FindAsync(cid, question, method => $"the {method} message {cid}{of}", cancellation).ConfigureAwait(false) is { } said
            ? SourceAnswer.Said(said)
            : SourceAnswer.Nothing($"the message {cid} does not pre-commit it");
    }
}
