using System.Text.Json;
using Filecoin.Chain.Rules;
using Filecoin.Primitives;

namespace SealerRecover.Recovery.Metadata;

/// <summary>Typed access to the fields of one JSON object; each complaint names file, place and field. No name may stand twice.</summary>
internal sealed class JsonFields
{
    private readonly Dictionary<string, JsonElement> _fields = new(StringComparer.Ordinal);
    private readonly string _place;

    /// <summary>Opens <paramref name="element"/>.</summary>
    /// <param name="element">The object.</param>
    /// <param name="file">The file, for messages.</param>
    /// <param name="place">Where in the file, for messages.</param>
    public JsonFields(JsonElement element, string file, string place)
        : this(file, place)
    {
        if (element.ValueKind != JsonValueKind.Object)
        {
            throw Bad(file, place, $"is {Name(element.ValueKind)} where an object is needed");
        }

        foreach (JsonProperty property in element.EnumerateObject())
        {
            Add(TextOf(() => property.Name) ?? throw Bad(file, place, "has a field whose name is not Unicode text"), property.Value);
        }
    }

    /// <summary>An object whose fields come one by one.</summary>
    /// <param name="file">The file, for messages.</param>
    /// <param name="place">Where in the file, for messages.</param>
    public JsonFields(string file, string place)
    {
        File = file;
        _place = place;
    }

    /// <summary>The file, as it is called in messages.</summary>
    public string File { get; }

    /// <summary>A complaint about a place in a file.</summary>
    public static OperatorException Bad(string file, string place, string complaint) => new(
        FailureKind.BadInput,
        $"{file}: {place} {complaint}",
        $"Correct the file, or write it anew with `{UserCommand.Export}`.");

    /// <summary>What a file says where it is wrong, in quotes.</summary>
    public static string Quote(string text) => $"\"{SafeText.Short(text)}\"";

    /// <summary>Takes one more field.</summary>
    public void Add(string name, JsonElement value)
    {
        if (!_fields.TryAdd(name, value))
        {
            throw Bad(File, _place, $"has the field {Quote(name)} twice");
        }
    }

    /// <summary>A complaint about a field of this object.</summary>
    public OperatorException Bad(string field, string complaint) => Bad(File, $"{_place}: {field}", complaint);

    /// <summary>A field that has to be there with one of <paramref name="kinds"/>.</summary>
    public JsonElement Required(string field, params ReadOnlySpan<JsonValueKind> kinds)
    {
        if (!_fields.TryGetValue(field, out JsonElement value))
        {
            throw Bad(field, "is missing");
        }

        return kinds.Contains(value.ValueKind)
            ? value
            : throw Bad(field, $"is {Name(value.ValueKind)} where {Name(kinds[0])} is needed");
    }

    /// <summary>A string that has to be there.</summary>
    public string RequiredText(string field) => Text(field, Required(field, JsonValueKind.String));

    /// <summary>A whole number from 0 to <paramref name="most"/> that has to be there.</summary>
    public ulong RequiredNumber(string field, ulong most) => Number(field, Required(field, JsonValueKind.Number), most);

    /// <summary>A whole number from 0 to <paramref name="most"/>; null if the field is missing or null.</summary>
    public ulong? OptionalNumber(string field, ulong most) =>
        Has(field) ? Number(field, Required(field, JsonValueKind.Number), most) : null;

    /// <summary>An epoch of the chain, which may lie before genesis; null if the field is missing or null.</summary>
    public long? OptionalEpoch(string field) =>
        !Has(field) ? null
        : Required(field, JsonValueKind.Number) is var value && value.TryGetInt64(out long epoch) && Epochs.CanBe(epoch) ? epoch
        : throw Bad(field, $"{Quote(value.GetRawText())} is not an epoch");

    /// <summary>The text of a CID, written as {"/": "…"}, that has to be there.</summary>
    public string RequiredLink(string field) =>
        Entry(field, Required(field, JsonValueKind.Object)).RequiredText("/");

    /// <summary>The text of a CID, written as {"/": "…"}; null if the field is missing or null.</summary>
    public string? OptionalLink(string field) => Has(field) ? RequiredLink(field) : null;

    /// <summary>Text; null if the field is missing or null.</summary>
    public string? OptionalText(string field) => Has(field) ? RequiredText(field) : null;

    /// <summary>True or false; null if the field is missing or null.</summary>
    public bool? OptionalBoolean(string field) =>
        Has(field) ? Required(field, JsonValueKind.True, JsonValueKind.False).GetBoolean() : null;

    /// <summary>A list; null if the field is missing or null.</summary>
    public JsonElement? OptionalList(string field) => Has(field) ? Required(field, JsonValueKind.Array) : null;

    /// <summary>The fields of an object; null if the field is missing or null.</summary>
    public JsonFields? OptionalObject(string field) => Has(field) ? Entry(field, Required(field, JsonValueKind.Object)) : null;

    /// <summary>The fields of an object in this one.</summary>
    /// <param name="name">Its name for messages.</param>
    /// <param name="element">The object.</param>
    public JsonFields Entry(string name, JsonElement element) => new(element, File, $"{_place}: {name}");

    private bool Has(string field) => _fields.TryGetValue(field, out JsonElement value) && value.ValueKind != JsonValueKind.Null;

    private ulong Number(string field, JsonElement value, ulong most) => value.TryGetUInt64(out ulong number) && number <= most
        ? number
        : throw Bad(field, $"{Quote(value.GetRawText())} is not a whole number from 0 to {most}");

    private string Text(string field, JsonElement value) =>
        TextOf(() => value.GetString()) ?? throw Bad(field, "is not Unicode text");

    // An escape may name half of a surrogate pair, which the JSON grammar allows and no text contains.
    private static string? TextOf(Func<string?> read)
    {
        try
        {
            return read();
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>What a value that begins with <paramref name="token"/> is called.</summary>
    public static string Name(JsonTokenType token) => Name(token switch
    {
        JsonTokenType.StartObject => JsonValueKind.Object,
        JsonTokenType.StartArray => JsonValueKind.Array,
        JsonTokenType.String => JsonValueKind.String,
        JsonTokenType.Number => JsonValueKind.Number,
        JsonTokenType.Null => JsonValueKind.Null,
        _ => JsonValueKind.True,
    });

    private static string Name(JsonValueKind kind) => kind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "a list",
        JsonValueKind.String => "a string",
        JsonValueKind.Number => "a number",
        JsonValueKind.Null => "null",
        _ => "true or false",
    };
}
