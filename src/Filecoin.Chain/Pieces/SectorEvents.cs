using Filecoin.Chain.Messages;
using Filecoin.Chain.Nodes;
using Filecoin.Chain.Wire;
using Filecoin.Primitives;

namespace Filecoin.Chain.Pieces;

/// <summary>
/// The events sector-activated and sector-updated, for every way a sector is proven. Nodes tell them only if configured to keep them.
/// </summary>
internal sealed class SectorEvents(FullNode node, MinerAddress miner) : IPieceList
{
    /// <inheritdoc/>
    public string Name => "the miner actor's events";

    /// <inheritdoc/>
    public async Task<PieceAnswer> FindAsync(PieceQuestion question, CancellationToken cancellation)
    {
        if (question.Epoch is not { } epoch)
        {
            return PieceAnswer.Nothing(question.WithoutEpoch);
        }

        string type = question.IsUpdate ? SectorEvent.Updated : SectorEvent.Activated;
        ActorEventFilter filter = SectorEvent.Filter(miner.Id, epoch, epoch, type, question.Sector.Number);
        IReadOnlyList<ActorEvent> events = await node.GetActorEventsRawAsync(filter, cancellation).ConfigureAwait(false);
        List<SectorEvent> found = [];
        foreach (ActorEvent happened in events.Where(happened => !happened.Reverted && happened.Height == epoch))
        {
            if (await miner.IsAsync(happened.Emitter, cancellation).ConfigureAwait(false)
                && SectorEvent.TryRead(happened) is { } read && read.Type == type && read.Sector == question.Sector.Number)
            {
                found.Add(read);
            }
        }

        if (found.Count == 0)
        {
            return PieceAnswer.Nothing($"the node has no {type} of it at epoch {epoch}");
        }

        SectorEvent first = found[0];
        if (!found.TrueForAll(other => other.Pieces.SequenceEqual(first.Pieces)))
        {
            return PieceAnswer.Refused($"two {type} of it at epoch {epoch} name different pieces");
        }

        CommD commD = default;
        return first.UnsealedCid is { } cid && !CommitmentCid.TryGetCommD(cid, out commD)
            ? PieceAnswer.Refused($"\"{cid}\" is not the CID of unsealed data")
            : NamedPieces.Answer(
                first.Pieces, orderKnown: true, first.UnsealedCid is null ? null : commD, $"the event {type} at epoch {epoch}, in its order", question);
    }
}
