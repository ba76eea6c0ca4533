using System.Net.Sockets;
using Filecoin.Curio;
using Filecoin.Primitives;
using Npgsql;

namespace SealerRecover.Fleet.Database;

/// <summary>
/// The database that all machines of a fleet share: a schema of its own in any PostgreSQL, or what speaks its protocol. Plain statements of one
/// row or one table each: no advisory locks, no notifications, and time is told by its clock alone. Safe for concurrent use.
/// </summary>
public sealed class FleetDatabase : IDisposable
{
    /// <summary>The schema, which is never Curio's.</summary>
    public const string Schema = "sealer_recover_fleet";

    private const int DefaultPort = 5432;
    private const int LongestWords = 160;

    /// <summary>
    /// A server may be set up to answer before what it answers is on its disk. A claim that a crash makes it forget would be given to two. And without
    /// being told it believes for two hours that a machine is there whose network is gone, with what that had half done.
    /// </summary>
    private const string Begin = "SET synchronous_commit = on; SET tcp_keepalives_idle = 60; SET tcp_keepalives_interval = 10; SET tcp_keepalives_count = 3";

    private readonly NpgsqlDataSource _source;
    private readonly string _where;

    private FleetDatabase(NpgsqlDataSource source, string where) => (_source, _where) = (source, where);

    /// <summary>"user at 10.0.0.5:5432, database fleet".</summary>
    public override string ToString() => _where;

    /// <summary>Knows where it is; nothing is connected to before it is asked.</summary>
    /// <param name="text">As PostgreSQL's own tools write it: postgres://user:password@host:5432/name.</param>
    /// <param name="origin">The option it came from, for messages.</param>
    /// <exception cref="OperatorException">BadInput; no part of the text is repeated.</exception>
    public static FleetDatabase At(string text, string origin)
    {
        ConnectionParts parts = Read(text, origin);
        IReadOnlyList<DatabaseHost> hosts = parts.Hosts!;
        NpgsqlConnectionStringBuilder settings = PostgresLogin.Settings(parts.User!, parts.Password, parts.Database ?? parts.User!, parts.Tls ?? TlsMode.Prefer);
        settings.Host = hosts.Count == 1
            ? hosts[0].Name
            : string.Join(',', hosts.Select(host => (host with { Port = host.Port ?? parts.Port ?? DefaultPort }).ToString()));
        settings.Port = hosts[0].Port ?? parts.Port ?? DefaultPort;

        // No statement leaves anything behind on a connection.
        settings.NoResetOnClose = true;
        settings.MinPoolSize = 0;
        settings.MaxPoolSize = 8;
        settings.Timeout = 10;
        settings.CommandTimeout = 30;
        NpgsqlDataSourceBuilder builder = new(settings.ConnectionString);
        builder.UseRootCertificates(parts.RootCertificate is { } file ? PostgresLogin.Authorities(file) : null);

        builder.UsePhysicalConnectionInitializer(
            connection =>
            {
                using NpgsqlCommand command = new(Begin, connection);
                command.ExecuteNonQuery();
            },
            async connection =>
            {
                await using NpgsqlCommand command = new(Begin, connection);
                await command.ExecuteNonQueryAsync().ConfigureAwait(false);
            });
        return new FleetDatabase(builder.Build(), $"{parts.User} at {string.Join(',', hosts)}, database {settings.Database}");
    }

    /// <inheritdoc/>
    public void Dispose() => _source.Dispose();

    /// <summary>Where a text leads, without the password.</summary>
    /// <exception cref="OperatorException">BadInput.</exception>
    public static string WithoutSecret(string text, string origin) => Read(text, origin).ToString();

    /// <summary>Runs statements on one connection.</summary>
    /// <exception cref="OperatorException">NodeUnreachable: nobody answers; BadInput: the answer is a refusal.</exception>
    internal T Ask<T>(Func<NpgsqlConnection, T> ask)
    {
        try
        {
            using NpgsqlConnection connection = _source.OpenConnection();
            return ask(connection);
        }
        catch (PostgresException said) when (said.SqlState == PostgresErrorCodes.UndefinedColumn)
        {
            throw new OperatorException(
                FailureKind.BadInput,
                $"the database ({_where}) was prepared for a fleet by an older build and lacks what this one keeps there",
                "prepare it again, as fleet init does; what is on the list stays, and older workers go on.",
                said);
        }
        catch (PostgresException said) when (said.SqlState is PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.InvalidSchemaName)
        {
            throw new OperatorException(
                FailureKind.BadInput, $"the database ({_where}) is not prepared for a fleet", "prepare it once, as fleet init does.", said);
        }
        catch (PostgresException said) when (!said.IsTransient && !said.SqlState.StartsWith("08", StringComparison.Ordinal) && !said.SqlState.StartsWith("57P", StringComparison.Ordinal))
        {
            throw new OperatorException(
                FailureKind.BadInput,
                $"the fleet's database ({_where}) refuses ({SafeText.Line(said.MessageText, LongestWords)})",
                "check user, password and database; the user has to own the database, or may create a schema in it.",
                said);
        }
        catch (Exception silent) when (silent is NpgsqlException or SocketException or TimeoutException or IOException)
        {
            throw new OperatorException(
                FailureKind.NodeUnreachable,
                $"the fleet's database ({_where}) does not answer ({SafeText.Line(silent.Message, LongestWords)})",
                "start it, or correct where it is.",
                silent);
        }
    }

    /// <summary>Sends one statement.</summary>
    /// <returns>Rows it changed.</returns>
    internal int Send(string statement, params NpgsqlParameter[] values) => Ask(connection =>
    {
        using NpgsqlCommand command = Command(connection, statement, values);
        return command.ExecuteNonQuery();
    });

    /// <summary>Reads rows of one statement.</summary>
    internal IReadOnlyList<T> Rows<T>(string statement, Func<NpgsqlDataReader, T> read, params NpgsqlParameter[] values) => Ask<IReadOnlyList<T>>(connection =>
    {
        using NpgsqlCommand command = Command(connection, statement, values);
        using NpgsqlDataReader reader = command.ExecuteReader();
        return ReadAll(reader, read);
    });

    /// <summary>The rows of one result.</summary>
    internal static IReadOnlyList<T> ReadAll<T>(NpgsqlDataReader reader, Func<NpgsqlDataReader, T> read)
    {
        List<T> rows = [];
        while (reader.Read())
        {
            rows.Add(read(reader));
        }

        return rows;
    }

    /// <summary>Reads the one row that a statement has at most; null for none.</summary>
    internal T? First<T>(string statement, Func<NpgsqlDataReader, T> read, params NpgsqlParameter[] values) => Rows(statement, read, values) is [var row, ..] ? row : default;

    private static NpgsqlCommand Command(NpgsqlConnection connection, string statement, NpgsqlParameter[] values)
    {
        NpgsqlCommand command = new(statement, connection);
        command.Parameters.AddRange(values);
        return command;
    }

    private static ConnectionParts Read(string text, string origin)
    {
        ConnectionParts? parts = null;
        OperatorException? mistake = null;
        try
        {
            parts = ConnectionText.Parse(text, origin);
        }
        catch (OperatorException bad)
        {
            mistake = bad;
        }

        return parts is { Hosts.Count: > 0, User: not null }
            ? parts
            : throw new OperatorException(
                FailureKind.BadInput,
                $"{origin} does not say where the fleet's database is",
                "write it as postgres://user:password@host:5432/name; / @ : or % in the password have to be percent-encoded",
                mistake);
    }
}
