using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Filecoin.Chain.Facts;
using Filecoin.Chain.Messages;
using Filecoin.Chain.Pieces;
using Filecoin.Chain.Rules;
using Filecoin.Chain.Wire;
using Filecoin.Primitives;

namespace Filecoin.Chain.Sources;

/// <summary>
/// Reads what a sealing node wrote down about a sector, each field alone: one that can be none is as if it were not there, and is noted with
/// its place in <see cref="Unusable"/>; the others count.
/// </summary>
/// <param name="sector">The sector.</param>
/// <param name="source">The node, for notes and statements.</param>
public sealed class Recorded(SectorId sector, string source)
{
    private const int LongestQuote = 80;

    private readonly List<string> _unusable = [];

    /// <summary>The node.</summary>
    public string Source => source;

    /// <summary>A sentence about each field that can be none, in the order in which they were read.</summary>
    public IReadOnlyList<string> Unusable => _unusable;

    /// <summary>A ticket and its epoch, of which one may be there without the other; an epoch of zero without a ticket says that none was drawn.</summary>
    /// <param name="value">The ticket; null or empty for none.</param>
    /// <param name="valuePlace">Where it stands, as a person looks for it: "sectors_meta.ticket_value".</param>
    /// <param name="epoch">Its epoch.</param>
    /// <param name="epochPlace">Where that stands.</param>
    public (Ticket? Value, long? Epoch) Ticket(byte[]? value, string valuePlace, long? epoch, string epochPlace)
    {
        Ticket? ticket = value switch
        {
            null or [] => null,
            { Length: Cryptography.Bytes32.Length } => new Ticket(new Cryptography.Bytes32(value)),
            _ => None<Ticket>($"a ticket of {value.Length} bytes where it must be {Cryptography.Bytes32.Length}", valuePlace),
        };
        return (ticket, ticket is null && value is null or [] && epoch == 0 ? null : Epoch(epoch, epochPlace));
    }

    /// <summary>The same of an object with two fields; neither where it is none.</summary>
    internal (Ticket? Value, long? Epoch) Ticket(JsonElement json, string valueField, string epochField, string place)
    {
        JsonElement ticket = Fields(json, place);
        return Ticket(
            Object(ticket.Field(valueField), ChainJson.Default.ByteArray, "a ticket", $"{place}.{valueField}"),
            $"{place}.{valueField}",
            Number(ticket.Field(epochField), $"{place}.{epochField}"),
            $"{place}.{epochField}");
    }

    /// <summary>An object whose fields are read each alone; nothing for none.</summary>
    internal JsonElement Fields(JsonElement json, string place)
    {
        if (json.IsNothing() || json.ValueKind == JsonValueKind.Object)
        {
            return json;
        }

        Refuse($"{Quoted(json)} where an object has to be", place);
        return default;
    }

    /// <summary>A CID from its text; null for none.</summary>
    public Cid? Cid(string? text, string place) =>
        string.IsNullOrEmpty(text) ? null
        : Primitives.Cid.TryParse(text, out Cid? cid) ? cid
        : Null<Cid>($"\"{SafeText.Line(text, LongestQuote)}\" where a CID has to be", place);

    /// <summary>A CID as Lotus writes it; null for none.</summary>
    internal Cid? Cid(JsonElement json, string place) => Object(json, ChainJson.Default.Cid, "a CID", place);

    /// <summary>A CommR; null for none.</summary>
    public CommR? CommR(Cid? cid, string place) =>
        cid is null ? null
        : CommitmentCid.TryGetCommR(cid, out CommR commR) ? commR
        : None<CommR>($"a CommR that is no replica commitment ({cid})", place);

    /// <summary>A CommD; null for none.</summary>
    public CommD? CommD(Cid? cid, string place) =>
        cid is null ? null
        : CommitmentCid.TryGetCommD(cid, out CommD commD) ? commD
        : None<CommD>($"a CommD that is no data commitment ({cid})", place);

    /// <summary>A seal proof; null for none.</summary>
    public SealProofInfo? Proof(long? number, string place) =>
        number is not { } named ? null
        : SealProofs.TryGet(named, out SealProofInfo proof) ? proof
        : Null<SealProofInfo>($"the seal proof {named}, which this version does not know", place);

    /// <summary>A whole number; null for none.</summary>
    internal long? Number(JsonElement json, string place) =>
        json.IsNothing() ? null
        : json.ValueKind == JsonValueKind.Number && json.TryGetInt64(out long number) ? number
        : None<long>($"{Quoted(json)} where a whole number has to be", place);

    /// <summary>Whether a switch is on; null for none.</summary>
    internal bool? Switch(JsonElement json, string place) => json.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ when json.IsNothing() => null,
        _ => None<bool>($"{Quoted(json)} where true or false has to be", place),
    };

    /// <summary>A list of pieces in their order, one field as a whole: null where there are none, or only zero pieces, or an entry can be none.</summary>
    internal SectorData? Data<T>(JsonElement json, JsonTypeInfo<IReadOnlyList<T>> type, Func<T, NamedPiece> name, SectorSize size, string place)
        where T : class
    {
        // The JSON reader takes null for an entry, whatever the list's type says.
        IReadOnlyList<T?> entries = Object(json, type, "a list of pieces", place) ?? [];
        NamedPiece[] named = [.. entries.OfType<T>().Select(name)];
        return named.Length == entries.Count ? Data(named, size, place) : Null<SectorData>("a list of pieces with null where there must be a piece", place);
    }

    /// <summary>The same of pieces that were read.</summary>
    public SectorData? Data(IReadOnlyCollection<NamedPiece> named, SectorSize size, string place)
    {
        if (named.Count > PieceSizes.MostPieces)
        {
            return Null<SectorData>($"{named.Count} pieces, more than any sector has", place);
        }

        if (!NamedPieces.TryMake(named, size, out ImmutableArray<PieceInfo> pieces, out string? complaint))
        {
            return Null<SectorData>($"a list of pieces that cannot be ({complaint})", place);
        }

        return pieces.All(piece => piece.CommP == ZeroCommitments.ForPiece(piece.PaddedSize)) ? null
            : PieceSizes.Misfit(pieces.AsSpan(), orderKnown: true, size) is { } misfit ? Null<SectorData>($"a list of pieces that cannot be ({misfit})", place)
            : new SectorData { Pieces = pieces, OrderKnown = true, Source = $"the list of pieces of {Source}, in its order" };
    }

    /// <summary>Notes a field that is not used.</summary>
    /// <param name="what">What it is: "a ticket of 3 bytes".</param>
    /// <param name="place">Where it stands.</param>
    public void Refuse(string what, string place) => _unusable.Add($"{Source} has {what} ({place}); that is not used");

    /// <summary>The failure that a record as a whole cannot be.</summary>
    /// <param name="what">What it is, the end of a sentence: "two rows for it".</param>
    public OperatorException Bad(string what) => new(
        FailureKind.BadInput, $"{sector}: {Source} has {what}", "leave that source out, or correct what it says");

    private long? Epoch(long? number, string place) =>
        number is not { } epoch || Epochs.CanBe(epoch) ? number : None<long>($"the epoch {number}, which there is none of", place);

    private T? Object<T>(JsonElement json, JsonTypeInfo<T> type, string what, string place)
        where T : class
    {
        try
        {
            return json.IsNothing() ? null : json.Deserialize(type);
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or FormatException)
        {
            // InvalidOperationException: a string in it is not valid UTF-16 once unescaped.
            return Null<T>($"{Quoted(json)} where {what} has to be", place);
        }
    }

    // Its bytes: as text it may be none.
    private static string Quoted(JsonElement json) => $"\"{SafeText.Line(JsonMarshal.GetRawUtf8Value(json), LongestQuote)}\"";

    private T? None<T>(string what, string place)
        where T : struct
    {
        Refuse(what, place);
        return null;
    }

    private T? Null<T>(string what, string place)
        where T : class
    {
        Refuse(what, place);
        return null;
    }
}
