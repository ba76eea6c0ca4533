using System.Security.Cryptography.X509Certificates;
using Filecoin.Primitives;
using Npgsql;

namespace Filecoin.Curio;

/// <summary>
/// Where Curio's database is and how to get in, with Curio's own defaults (curio cmd/curio/main.go; harmonyquery harmonyquery.go): port 5433,
/// user, password and database "yugabyte", schema "curio", no TLS. Never shows the password.
/// </summary>
public sealed class CurioConnection
{
    private const int DefaultPort = 5433;
    private const string DefaultName = "yugabyte";
    private const string DefaultSchema = "curio";

    /// <summary>Seconds after which a host is not waited for: a cluster has others.</summary>
    private const int MostConnecting = 10;

    private readonly string _password;
    private readonly string _user;
    private readonly string _database;
    private readonly TlsMode _tls;
    private readonly X509Certificate2Collection? _authorities;

    /// <summary>Makes a connection of what is said about it.</summary>
    /// <param name="parts">What is said.</param>
    /// <exception cref="OperatorException">BadInput: the schema can be none, or the file of authorities cannot be read.</exception>
    public CurioConnection(ConnectionParts parts)
    {
        ArgumentNullException.ThrowIfNull(parts);
        IEnumerable<DatabaseHost> hosts = (parts.Hosts ?? [new DatabaseHost("127.0.0.1", null)])
            .Select(host => host with { Port = host.Port ?? parts.Port ?? DefaultPort });

        // Curio does likewise: without balancing it knows the first node only.
        Hosts = [.. parts.LoadBalance == false ? hosts.Take(1) : hosts];
        Schema = parts.Schema ?? DefaultSchema;
        if (Schema.Length is 0 or > 63 || !Schema.All(letter => char.IsAsciiLetterOrDigit(letter) || letter == '_'))
        {
            throw new OperatorException(
                FailureKind.BadInput, "the schema named for Curio's database is no name of letters, digits and _", $"leave it out: Curio's is {DefaultSchema}");
        }

        _user = parts.User ?? DefaultName;
        _password = parts.Password ?? DefaultName;
        _database = parts.Database ?? DefaultName;
        _tls = parts.Tls ?? TlsMode.Disable;
        _authorities = parts.RootCertificate is { } file ? PostgresLogin.Authorities(file) : null;
    }

    /// <summary>The nodes of the cluster that are tried, in order.</summary>
    internal IReadOnlyList<DatabaseHost> Hosts { get; }

    /// <summary>Name of the schema.</summary>
    internal string Schema { get; }

    /// <summary>The user, for messages.</summary>
    internal string User => _user;

    /// <summary>The database, for messages.</summary>
    internal string Database => _database;

    /// <summary>"yugabyte at 10.0.0.5:5433, database yugabyte".</summary>
    public override string ToString() => $"{_user} at {string.Join(',', Hosts)}, database {_database}";

    /// <summary>What opens connections to one host; the caller's to dispose of.</summary>
    /// <param name="host">The host.</param>
    /// <param name="timeout">How long connecting, and one statement, may take; whole seconds.</param>
    internal NpgsqlDataSource To(DatabaseHost host, TimeSpan timeout)
    {
        NpgsqlConnectionStringBuilder settings = PostgresLogin.Settings(_user, _password, _database, _tls);
        settings.Host = host.Name;
        settings.Port = host.Port!.Value;

        // One connection for hundreds of sectors; none is kept, so there is nothing to close at the end.
        settings.Pooling = false;
        settings.Timeout = (int)Math.Min(timeout.TotalSeconds, MostConnecting);

        // The server ends a statement first; this is for one that does not answer at all.
        settings.CommandTimeout = (int)timeout.TotalSeconds + 2;
        settings.CancellationTimeout = -1;
        NpgsqlDataSourceBuilder builder = new(settings.ConnectionString);

        // All types of the server would be asked for, which takes long with YugabyteDB; those that are read are known without.
        builder.ConfigureTypeLoading(loading => loading.EnableTypeLoading(false));
        return builder.UseRootCertificates(_authorities).Build();
    }
}
