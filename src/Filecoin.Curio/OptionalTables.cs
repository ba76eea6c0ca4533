using System.Globalization;
using Npgsql;
using NpgsqlTypes;

namespace Filecoin.Curio;

/// <summary>
/// Tables that are read if they are there and the user may read them; older clusters lack some, and one that does not grant them all still tells how
/// sectors were sealed. Every column comes as text, bytes in hex, null for what is not there, and none longer than can be meant.
/// </summary>
internal sealed class OptionalTables
{
    /// <summary>Bytes of a message, and characters of its JSON, that are read: more than a block has room for.</summary>
    private const int Longest = 4 << 20;

    private readonly NpgsqlConnection _open;
    private readonly string _schema;
    private readonly Dictionary<(string Table, string Column), bool> _columns;

    private OptionalTables(NpgsqlConnection open, string schema, Dictionary<(string Table, string Column), bool> columns)
    {
        _open = open;
        _schema = schema;
        _columns = columns;
    }

    /// <summary>Finds out which columns there are of some tables that the user may read.</summary>
    internal static async Task<OptionalTables> FindAsync(NpgsqlConnection open, string schema, IEnumerable<string> tables, CancellationToken cancellation)
    {
        await using NpgsqlCommand command = open.CreateCommand();
        command.CommandText =
            """
            SELECT c.relname::text, a.attname::text, a.atttypid = 'bytea'::regtype
            FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid
            WHERE n.nspname = $1 AND c.relname = ANY (string_to_array($2, ',')) AND a.attnum > 0 AND NOT a.attisdropped
                AND has_schema_privilege(n.oid, 'USAGE') AND has_column_privilege(c.oid, a.attnum, 'SELECT')
            """;
        Add(command, schema);
        Add(command, string.Join(',', tables));
        Dictionary<(string, string), bool> columns = [];
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellation).ConfigureAwait(false);
        while (await reader.ReadAsync(cancellation).ConfigureAwait(false))
        {
            columns[(reader.GetString(0), reader.GetString(1))] = reader.GetBoolean(2);
        }

        return new OptionalTables(open, schema, columns);
    }

    /// <summary>Whether a table has a column that may be read.</summary>
    internal bool Has(string table, string column) => _columns.ContainsKey((table, column));

    /// <summary>Rows of one table, each column as text; none where the table or a column of the condition is not there.</summary>
    /// <param name="table">The table; "t" in the condition.</param>
    /// <param name="columns">What is read of it.</param>
    /// <param name="where">The condition and an order; parameters are $1 and on, all of them texts.</param>
    /// <param name="needed">Columns without which the condition makes no sense.</param>
    /// <param name="most">Rows that are read.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <param name="parameters">The parameters.</param>
    internal async Task<IReadOnlyList<string?[]>> RowsAsync(
        string table, string[] columns, string where, string[] needed, int most, CancellationToken cancellation, params string[] parameters)
    {
        if (!needed.All(column => Has(table, column)))
        {
            return [];
        }

        await using NpgsqlCommand command = _open.CreateCommand();
        command.CommandText = string.Create(
            CultureInfo.InvariantCulture,
            $"SELECT {string.Join(", ", columns.Select(column => Expression(table, column)))} FROM \"{_schema}\".\"{table}\" t WHERE {where} LIMIT {most}");
        Array.ForEach(parameters, parameter => Add(command, parameter));
        List<string?[]> rows = [];
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellation).ConfigureAwait(false);
        while (await reader.ReadAsync(cancellation).ConfigureAwait(false))
        {
            rows.Add([.. Enumerable.Range(0, columns.Length).Select(i => reader.IsDBNull(i) ? null : reader.GetString(i))]);
        }

        return rows;
    }

    /// <summary>The number that a column holds; null for none.</summary>
    internal static long? Whole(string? text) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number) ? number : null;

    private string Expression(string table, string column) =>
        !_columns.TryGetValue((table, column), out bool isBytes) ? "NULL::text"
        : isBytes ? string.Create(CultureInfo.InvariantCulture, $"encode(substring(t.\"{column}\" from 1 for {Longest}), 'hex')")
        : string.Create(CultureInfo.InvariantCulture, $"left(t.\"{column}\"::text, {Longest})");

    private static void Add(NpgsqlCommand command, string text) =>
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = text, NpgsqlDbType = NpgsqlDbType.Text });
}
