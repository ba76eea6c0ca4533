using System.Formats.Cbor;
using Filecoin.Primitives;

namespace Filecoin.Chain;

/// <summary>
/// The events sector-activated and sector-updated that the miner actor emits since network version 22 (FIP-0083), for every way a sector is
/// proven: sector, unsealed-cid, and for each piece in order piece-cid and piece-size, each value CBOR (builtin-actors
/// actors/miner/src/emit.rs). Nodes tell them only if configured to keep them.
/// </summary>
internal sealed class SectorEvents(FullNode node, MinerAddress miner) : IPieceList
{
    private const ulong Cbor = 0x51;

    /// <inheritdoc/>
    public string Name => "the miner actor's events";

    /// <inheritdoc/>
    public async Task<PieceAnswer> FindAsync(PieceQuestion question, CancellationToken cancellation)
    {
        if (question.Epoch is not { } epoch)
        {
            return PieceAnswer.Nothing(question.WithoutEpoch);
        }

        string type = question.IsUpdate ? "sector-updated" : "sector-activated";
        ActorEventFilter filter = new(miner.Id, epoch, ToCbor(cbor => cbor.WriteTextString(type)), ToCbor(cbor => cbor.WriteUInt64(question.Sector.Number)));
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

    private static byte[] ToCbor(Action<CborWriter> write)
    {
        CborWriter cbor = new(CborConformanceMode.Strict);
        write(cbor);
        return cbor.Encode();
    }

    /// <summary>What one event says.</summary>
    private sealed record SectorEvent(string Type, ulong Sector, Cid? UnsealedCid, List<NamedPiece> Pieces)
    {
        /// <summary>Reads an event; null for one of another form.</summary>
        internal static SectorEvent? TryRead(ActorEvent happened)
        {
            IReadOnlyList<ActorEventEntry> entries = happened.Entries;
            if (entries.Count is < 3 or > 3 + (2 * PieceSizes.MostPieces) || entries.Count % 2 == 0
                || !TryRead(entries[0], "$type", cbor => cbor.Text(), out string? type)
                || !TryRead(entries[1], "sector", cbor => cbor.Unsigned(), out ulong sector)
                || !TryRead(entries[2], "unsealed-cid", cbor => cbor.Null() ? [] : new[] { cbor.Cid() }, out Cid[]? unsealed))
            {
                return null;
            }

            List<NamedPiece> pieces = [];
            for (int i = 3; i < entries.Count; i += 2)
            {
                if (!TryRead(entries[i], "piece-cid", cbor => cbor.Cid(), out Cid? cid)
                    || !TryRead(entries[i + 1], "piece-size", cbor => cbor.Unsigned(), out ulong size))
                {
                    return null;
                }

                pieces.Add(new NamedPiece(cid!, size));
            }

            return new SectorEvent(type!, sector, unsealed is [{ } one] ? one : null, pieces);
        }

        private static bool TryRead<T>(ActorEventEntry entry, string key, Func<CborParams, T> read, out T? value)
            where T : notnull
        {
            value = default;
            return entry.Key == key && entry.Codec == Cbor && CborParams.TryRead(entry.Value, read, out value);
        }
    }
}
