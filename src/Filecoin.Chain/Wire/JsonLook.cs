using System.Text.Json;

namespace Filecoin.Chain.Wire;

/// <summary>Looks into JSON of which nothing is certain.</summary>
internal static class JsonLook
{
    /// <summary>Whether there is nothing: null, or no such field.</summary>
    internal static bool IsNothing(this JsonElement json) => json.ValueKind is JsonValueKind.Undefined or JsonValueKind.Null;

    /// <summary>A field of an object; nothing where it has none, or is none.</summary>
    internal static JsonElement Field(this JsonElement json, string name)
    {
        try
        {
            return json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out JsonElement field) ? field : default;
        }
        catch (InvalidOperationException)
        {
            // The name of another field is not valid UTF-16 once unescaped.
            return default;
        }
    }

    /// <summary>The entries of a list; none where it is none.</summary>
    internal static IEnumerable<JsonElement> Entries(this JsonElement json) => json.ValueKind == JsonValueKind.Array ? json.EnumerateArray() : [];

    /// <summary>A text; null where it is none.</summary>
    internal static string? Text(this JsonElement json)
    {
        try
        {
            return json.ValueKind == JsonValueKind.String ? json.GetString() : null;
        }
        catch (InvalidOperationException)
        {
            // Not valid UTF-16 once unescaped.
            return null;
        }
    }
}
