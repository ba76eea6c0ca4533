using System.Text.Json;
using System.Text.Json.Serialization;
using Filecoin.Cryptography;
using Filecoin.Primitives;
using Filecoin.Sealing.Steps;

namespace SealerRecover.Recovery.Records;

/// <summary>A value that stands in JSON as the text people know it by.</summary>
/// <param name="parse">The value of a text; null if it is none.</param>
/// <param name="write">Its text.</param>
internal sealed class TextConverter<T>(Func<string, T?> parse, Func<T, string> write) : JsonConverter<T>
    where T : struct
{
    /// <inheritdoc/>
    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String && parse(reader.GetString()!) is { } value ? value : throw new JsonException($"no {typeof(T).Name}");

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) => writer.WriteStringValue(write(value));
}

/// <summary>How values stand in journals, receipts and their like: hexadecimal, CIDs, names of files and steps.</summary>
internal static class TextConverters
{
    /// <summary>One for each kind of value.</summary>
    public static IReadOnlyList<JsonConverter> All { get; } =
    [
        new TextConverter<Bytes32>(Hex, value => value.ToString()),
        new TextConverter<Ticket>(text => Hex(text) is { } value ? new Ticket(value) : null, ticket => ticket.ToString()),
        new TextConverter<CommD>(
            text => Cid.TryParse(text, out Cid? cid) && CommitmentCid.TryGetCommD(cid, out CommD commD) ? commD : null, commD => commD.ToString()),
        new TextConverter<CommR>(
            text => Cid.TryParse(text, out Cid? cid) && CommitmentCid.TryGetCommR(cid, out CommR commR) ? commR : null, commR => commR.ToString()),
        new TextConverter<SectorId>(text => SectorId.TryParseFileName(text, out SectorId sector) ? sector : null, sector => sector.FileName),
        new TextConverter<SealStep>(text => SealStep.Parse(text), step => step.ToString()),
    ];

    private static Bytes32? Hex(string text)
    {
        try
        {
            return Bytes32.FromHex(text);
        }
        catch (FormatException)
        {
            return null;
        }
    }
}
