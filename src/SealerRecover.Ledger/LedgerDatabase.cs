using Filecoin.Primitives;
using Microsoft.Data.Sqlite;

namespace SealerRecover.Ledger;

/// <summary>The SQLite file of a ledger: statements, one at a time, and its failures in words. Its tables stand in docs/formats.md.</summary>
internal sealed class LedgerDatabase : IDisposable
{
    /// <summary>The version of the tables, which SQLite keeps for its users (user_version).</summary>
    private const int Version = 1;

    private const int BusyCode = 5;
    private const int Full = 13;
    private const int Corrupt = 11;
    private const int NoDatabase = 26;

    private const string Tables = """
        CREATE TABLE sector(
            miner INTEGER NOT NULL, number INTEGER NOT NULL, looked_at TEXT NOT NULL, whole INTEGER NOT NULL, complaint TEXT, bytes INTEGER NOT NULL,
            PRIMARY KEY(miner, number)) WITHOUT ROWID;
        CREATE TABLE file(
            miner INTEGER NOT NULL, number INTEGER NOT NULL, path TEXT NOT NULL, part TEXT NOT NULL, name TEXT NOT NULL,
            length INTEGER, modified INTEGER, changed INTEGER, inode INTEGER, state TEXT NOT NULL, against_chain INTEGER NOT NULL, depth TEXT, found TEXT, ranges TEXT,
            PRIMARY KEY(miner, number, path)) WITHOUT ROWID;
        CREATE TABLE night(
            miner INTEGER NOT NULL, started TEXT NOT NULL, ended TEXT, how TEXT NOT NULL, bytes INTEGER NOT NULL, looked INTEGER NOT NULL,
            damaged INTEGER NOT NULL, there INTEGER NOT NULL, remaining INTEGER NOT NULL, remaining_bytes INTEGER NOT NULL,
            PRIMARY KEY(miner, started)) WITHOUT ROWID;
        CREATE TABLE reading(
            path TEXT PRIMARY KEY NOT NULL, length INTEGER NOT NULL, modified INTEGER NOT NULL, changed INTEGER NOT NULL, inode INTEGER NOT NULL,
            part_nodes INTEGER NOT NULL) WITHOUT ROWID;
        CREATE TABLE part(
            path TEXT NOT NULL, number INTEGER NOT NULL, nodes BLOB NOT NULL, bad TEXT, failure TEXT,
            PRIMARY KEY(path, number)) WITHOUT ROWID;
        """;

    /// <summary>What every SQLite file begins with.</summary>
    public static ReadOnlySpan<byte> Magic => "SQLite format 3\0"u8;

    private readonly string _path;
    private readonly SqliteConnection _connection;

    private LedgerDatabase(string path, SqliteConnection connection)
    {
        _path = path;
        _connection = connection;
    }

    /// <summary>Opens a database, made if it is not there and may be written.</summary>
    /// <param name="path">The file.</param>
    /// <param name="reads">Whether it is only read.</param>
    /// <exception cref="OperatorException">Storage: it cannot be opened, or is none of ours.</exception>
    public static LedgerDatabase Open(string path, bool reads)
    {
        SqliteConnection connection = new(new SqliteConnectionStringBuilder
        {
            DataSource = path,
            Mode = reads ? SqliteOpenMode.ReadOnly : SqliteOpenMode.ReadWriteCreate,
            Pooling = false,
        }.ToString());
        LedgerDatabase database = new(path, connection);
        try
        {
            database.Explain(connection.Open);
            long version = database.One("PRAGMA user_version");
            if (version == 0 && !reads)
            {
                // Nodes of a part are 2 KiB: of smaller pages half would be empty.
                database.Run("PRAGMA page_size = 16384");

                // Readers do not wait for the writer; after a power cut the last seconds may be missing, and are read again.
                database.Run("PRAGMA journal_mode = WAL");
                database.Together(() =>
                {
                    database.Run(Tables);
                    database.Run($"PRAGMA user_version = {Version}");
                });
            }
            else if (version != Version)
            {
                throw new OperatorException(
                    FailureKind.Storage,
                    version > Version ? $"{path} was written by a newer version" : $"{path} is no ledger of a scrub",
                    "name another file for what a scrub remembers, or move this one away");
            }

            database.Run("PRAGMA synchronous = NORMAL");
            return database;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Runs a statement.</summary>
    /// <param name="statement">With a ? for each value.</param>
    /// <param name="values">Texts, numbers, bytes, or null.</param>
    public void Run(string statement, params ReadOnlySpan<object?> values)
    {
        using SqliteCommand command = Command(statement, values);
        Explain(() => command.ExecuteNonQuery());
    }

    /// <summary>Reads rows.</summary>
    /// <param name="statement">With a ? for each value.</param>
    /// <param name="read">Makes something of one.</param>
    /// <param name="values">Texts, numbers, or null.</param>
    public List<T> Rows<T>(string statement, Func<SqliteDataReader, T> read, params ReadOnlySpan<object?> values)
    {
        using SqliteCommand command = Command(statement, values);
        List<T> rows = [];
        Explain(() =>
        {
            using SqliteDataReader reader = command.ExecuteReader();
            while (reader.Read())
            {
                rows.Add(read(reader));
            }
        });
        return rows;
    }

    /// <summary>Does several statements as one: all of them, or none.</summary>
    public void Together(Action work) => Explain(() =>
    {
        using SqliteTransaction transaction = _connection.BeginTransaction();
        work();
        transaction.Commit();
    });

    /// <inheritdoc/>
    public void Dispose() => _connection.Dispose();

    private long One(string statement) => Rows(statement, row => row.GetInt64(0))[0];

    private SqliteCommand Command(string statement, ReadOnlySpan<object?> values)
    {
        SqliteCommand command = _connection.CreateCommand();
        int number = 0;
        foreach (object? value in values)
        {
            command.Parameters.AddWithValue(FormattableString.Invariant($"?{++number}"), value ?? DBNull.Value);
        }

#pragma warning disable CA2100 // Statements are constants of this project; whatever comes from elsewhere is a value.
        command.CommandText = statement;
#pragma warning restore CA2100
        return command;
    }

    private void Explain(Action work)
    {
        try
        {
            work();
        }
        catch (SqliteException failure)
        {
            throw new OperatorException(
                failure.SqliteErrorCode == BusyCode ? FailureKind.Busy : FailureKind.Storage,
                $"{_path}: {Words(failure)}",
                failure.SqliteErrorCode switch
                {
                    BusyCode => "Wait for whoever has it open, or stop that; then run the same command again.",
                    Full => "Free disk space, then run the same command again; it goes on from what was remembered.",
                    Corrupt or NoDatabase => "Move it away; the next scrub begins anew with all sectors.",
                    _ => "Check the disk and the rights to the folder; then run the same command again.",
                },
                failure);
        }
    }

    /// <summary>"database disk image is malformed": SQLite's words without the driver's.</summary>
    private static string Words(SqliteException failure)
    {
        int begin = failure.Message.IndexOf('\'', StringComparison.Ordinal);
        int end = failure.Message.LastIndexOf('\'');
        return begin >= 0 && end > begin ? failure.Message[(begin + 1)..end] : failure.Message.TrimEnd('.');
    }
}
