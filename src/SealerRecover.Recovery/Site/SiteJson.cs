using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Filecoin.Primitives;
using SealerRecover.Recovery.Metrics;

namespace SealerRecover.Recovery.Site;

/// <summary>The JSON of what is watched: snake case, words of enums too, times in UTC, a sector as in <c>--json</c>, what is not known left out.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [typeof(SectorConverter), typeof(TimeConverter), typeof(StageConverter), typeof(LevelConverter)])]
[JsonSerializable(typeof(SiteState))]
[JsonSerializable(typeof(SiteSectorDetail))]
[JsonSerializable(typeof(SiteActionRequest))]
[JsonSerializable(typeof(SiteChanged))]
[JsonSerializable(typeof(SiteTrouble))]
[JsonSerializable(typeof(SiteAbout))]
[JsonSerializable(typeof(RunRecord))]
public sealed partial class SiteJson : JsonSerializerContext
{
    /// <summary>{"miner":"f01000","number":7}.</summary>
    public sealed class SectorConverter : JsonConverter<SectorId>
    {
        /// <inheritdoc/>
        public override SectorId Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            using JsonDocument document = JsonDocument.ParseValue(ref reader);
            JsonElement sector = document.RootElement;
            return sector.ValueKind == JsonValueKind.Object
                && sector.TryGetProperty("miner", out JsonElement miner) && miner.ValueKind == JsonValueKind.String
                && miner.GetString() is ['f' or 't', '0', .. string actor]
                && ulong.TryParse(actor, NumberStyles.None, CultureInfo.InvariantCulture, out ulong id)
                && sector.TryGetProperty("number", out JsonElement number)
                && number.TryGetUInt64(out ulong value)
                    ? new SectorId(new Filecoin.Primitives.ActorId(id), value)
                    : throw new JsonException("a sector needs a miner and a number");
        }

        /// <inheritdoc/>
        public override void Write(Utf8JsonWriter writer, SectorId value, JsonSerializerOptions options)
        {
            writer.WriteStartObject();
            writer.WriteString("miner", value.Miner.ToString());
            writer.WriteNumber("number", value.Number);
            writer.WriteEndObject();
        }
    }

    /// <summary>To the millisecond, with a Z.</summary>
    public sealed class TimeConverter : JsonConverter<DateTimeOffset>
    {
        /// <inheritdoc/>
        public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.GetDateTimeOffset();

        /// <inheritdoc/>
        public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
            writer.WriteStringValue(value.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));
    }

    private sealed class StageConverter() : JsonStringEnumConverter<SectorStage>(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false);

    private sealed class LevelConverter() : JsonStringEnumConverter<ConcernLevel>(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false);
}
