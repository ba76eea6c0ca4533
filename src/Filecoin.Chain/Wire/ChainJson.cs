using System.Globalization;
using System.Numerics;
using System.Text.Json;
using System.Text.Json.Serialization;
using Filecoin.Chain.Rules;
using Filecoin.Primitives;

namespace Filecoin.Chain.Wire;

/// <summary>
/// Readers of the node's results, generated at build time. Field names are Lotus's, case and all; unknown fields are skipped, a needed one
/// that is missing, null or of another type is an error, and so is a field that stands twice.
/// </summary>
[JsonSourceGenerationOptions(
    GenerationMode = JsonSourceGenerationMode.Metadata,
    RespectNullableAnnotations = true,
    AllowDuplicateProperties = false,
    MaxDepth = 64,
    Converters = [typeof(CidJsonConverter), typeof(AddressJsonConverter), typeof(BigIntegerJsonConverter)])]
[JsonSerializable(typeof(string))]
[JsonSerializable(typeof(byte[]))]
[JsonSerializable(typeof(Address))]
[JsonSerializable(typeof(TipSet))]
[JsonSerializable(typeof(MinerInfo))]
[JsonSerializable(typeof(SectorOnChainInfo))]
[JsonSerializable(typeof(SectorPreCommitOnChainInfo))]
[JsonSerializable(typeof(SectorLocation))]
[JsonSerializable(typeof(IReadOnlyList<ulong>))]
[JsonSerializable(typeof(SectorExpiration))]
[JsonSerializable(typeof(ProvingDeadline))]
[JsonSerializable(typeof(IReadOnlyList<TipSetMessage>))]
[JsonSerializable(typeof(MarketDeal))]
[JsonSerializable(typeof(IReadOnlyDictionary<string, VerifiedClaim>))]
[JsonSerializable(typeof(IReadOnlyList<ActorEvent>))]
[JsonSerializable(typeof(ChainMessage))]
[JsonSerializable(typeof(MessageLookup))]
[JsonSerializable(typeof(Cid))]
[JsonSerializable(typeof(IReadOnlyList<Cid>))]
[JsonSerializable(typeof(IReadOnlyList<MinerPartition>))]
[JsonSerializable(typeof(MinerSectorStatus))]
[JsonSerializable(typeof(LoggedEvent<LoggedTicket>))]
[JsonSerializable(typeof(LoggedEvent<LoggedUpdate>))]
[JsonSerializable(typeof(DamoclesState))]
[JsonSerializable(typeof(IReadOnlyList<MinerSectorPiece>))]
[JsonSerializable(typeof(IReadOnlyList<DamoclesDeal>))]
[JsonSerializable(typeof(ulong))]
[JsonSerializable(typeof(ActorState<RewardState>))]
[JsonSerializable(typeof(ActorState<PowerState>))]
[JsonSerializable(typeof(ActorState<MinerFunds>))]
[JsonSerializable(typeof(BigInteger))]
[JsonSerializable(typeof(IReadOnlyDictionary<string, string>))]
[JsonSerializable(typeof(IReadOnlyDictionary<string, IReadOnlyList<StoredFile>>))]
[JsonSerializable(typeof(StorageUrls))]
internal sealed partial class ChainJson : JsonSerializerContext
{
    /// <summary>Writes a CID as Lotus does: {"/": "bafy…"}.</summary>
    internal static void WriteCid(Utf8JsonWriter json, Cid cid)
    {
        json.WriteStartObject();
        json.WriteString("/"u8, cid.ToString());
        json.WriteEndObject();
    }
}

/// <summary>A CID as Lotus writes it: {"/": "bafy…"}.</summary>
internal sealed class CidJsonConverter : JsonConverter<Cid>
{
    public override Cid Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.StartObject
            || !reader.Read() || reader.TokenType != JsonTokenType.PropertyName || !reader.ValueTextEquals("/"u8)
            || !reader.Read() || reader.TokenType != JsonTokenType.String || !Cid.TryParse(reader.GetString(), out Cid? cid)
            || !reader.Read() || reader.TokenType != JsonTokenType.EndObject)
        {
            throw new JsonException();
        }

        return cid;
    }

    public override void Write(Utf8JsonWriter writer, Cid value, JsonSerializerOptions options) => ChainJson.WriteCid(writer, value);
}

/// <summary>An address in its text form, of either network.</summary>
internal sealed class AddressJsonConverter : JsonConverter<Address>
{
    public override Address Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String && Address.TryParse(reader.GetString(), out Address? address) ? address : throw new JsonException();

    public override void Write(Utf8JsonWriter writer, Address value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());
}

/// <summary>An epoch; what cannot be one (<see cref="Epochs.CanBe"/>) is an error.</summary>
internal sealed class EpochJsonConverter : JsonConverter<long>
{
    public override long Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out long epoch) && Epochs.CanBe(epoch)
            ? epoch
            : throw new JsonException();

    public override void Write(Utf8JsonWriter writer, long value, JsonSerializerOptions options) => writer.WriteNumberValue(value);
}

/// <summary>A whole number of any size, which Lotus writes as decimal text. More than a hundred digits is no amount of anything.</summary>
internal sealed class BigIntegerJsonConverter : JsonConverter<BigInteger>
{
    private const int MostDigits = 100;

    public override BigInteger Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String && reader.GetString() is { Length: <= MostDigits } text
        && BigInteger.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out BigInteger number)
            ? number
            : throw new JsonException();

    public override void Write(Utf8JsonWriter writer, BigInteger value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.ToString(CultureInfo.InvariantCulture));
}

/// <summary>Seconds since 1970, up to the year 4147.</summary>
internal sealed class TimestampJsonConverter : JsonConverter<long>
{
    public override long Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out long seconds) && seconds is >= 0 and < 1L << 36
            ? seconds
            : throw new JsonException();

    public override void Write(Utf8JsonWriter writer, long value, JsonSerializerOptions options) => writer.WriteNumberValue(value);
}
