using System.Text.Json;
using System.Text.Json.Serialization;
using Filecoin.Cryptography;
using Filecoin.Primitives;
using Filecoin.Sealing.Steps;

namespace SealerRecover.Recovery.Records;

/// <summary>A value that stands in journals, receipts and their like as the text people know it by.</summary>
/// <param name="parse">The value of a text; null if it is none.</param>
/// <param name="write">Its text.</param>
internal abstract class TextConverter<T>(Func<string, T?> parse, Func<T, string> write) : JsonConverter<T>
    where T : struct
{
    /// <inheritdoc/>
    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String && parse(reader.GetString()!) is { } value ? value : throw new JsonException($"no {typeof(T).Name}");

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) => writer.WriteStringValue(write(value));
}

/// <summary>32 bytes in hexadecimal.</summary>
internal sealed class Bytes32Text() : TextConverter<Bytes32>(Parsed, value => value.ToString())
{
    /// <summary>The bytes of a text; null if it is none.</summary>
    public static Bytes32? Parsed(string text)
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

/// <summary>A ticket in hexadecimal.</summary>
internal sealed class TicketText() : TextConverter<Ticket>(text => Bytes32Text.Parsed(text) is { } value ? new Ticket(value) : null, ticket => ticket.ToString());

/// <summary>CommD as its CID.</summary>
internal sealed class CommDText() : TextConverter<CommD>(
    text => Cid.TryParse(text, out Cid? cid) && CommitmentCid.TryGetCommD(cid, out CommD commD) ? commD : null, commD => commD.ToString());

/// <summary>CommR as its CID.</summary>
internal sealed class CommRText() : TextConverter<CommR>(
    text => Cid.TryParse(text, out Cid? cid) && CommitmentCid.TryGetCommR(cid, out CommR commR) ? commR : null, commR => commR.ToString());

/// <summary>A sector as its files are called.</summary>
internal sealed class SectorIdText() : TextConverter<SectorId>(text => SectorId.TryParseFileName(text, out SectorId sector) ? sector : null, sector => sector.FileName);

/// <summary>A step by its name.</summary>
internal sealed class SealStepText() : TextConverter<SealStep>(text => SealStep.Parse(text), step => step.ToString());
