using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using System.Text.Json.Serialization.Metadata;
using Filecoin.Chain.Progress;
using Filecoin.Primitives;
using Filecoin.Sealing.Steps;
using SealerRecover.Rendering;
using SealerRecover.Tests.Rendering;
using Xunit;

namespace SealerRecover.Tests.Pages;

/// <summary>docs/events.schema.json is the JSON schema of what --json prints, generated from the code.</summary>
public class EventSchemaTests
{
    private const string SchemaFile = "docs/events.schema.json";

    /// <summary>As for pages: set to 1, the file is written anew instead of being compared.</summary>
    private const string RenewVariable = "SEALER_RECOVER_RENEW_PAGES";

    private const string HowToRenew = $"{RenewVariable}=1 dotnet test tests/SealerRecover.Tests --filter FullyQualifiedName~EventSchema";

    private static readonly JsonSerializerOptions Written = new() { WriteIndented = true, IndentSize = 1 };

    // Words of three enums in one field.
    private static readonly string[] Phases =
        [.. WordsOf<SealPhase>(), .. WordsOf<LookupTask>(), .. WordsOf<SearchKind>()];

    [Fact]
    public void The_schema_of_events_is_what_the_code_writes()
    {
        string path = Path.Combine(VectorFiles.RepositoryRoot, SchemaFile);
        string renewed = Schema().ToJsonString(Written) + "\n";
        if (Environment.GetEnvironmentVariable(RenewVariable) == "1")
        {
            File.WriteAllText(path, renewed);
            return;
        }

        Assert.True(
            File.ReadAllText(path) == renewed,
            $"{SchemaFile} is not what the code writes. Fields and words may be added, none renamed or removed; if that is so, renew it with: {HowToRenew}");
    }

    [Fact]
    public void Lines_have_the_fields_of_the_schema()
    {
        Dictionary<string, JsonNode> events = Schema()["anyOf"]!.AsArray().ToDictionary(schema => (string)schema!["properties"]!["event"]!["const"]!, schema => schema!);
        StringWriter output = new();
        FixedTime time = new();
        Examples.Play(new JsonView(output, TextWriter.Null, time, verbose: false), time);
        foreach (string text in output.ToString().Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries))
        {
            JsonObject line = JsonNode.Parse(text)!.AsObject();
            JsonNode schema = events[(string)line["event"]!];
            Assert.Empty(schema["required"]!.AsArray().Select(name => (string)name!).Except(line.Select(field => field.Key)));
            Assert.Empty(line.Select(field => field.Key).Except(schema["properties"]!.AsObject().Select(field => field.Key)));
        }
    }

    private static JsonObject Schema()
    {
        JsonNode events = JsonLines.Default.JsonLine.GetJsonSchemaAsNode(
            new JsonSchemaExporterOptions { TreatNullObliviousAsNonNullable = true, TransformSchemaNode = Transformed });
        return new JsonObject(
        [
            new("$schema", "https://json-schema.org/draft/2020-12/schema"),
            new("title", "A line that sealer-recover prints with --json"),
            .. events.AsObject().Select(keyword => new KeyValuePair<string, JsonNode?>(keyword.Key, keyword.Value?.DeepClone())),
        ]);
    }

    // What is null is left out: fields that can be are not required, and no field is ever null.
    private static JsonObject Transformed(JsonSchemaExporterContext context, JsonNode node)
    {
        // Written by converters.
        if (context.TypeInfo.Type == typeof(SectorId))
        {
            return (JsonObject)JsonNode.Parse("""{"type":"object","properties":{"miner":{"type":"string"},"number":{"type":"integer"}},"required":["miner","number"]}""")!;
        }

        if ((Nullable.GetUnderlyingType(context.TypeInfo.Type) ?? context.TypeInfo.Type) == typeof(DateTimeOffset))
        {
            return new JsonObject { ["type"] = "string" };
        }

        if (node is not JsonObject schema)
        {
            throw new InvalidOperationException($"{context.TypeInfo.Type} has no schema");
        }

        // An enum that is not known by its words would be written as a number.
        Type value = Nullable.GetUnderlyingType(context.TypeInfo.Type) ?? context.TypeInfo.Type;
        Assert.Equal(value.IsEnum, schema.ContainsKey("enum"));

        if (schema["type"] is JsonArray types)
        {
            schema["type"] = (string)types.Single(type => (string?)type != "null")!;
        }

        if (schema["enum"] is JsonArray words)
        {
            schema["enum"] = new JsonArray([.. words.Where(word => word is not null).Select(word => word!.DeepClone())]);
        }

        if (context.PropertyInfo is { Name: "phase" })
        {
            schema["enum"] = new JsonArray([.. Phases.Select(phase => JsonValue.Create(phase))]);
        }

        if (context.TypeInfo is { Kind: JsonTypeInfoKind.Object } type && schema["properties"] is JsonObject fields)
        {
            schema.Remove("required");
            IEnumerable<string> always = type.Properties.Where(field => !field.IsGetNullable && Nullable.GetUnderlyingType(field.PropertyType) is null)
                .Select(field => field.Name);
            schema["required"] = new JsonArray([.. fields.Select(field => field.Key).Where(name => name == "event" || always.Contains(name)).Select(name => JsonValue.Create(name))]);
        }

        return schema;
    }

    private static IEnumerable<string> WordsOf<TEnum>()
        where TEnum : struct, Enum => Enum.GetValues<TEnum>().Select(Words.Of);
}
