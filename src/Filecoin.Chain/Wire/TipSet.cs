using System.Text.Json;
using System.Text.Json.Serialization;
using Filecoin.Primitives;

namespace Filecoin.Chain.Wire;

/// <summary>Names a tipset by the CIDs of its blocks; <see cref="Head"/> leaves the choice to the node.</summary>
/// <param name="Cids">The blocks' CIDs in the node's order; empty for the head.</param>
internal readonly record struct TipSetKey(IReadOnlyList<Cid> Cids)
{
    /// <summary>Whatever the node's head is when it answers.</summary>
    public static TipSetKey Head { get; } = new([]);

    /// <summary>Whether the choice is the node's.</summary>
    internal bool IsHead => Cids is not { Count: > 0 };

    /// <summary>Writes the parameter: an array of CIDs, or null for the head.</summary>
    internal void WriteTo(Utf8JsonWriter json)
    {
        if (IsHead)
        {
            json.WriteNullValue();
            return;
        }

        json.WriteStartArray();
        foreach (Cid cid in Cids)
        {
            ChainJson.WriteCid(json, cid);
        }

        json.WriteEndArray();
    }
}

/// <summary>The blocks of one epoch. An epoch without any is a null round and has no tipset.</summary>
internal sealed record TipSet
{
    /// <summary>CIDs of the blocks.</summary>
    public required IReadOnlyList<Cid> Cids { get; init; }

    /// <summary>Headers of the blocks, in the order of <see cref="Cids"/>.</summary>
    public required IReadOnlyList<BlockHeader> Blocks { get; init; }

    /// <summary>The epoch.</summary>
    [JsonConverter(typeof(EpochJsonConverter))]
    public required long Height { get; init; }

    /// <summary>What to pass to ask about the state before this tipset's messages ran.</summary>
    [JsonIgnore]
    public TipSetKey Key => new(Cids);
}

/// <summary>What is needed of a block header.</summary>
internal sealed record BlockHeader
{
    /// <summary>The ticket its miner drew; null in forms of genesis blocks only.</summary>
    public BlockTicket? Ticket { get; init; }

    /// <summary>CIDs of the blocks of the tipset before.</summary>
    public IReadOnlyList<Cid>? Parents { get; init; }

    /// <summary>The epoch.</summary>
    [JsonConverter(typeof(EpochJsonConverter))]
    public required long Height { get; init; }

    /// <summary>Seconds since 1970 at which the epoch began.</summary>
    [JsonConverter(typeof(TimestampJsonConverter))]
    public required long Timestamp { get; init; }
}

/// <summary>A block's ticket.</summary>
internal sealed record BlockTicket
{
    /// <summary>The VRF proof, 96 bytes (a BLS signature).</summary>
    [JsonPropertyName("VRFProof")]
    public required byte[] VrfProof { get; init; }
}

/// <summary>A message that was executed in a tipset.</summary>
internal sealed record TipSetMessage
{
    /// <summary>Its CID.</summary>
    public required Cid Cid { get; init; }

    /// <summary>The message.</summary>
    public required ChainMessage Message { get; init; }
}

/// <summary>What is needed of a message.</summary>
public sealed record ChainMessage
{
    /// <summary>Receiver, in the form the sender wrote it: ID or robust.</summary>
    public required Address To { get; init; }

    /// <summary>Number of the method called.</summary>
    public required ulong Method { get; init; }

    /// <summary>CBOR parameters; null or empty when there are none.</summary>
    public byte[]? Params { get; init; }
}
