using System.Text.Json;
using System.Text.Json.Serialization;

namespace SealerRecover.Rendering;

/// <summary>
/// Members of enums as the words of JSON, their names in snake_case unless an attribute says otherwise; for all enums, so that none can be left
/// out. What is no member is an error, never a number.
/// </summary>
internal sealed class Words : JsonConverterFactory
{
    private static readonly JsonStringEnumConverter Names = new(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false);

    /// <inheritdoc/>
    public override bool CanConvert(Type typeToConvert) => Names.CanConvert(typeToConvert);

    /// <inheritdoc/>
    public override JsonConverter CreateConverter(Type typeToConvert, JsonSerializerOptions options) => Names.CreateConverter(typeToConvert, options);

    /// <summary>The word of <paramref name="value"/>, for text and for fields that take words of several enums.</summary>
    public static string Of<TEnum>(TEnum value)
        where TEnum : struct, Enum => JsonSerializer.SerializeToElement(value, typeof(TEnum), JsonLines.Default).GetString()!;
}

/// <summary>What a number of JSON counts.</summary>
internal enum Unit
{
    /// <summary>Bytes.</summary>
    Bytes,

    /// <summary>Things.</summary>
    Count,

    /// <summary>Nodes of 32 bytes.</summary>
    Nodes,

    /// <summary>Sectors.</summary>
    Sectors,

    /// <summary>Answers of a node.</summary>
    Answers,

    /// <summary>Deadlines of a proving period.</summary>
    Deadlines,

    /// <summary>Blocks of epochs that are searched as one.</summary>
    Blocks,

    /// <summary>States of the chain.</summary>
    States,
}
