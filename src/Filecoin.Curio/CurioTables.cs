using System.Collections.Frozen;
using System.Globalization;
using Filecoin.Chain.Sources;
using Filecoin.Primitives;

namespace Filecoin.Curio;

/// <summary>Kinds of columns, however wide the schema makes them.</summary>
internal enum ColumnKind
{
    /// <summary>bigint, integer, smallint.</summary>
    Whole,

    /// <summary>text, character varying, character.</summary>
    Text,

    /// <summary>bytea.</summary>
    Bytes,

    /// <summary>boolean.</summary>
    Switch,
}

/// <summary>A column that is read.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Kind">What it has to be.</param>
/// <param name="IsNeeded">Whether the table says nothing without it.</param>
internal readonly record struct Column(string Name, ColumnKind Kind, bool IsNeeded = false);

/// <summary>A table that is read, with its columns in the order in which they come.</summary>
/// <param name="Name">Its name in Curio's schema.</param>
/// <param name="Order">The column that orders the rows of one sector; null where there is one row.</param>
/// <param name="Columns">Its columns; the first is the sector's number.</param>
internal sealed record Table(string Name, string? Order, params Column[] Columns)
{
    /// <summary>Number of the actor whose sector it is.</summary>
    internal const string Owner = "sp_id";

    /// <summary>How sealed sectors were made (curio harmony/harmonydb/sql/20240425-sector_meta.sql and what alters it later).</summary>
    internal static Table Sealed { get; } = new(
        "sectors_meta",
        null,
        new Column("sector_num", ColumnKind.Whole, IsNeeded: true),
        new Column("reg_seal_proof", ColumnKind.Whole),
        new Column("ticket_epoch", ColumnKind.Whole),
        new Column("ticket_value", ColumnKind.Bytes),
        new Column("orig_sealed_cid", ColumnKind.Text),
        new Column("orig_unsealed_cid", ColumnKind.Text),
        new Column("cur_sealed_cid", ColumnKind.Text),
        new Column("cur_unsealed_cid", ColumnKind.Text),
        new Column("msg_cid_precommit", ColumnKind.Text),
        new Column("msg_cid_commit", ColumnKind.Text),
        new Column("msg_cid_update", ColumnKind.Text),
        new Column("is_cc", ColumnKind.Switch),
        new Column("has_sector_key", ColumnKind.Switch));

    /// <summary>Pieces of sealed sectors; where one was snapped, those of its update (same file).</summary>
    internal static Table SealedPieces { get; } = Pieces("sectors_meta_pieces", "sector_num", "piece_num");

    /// <summary>Sectors that are being sealed, pre-committed ones among them (20231217-sdr-pipeline.sql).</summary>
    internal static Table Sealing { get; } = new(
        "sectors_sdr_pipeline",
        null,
        new Column("sector_number", ColumnKind.Whole, IsNeeded: true),
        new Column("reg_seal_proof", ColumnKind.Whole),
        new Column("ticket_epoch", ColumnKind.Whole),
        new Column("ticket_value", ColumnKind.Bytes),
        new Column("tree_r_cid", ColumnKind.Text),
        new Column("tree_d_cid", ColumnKind.Text),
        new Column("precommit_msg_cid", ColumnKind.Text),
        new Column("after_sdr", ColumnKind.Switch),
        new Column("after_tree_d", ColumnKind.Switch),
        new Column("after_tree_r", ColumnKind.Switch));

    /// <summary>Their pieces (same file).</summary>
    internal static Table SealingPieces { get; } = Pieces("sectors_sdr_initial_pieces", "sector_number", "piece_index");

    /// <summary>Sectors that are being snapped (20240611-snap-pipeline.sql).</summary>
    internal static Table Snapping { get; } = new(
        "sectors_snap_pipeline",
        null,
        new Column("sector_number", ColumnKind.Whole, IsNeeded: true),
        new Column("update_sealed_cid", ColumnKind.Text),
        new Column("update_unsealed_cid", ColumnKind.Text),
        new Column("prove_msg_cid", ColumnKind.Text),
        new Column("failed", ColumnKind.Switch));

    /// <summary>The pieces of their updates (same file).</summary>
    internal static Table SnappingPieces { get; } = Pieces("sectors_snap_initial_pieces", "sector_number", "piece_index");

    /// <summary>All of them.</summary>
    internal static IReadOnlyList<Table> All { get; } = [Sealed, SealedPieces, Sealing, SealingPieces, Snapping, SnappingPieces];

    private static Table Pieces(string name, string sector, string index) => new(
        name,
        index,
        new Column(sector, ColumnKind.Whole, IsNeeded: true),
        new Column(index, ColumnKind.Whole, IsNeeded: true),
        new Column("piece_cid", ColumnKind.Text, IsNeeded: true),
        new Column("piece_size", ColumnKind.Whole, IsNeeded: true));
}

/// <summary>
/// The tables and columns that one database has of those that are read. Older and newer clusters differ in them: what is not there says
/// nothing, but is no failure.
/// </summary>
internal sealed class CurioTables
{
    /// <summary>One more than the longest text of a CID that is read; what is longer is none, and never comes as a whole.</summary>
    private const int LongestText = 201;

    /// <summary>One more than a ticket has.</summary>
    private const int LongestBytes = 33;

    private static readonly FrozenDictionary<ColumnKind, string[]> Types = new Dictionary<ColumnKind, string[]>
    {
        [ColumnKind.Whole] = ["bigint", "integer", "smallint"],
        [ColumnKind.Text] = ["text", "character varying", "character"],
        [ColumnKind.Bytes] = ["bytea"],
        [ColumnKind.Switch] = ["boolean"],
    }.ToFrozenDictionary();

    private readonly string _schema;
    private readonly HashSet<(string Table, string Column)> _there;

    /// <summary>Takes what the catalogue says; see <see cref="Columns"/>.</summary>
    /// <param name="connection">Whose tables, for messages.</param>
    /// <param name="host">Who said it.</param>
    /// <param name="columns">Table, column, data_type.</param>
    /// <exception cref="SourceMisconfiguredException">No table of Curio's, or a column of another type.</exception>
    internal CurioTables(CurioConnection connection, DatabaseHost host, IReadOnlyCollection<(string Table, string Column, string Type)> columns)
    {
        _schema = connection.Schema;
        _there = [.. columns.Select(column => (column.Table, column.Column))];
        Found = [.. Table.All.Where(table => _there.Contains((table.Name, Table.Owner))
            && table.Columns.All(column => !column.IsNeeded || _there.Contains((table.Name, column.Name))))];
        if (!Found.Contains(Table.Sealed) && !Found.Contains(Table.Sealing))
        {
            throw new SourceMisconfiguredException(
                $"the database {connection.Database} at {host} has no table of Curio's in the schema {_schema}",
                "check the database's name (CURIO_DB_NAME) and the schema, which is curio unless Curio was told another");
        }

        Dictionary<(string, string), string> types = columns.ToDictionary(column => (column.Table, column.Column), column => column.Type);
        foreach ((Table table, Column column) in Found.SelectMany(table => table.Columns.Select(column => (table, column))))
        {
            if (types.TryGetValue((table.Name, column.Name), out string? type) && !Types[column.Kind].Contains(type))
            {
                throw new SourceMisconfiguredException(
                    $"in the database {connection.Database} at {host} the column {table.Name}.{column.Name} is {SafeText.Line(type, 60)}, "
                        + $"not {Types[column.Kind][0]}",
                    "that is no schema of Curio's that this version can read: check CURIO_DB_NAME, and look for a newer version of sealer-recover");
            }
        }
    }

    /// <summary>The tables that can be read.</summary>
    internal IReadOnlyList<Table> Found { get; }

    /// <summary>
    /// The query for the rows of some sectors: parameter 1 is the owner, parameter 2 the sectors as text with commas between, which needs no
    /// array types. Columns that are not there come as null.
    /// </summary>
    internal string Query(Table table)
    {
        string sector = table.Columns[0].Name;
        string columns = string.Join(", ", table.Columns.Select(column => Expression(table, column)));
        string order = table.Order is { } index ? $" ORDER BY t.\"{sector}\", t.\"{index}\"" : "";
        return $"SELECT {columns} FROM \"{_schema}\".\"{table.Name}\" t WHERE t.\"{Table.Owner}\" = $1 "
            + $"AND t.\"{sector}\" = ANY (string_to_array($2, ',')::bigint[]){order}";
    }

    /// <summary>
    /// The query for what is there: parameter 1 is the schema. Table, column, data_type, and whether it may be read, which
    /// information_schema does not tell: it hides what may not.
    /// </summary>
    internal static string Columns { get; } =
        "SELECT c.relname::text, a.attname::text, format_type(a.atttypid, NULL)::text, "
        + "has_schema_privilege(n.oid, 'USAGE') AND has_column_privilege(c.oid, a.attnum, 'SELECT') "
        + "FROM pg_catalog.pg_namespace n JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid AND c.relkind IN ('r', 'p', 'v', 'm', 'f') "
        + "JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped WHERE n.nspname = $1 AND c.relname IN ("
        + string.Join(", ", Table.All.Select(table => $"'{table.Name}'")) + ")";

    /// <summary>Whether a column is one that is read.</summary>
    internal static bool IsRead(string table, string column) => Table.All.Any(read => read.Name == table
        && (column == Table.Owner || column == read.Order || read.Columns.Any(asked => asked.Name == column)));

    private string Expression(Table table, Column column)
    {
        string there = $"t.\"{column.Name}\"";
        return !_there.Contains((table.Name, column.Name)) ? $"NULL::{Types[column.Kind][0]}" : column.Kind switch
        {
            ColumnKind.Whole => $"{there}::bigint",
            ColumnKind.Text => string.Create(CultureInfo.InvariantCulture, $"left({there}::text, {LongestText})"),
            ColumnKind.Bytes => string.Create(CultureInfo.InvariantCulture, $"substring({there} from 1 for {LongestBytes})"),
            _ => there,
        };
    }
}
