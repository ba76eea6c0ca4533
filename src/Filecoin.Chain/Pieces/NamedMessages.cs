using Filecoin.Chain.Messages;
using Filecoin.Chain.Nodes;
using Filecoin.Chain.Rpc;
using Filecoin.Chain.Wire;
using Filecoin.Primitives;

namespace Filecoin.Chain.Pieces;

/// <summary>
/// The messages that sources name as those that proved or updated sectors, read of one node by their CID, or of who keeps what it has pruned. A few
/// are kept, and how they ended, since one message may be of hundreds of sectors.
/// </summary>
/// <param name="node">The node.</param>
/// <param name="manifests">Finds a sector in a message.</param>
/// <param name="keepers">Who keeps messages.</param>
internal sealed class NamedMessages(FullNode node, SectorManifests manifests, IReadOnlyList<IMessageKeeper> keepers)
{
    private readonly MessagesByCid _byCid = new(node, keepers);
    private readonly Recent<Cid, MessageByCid> _messages = new(kept: 64);
    private readonly Recent<Cid, MessageEnd> _ends = new(kept: 1024);

    /// <summary>
    /// What the message says of the sector. One that was replaced by one with a higher fee says the same, since that repeats its call. How it
    /// ended is only asked if it is the sector's, for that may cost the node a walk back through its states.
    /// </summary>
    /// <exception cref="OperatorException">The node does not have the message, or could not answer.</exception>
    internal async Task<NamedProof> FindAsync(NamedMessage named, PieceQuestion question, CancellationToken cancellation)
    {
        MessageByCid read = await _messages.GetAsync(named.Cid, () => _byCid.GetAsync(named.Cid, cancellation)).ConfigureAwait(false);
        ChainMessage message = read.Message;
        if (!PieceManifests.IsOf(message.Method, question.IsUpdate))
        {
            return new NamedProof(null, null, $"{named} is of method {message.Method}, which does not name pieces of such a sector");
        }

        if (await manifests.OfAsync(message, question, cancellation).ConfigureAwait(false) is not { } found)
        {
            return new NamedProof(null, null, $"{named} is no message to the miner that names {(question.IsUpdate ? "this update of it" : "it")}")
            {
                IsTrouble = true,
            };
        }

        MessageEnd end = await _ends.GetAsync(named.Cid, () => EndAsync(named.Cid, read, cancellation)).ConfigureAwait(false);
        return end switch
        {
            { NeverRan: true } => new NamedProof(null, null, $"{named} never ran: {end.Untold}") { IsTrouble = true },
            { Lookup: { Receipt.ExitCode: not 0 } failed } =>
                new NamedProof(null, null, $"{named} failed with exit code {failed.Receipt.ExitCode}") { IsTrouble = true },
            { Lookup: { } ran } => new NamedProof(found, ran, "") { By = read.By },
            _ => new NamedProof(found, null, $"where {named} ran could not be seen ({end.Untold})") { By = read.By },
        };
    }

    /// <summary>The epoch of the tipset that includes a message which ran there.</summary>
    internal async Task<long> EpochAsync(MessageLookup ran, CancellationToken cancellation) =>
        (await node.ChainGetTipSetByHeightAsync(ran.Height - 1, cancellation).ConfigureAwait(false)).Height;

    /// <summary>That a node cannot tell is kept as well: to find that out it may have walked back through all states it has.</summary>
    private async Task<MessageEnd> EndAsync(Cid named, MessageByCid read, CancellationToken cancellation)
    {
        MessageEnd end = await OfNodeAsync(read.Kept?.Cid ?? named, cancellation).ConfigureAwait(false);
        return end is { Lookup: null, NeverRan: false }
            && (read.Kept ?? (await _byCid.KeptAsync(named, cancellation).ConfigureAwait(false))?.Kept) is { Ran: { } ran }
            ? new MessageEnd(ran, "", NeverRan: false)
            : end;
    }

    private async Task<MessageEnd> OfNodeAsync(Cid message, CancellationToken cancellation)
    {
        try
        {
            return await node.StateSearchMsgAsync(message, cancellation).ConfigureAwait(false) is { } found
                ? new MessageEnd(found, "", NeverRan: false)
                : new MessageEnd(null, "the node did not find it as far back as it looked", NeverRan: false);
        }
        catch (ChainCallException error) when (error.Error is { } said)
        {
            // Absent: another call ran under its number, and is no replacement of it.
            return new MessageEnd(null, error.Message, said.Kind == RpcErrorKind.Absent);
        }
    }

    private sealed record MessageEnd(MessageLookup? Lookup, string Untold, bool NeverRan);
}

/// <summary>What a message that a source named says of a sector.</summary>
/// <param name="Found">What it names of it; null if it does not count.</param>
/// <param name="Ran">Where it ran, with success; null if it does not count or the node could not tell.</param>
/// <param name="Why">Why one of these is null, a sentence; else empty.</param>
internal sealed record NamedProof(SectorManifest? Found, MessageLookup? Ran, string Why)
{
    /// <summary>Who kept the message, to be put behind its name; empty for the node.</summary>
    public string By { get; init; } = "";

    /// <summary>Whether the source names something that cannot be it.</summary>
    public bool IsTrouble { get; init; }
}
