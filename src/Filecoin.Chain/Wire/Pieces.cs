using System.Text.Json;
using System.Text.Json.Serialization;
using Filecoin.Primitives;

namespace Filecoin.Chain.Wire;

/// <summary>What is needed of a storage deal, as StateMarketStorageDeal tells it.</summary>
internal sealed record MarketDeal
{
    /// <summary>What client and provider agreed on.</summary>
    public required DealProposal Proposal { get; init; }
}

/// <summary>What is needed of a deal's proposal.</summary>
internal sealed record DealProposal
{
    /// <summary>CommP, version 1 of the CID.</summary>
    [JsonPropertyName("PieceCID")]
    public required Cid PieceCid { get; init; }

    /// <summary>Bytes after Fr32 padding.</summary>
    public required ulong PieceSize { get; init; }

    /// <summary>The miner.</summary>
    public required Address Provider { get; init; }
}

/// <summary>A claim of verified data, as StateGetClaims tells it.</summary>
internal sealed record VerifiedClaim
{
    /// <summary>Actor number of the miner.</summary>
    public required ulong Provider { get; init; }

    /// <summary>CommP, version 1 of the CID.</summary>
    public required Cid Data { get; init; }

    /// <summary>Bytes after Fr32 padding.</summary>
    public required ulong Size { get; init; }

    /// <summary>Number of the sector that holds it.</summary>
    public required ulong Sector { get; init; }
}

/// <summary>An event an actor emitted, as GetActorEventsRaw tells it.</summary>
internal sealed record ActorEvent
{
    /// <summary>Its fields, in order.</summary>
    [JsonPropertyName("entries")]
    public required IReadOnlyList<ActorEventEntry> Entries { get; init; }

    /// <summary>The actor.</summary>
    [JsonPropertyName("emitter")]
    public required Address Emitter { get; init; }

    /// <summary>Whether it was undone by a reorganisation.</summary>
    [JsonPropertyName("reverted")]
    public bool Reverted { get; init; }

    /// <summary>Epoch of the message.</summary>
    [JsonPropertyName("height")]
    [JsonConverter(typeof(EpochJsonConverter))]
    public required long Height { get; init; }

    /// <summary>The message in which it was emitted.</summary>
    [JsonPropertyName("msgCid")]
    public Cid? Message { get; init; }
}

/// <summary>A field of an <see cref="ActorEvent"/>.</summary>
internal sealed record ActorEventEntry
{
    /// <summary>Name; several fields may have the same.</summary>
    public required string Key { get; init; }

    /// <summary>Multicodec of the value: 81 is CBOR.</summary>
    public required ulong Codec { get; init; }

    /// <summary>The value.</summary>
    public required byte[] Value { get; init; }
}

/// <summary>Which events are wanted: of one actor, of one type, about one sector.</summary>
/// <param name="Emitter">The actor.</param>
/// <param name="From">The first epoch.</param>
/// <param name="To">The last epoch; nodes go through those of a day in one call.</param>
/// <param name="Type">CBOR of the type's name.</param>
/// <param name="Sector">CBOR of the sector's number.</param>
internal sealed record ActorEventFilter(ActorId Emitter, long From, long To, byte[] Type, byte[] Sector)
{
    private const int Cbor = 0x51;

    internal void WriteTo(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteStartArray("addresses"u8);
        json.WriteStringValue(Emitter.ToString());
        json.WriteEndArray();
        json.WriteNumber("fromHeight"u8, From);
        json.WriteNumber("toHeight"u8, To);
        json.WriteStartObject("fields"u8);
        WriteField(json, "$type"u8, Type);
        WriteField(json, "sector"u8, Sector);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteField(Utf8JsonWriter json, ReadOnlySpan<byte> name, byte[] value)
    {
        json.WriteStartArray(name);
        json.WriteStartObject();
        json.WriteNumber("codec"u8, Cbor);
        json.WriteBase64String("value"u8, value);
        json.WriteEndObject();
        json.WriteEndArray();
    }
}
