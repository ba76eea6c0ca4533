using System.Text.Json.Nodes;

namespace SealerRecover.Tests;

/// <summary>
/// Rows that a real Curio (e0294b0f, August 2026) held of two CC sectors of f01002 that it had sealed, committed and proven, and of which sector 0 was
/// taken away and recovered: Recorded/rows.jsonl, a table's name and a row on each line.
/// </summary>
internal static class RecordedCurio
{
    /// <summary>The rows, in an order in which they go in.</summary>
    internal static IReadOnlyList<(string Table, JsonObject Row)> Rows { get; } =
    [
        .. File.ReadLines(Path.Combine(AppContext.BaseDirectory, "Recorded", "rows.jsonl")).Select(line => JsonNode.Parse(line)!.AsObject())
            .Select(line => ((string)line["table"]!, line["row"]!.AsObject())),
    ];

    /// <summary>Rows of one table.</summary>
    internal static IEnumerable<JsonObject> Of(string table) => Rows.Where(row => row.Table == table).Select(row => row.Row);

    /// <summary>Puts all of them into a database.</summary>
    internal static async Task AddToAsync(FakeCurio curio, CancellationToken cancellation)
    {
        foreach ((string table, JsonObject row) in Rows)
        {
            await curio.AddRowAsync(table, row.ToJsonString(), cancellation);
        }
    }
}
