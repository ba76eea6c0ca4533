using Filecoin.Primitives;

namespace Filecoin.Curio;

/// <summary>How a connection to a server is secured, in the words of PostgreSQL's sslmode.</summary>
public enum TlsMode
{
    /// <summary>Not at all. What Curio itself does.</summary>
    Disable,

    /// <summary>Only if the server insists.</summary>
    Allow,

    /// <summary>If the server can.</summary>
    Prefer,

    /// <summary>Always; whoever answers is believed.</summary>
    Require,

    /// <summary>Always, with a certificate of a known authority.</summary>
    VerifyCa,

    /// <summary>Always, with a certificate of a known authority for this very host.</summary>
    VerifyFull,
}

/// <summary>
/// What one place says about where Curio's database is: the command line, or the environment. Null is what it does not say. Never shows the
/// password, whoever prints it.
/// </summary>
public sealed record ConnectionParts
{
    /// <summary>Nothing.</summary>
    public static ConnectionParts None { get; } = new();

    /// <summary>The nodes of the cluster, in order of preference.</summary>
    public IReadOnlyList<DatabaseHost>? Hosts { get; init; }

    /// <summary>The port of hosts that name none.</summary>
    public int? Port { get; init; }

    /// <summary>The user.</summary>
    public string? User { get; init; }

    /// <summary>The user's password.</summary>
    public string? Password { get; init; }

    /// <summary>Name of the database.</summary>
    public string? Database { get; init; }

    /// <summary>Name of the schema that Curio's tables are in.</summary>
    public string? Schema { get; init; }

    /// <summary>TLS or not.</summary>
    public TlsMode? Tls { get; init; }

    /// <summary>File with the certificates of authorities to believe, PEM; null for those of the system.</summary>
    public string? RootCertificate { get; init; }

    /// <summary>Whether all hosts may be asked, or only the first.</summary>
    public bool? LoadBalance { get; init; }

    /// <summary>What this says, and where it says nothing, what another place says.</summary>
    public ConnectionParts Else(ConnectionParts other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return new ConnectionParts
        {
            Hosts = Hosts ?? other.Hosts,
            Port = Port ?? other.Port,
            User = User ?? other.User,
            Password = Password ?? other.Password,
            Database = Database ?? other.Database,
            Schema = Schema ?? other.Schema,
            Tls = Tls ?? other.Tls,
            RootCertificate = RootCertificate ?? other.RootCertificate,
            LoadBalance = LoadBalance ?? other.LoadBalance,
        };
    }

    /// <summary>"yugabyte at 10.0.0.5:5433, database yugabyte".</summary>
    public override string ToString() => $"{User} at {string.Join(',', Hosts ?? [])}, database {Database}";
}

/// <summary>One node of the cluster.</summary>
/// <param name="Name">A host name, an address, or the folder of a unix socket.</param>
/// <param name="Port">Its port; null for that of the connection.</param>
public readonly record struct DatabaseHost(string Name, int? Port)
{
    /// <summary>Reads "10.0.0.5", "db1:5434", "::1", "[::1]:5434" or "/run/postgresql".</summary>
    /// <param name="text">One host.</param>
    /// <param name="origin">What is read, for the complaint.</param>
    /// <exception cref="OperatorException">BadInput. The text is not repeated: a password that was written wrongly may be in it.</exception>
    public static DatabaseHost Parse(string text, string origin)
    {
        string host = (text ?? "").Trim();
        int? port = null;
        int closing = host.StartsWith('[') ? host.IndexOf(']', StringComparison.Ordinal) : -1;
        int colon = closing > 0 ? closing + 1 : host.Count(letter => letter == ':') == 1 ? host.IndexOf(':', StringComparison.Ordinal) : host.Length;
        if (colon < host.Length)
        {
            port = host[colon] == ':'
                ? ConnectionText.Port(host[(colon + 1)..], origin)
                : throw ConnectionText.Bad(origin, "there is something between ] and the port");
        }

        host = closing > 0 ? host[1..closing] : host[..colon];
        return host.Length is > 0 and <= 255
            && host.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '.' or '-' or '_' or ':' or '/' or '%')
            ? new DatabaseHost(host, port)
            : throw ConnectionText.Bad(origin, "it names a host that can be none");
    }

    /// <summary>Reads hosts with commas between.</summary>
    /// <exception cref="OperatorException">BadInput.</exception>
    public static IReadOnlyList<DatabaseHost> ParseList(string text, string origin)
    {
        ArgumentNullException.ThrowIfNull(text);
        string[] hosts = text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return hosts.Length > 0 ? [.. hosts.Select(host => Parse(host, origin))] : throw ConnectionText.Bad(origin, "it names no host");
    }

    /// <summary>"10.0.0.5:5433", "[::1]:5433", "/run/postgresql:5433".</summary>
    public override string ToString()
    {
        string name = Name.Contains(':', StringComparison.Ordinal) ? $"[{Name}]" : Name;
        return Port is { } port ? string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{name}:{port}") : name;
    }
}
