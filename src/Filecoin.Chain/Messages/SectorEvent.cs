using System.Formats.Cbor;
using Filecoin.Chain.Rules;
using Filecoin.Chain.Wire;
using Filecoin.Primitives;

namespace Filecoin.Chain.Messages;

/// <summary>
/// What one event says that the miner actor emits about a sector since network version 22 (FIP-0083; builtin-actors
/// actors/miner/src/emit.rs): its type and the sector; sector-activated and sector-updated also unsealed-cid and, for each piece in order,
/// piece-cid and piece-size. Each value is CBOR.
/// </summary>
/// <param name="Type">One of the types below.</param>
/// <param name="Sector">Number of the sector.</param>
/// <param name="UnsealedCid">CommD; null for zeros, and for a type that does not say it.</param>
/// <param name="Pieces">The pieces, without those between and behind them that alignment asks for.</param>
internal sealed record SectorEvent(string Type, ulong Sector, Cid? UnsealedCid, IReadOnlyList<NamedPiece> Pieces)
{
    internal const string PreCommitted = "sector-precommitted";
    internal const string Activated = "sector-activated";
    internal const string Updated = "sector-updated";

    private const ulong Cbor = 0x51;

    /// <summary>Asks for events of one type about one sector.</summary>
    internal static ActorEventFilter Filter(ActorId miner, long from, long to, string type, ulong sector) =>
        new(miner, from, to, ToCbor(cbor => cbor.WriteTextString(type)), ToCbor(cbor => cbor.WriteUInt64(sector)));

    /// <summary>Reads an event; null for one of another form.</summary>
    internal static SectorEvent? TryRead(ActorEvent happened)
    {
        IReadOnlyList<ActorEventEntry> entries = happened.Entries;
        if (entries.Count is < 2 or > 3 + (2 * PieceSizes.MostPieces)
            || !TryRead(entries[0], "$type", cbor => cbor.Text(), out string? type)
            || !TryRead(entries[1], "sector", cbor => cbor.Unsigned(), out ulong sector))
        {
            return null;
        }

        if (type == PreCommitted)
        {
            return entries.Count == 2 ? new SectorEvent(type, sector, null, []) : null;
        }

        Cid[]? unsealed = null;
        if (entries.Count % 2 == 0 || !TryRead(entries[2], "unsealed-cid", cbor => cbor.Null() ? [] : new[] { cbor.Cid() }, out unsealed))
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

    private static byte[] ToCbor(Action<CborWriter> write)
    {
        CborWriter cbor = new(CborConformanceMode.Strict);
        write(cbor);
        return cbor.Encode();
    }
}
