using System.Globalization;
using System.Text;
using Filecoin.Primitives;

namespace Filecoin.Curio;

/// <summary>
/// Reads where Curio's database is, as PostgreSQL's own tools write it: postgres://user:password@host1:port,host2/name?sslmode=…, or
/// host=… port=… user=… password='…' dbname=…, or hosts alone. What is not said there is said elsewhere. No message repeats any part of the
/// text that could be a password.
/// </summary>
public static class ConnectionText
{
    private const int MaxLength = 16 << 10;

    /// <summary>What may stand there and does not matter to one connection that reads.</summary>
    private static readonly string[] Idle =
    [
        "application_name", "connect_timeout", "fallback_to_topology_keys_only", "topology_keys", "target_session_attrs", "yb_servers_refresh_interval",
        "pool_max_conns", "pool_min_conns",
    ];

    /// <summary>Reads the text.</summary>
    /// <param name="text">As typed.</param>
    /// <param name="origin">The option or variable it came from, for messages.</param>
    /// <exception cref="OperatorException">BadInput: says what is wrong with it.</exception>
    public static ConnectionParts Parse(string text, string origin)
    {
        ArgumentNullException.ThrowIfNull(text);
        string trimmed = text.Trim();
        return trimmed.Length is 0 or > MaxLength ? throw Bad(origin, "it is empty, or longer than 16 KiB")
            : trimmed.StartsWith("postgres://", StringComparison.Ordinal) || trimmed.StartsWith("postgresql://", StringComparison.Ordinal)
                ? Url(trimmed[(trimmed.IndexOf("//", StringComparison.Ordinal) + 2)..], origin)
            : trimmed.Contains('=', StringComparison.Ordinal) ? Collect(Words(trimmed, origin), origin)
            : new ConnectionParts { Hosts = DatabaseHost.ParseList(trimmed, origin) };
    }

    /// <summary>Reads a port.</summary>
    /// <exception cref="OperatorException">BadInput.</exception>
    internal static int Port(string text, string origin) =>
        int.TryParse(text.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out int port) && port is > 0 and < 65536
            ? port
            : throw Bad(origin, "it names a port that is no number from 1 to 65535");

    internal static OperatorException Bad(string origin, string what) => new(
        FailureKind.BadInput,
        $"{origin} does not say where Curio's database is: {what}",
        "write it as postgres://user:password@host:5433/yugabyte, or as host=… port=… user=… password=… dbname=…; a password with / @ : or % in it "
            + "has to be percent-encoded in the first form, and is better given in CURIO_DB_PASSWORD");

    private static ConnectionParts Url(string text, string origin)
    {
        int end = text.AsSpan().IndexOfAny('/', '?');
        string authority = end < 0 ? text : text[..end];
        string rest = end < 0 ? "" : text[end..];
        int question = rest.IndexOf('?', StringComparison.Ordinal);
        string database = (question < 0 ? rest : rest[..question]).TrimStart('/');
        int at = authority.LastIndexOf('@');
        if (at < 0 && rest.Contains('@', StringComparison.Ordinal))
        {
            // A password with a / in it: what is before that would be taken for the host, and shown.
            throw Bad(origin, "there is an @ behind the first /");
        }

        string[] user = at < 0 ? [] : authority[..at].Split(':', 2);
        Dictionary<string, string> named = new(StringComparer.Ordinal);
        Add("user", user.Length > 0 ? user[0] : "");
        Add("password", user.Length > 1 ? user[1] : "");
        Add("host", authority[(at + 1)..]);
        Add("dbname", database);
        foreach (string pair in question < 0 ? [] : rest[(question + 1)..].Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            string[] sides = pair.Split('=', 2);
            Add(Decoded(sides[0]), sides.Length > 1 ? sides[1] : throw Bad(origin, "behind the ? there is a name without a value"));
        }

        return Collect(named, origin);

        void Add(string name, string value)
        {
            if (value.Length > 0 && !named.TryAdd(name, Decoded(value)))
            {
                throw Bad(origin, "it says one thing twice");
            }
        }

        static string Decoded(string text) => Uri.UnescapeDataString(text);
    }

    /// <summary>name = value, with blanks between the pairs; values with blanks in single quotes, \ before a quote or another \.</summary>
    private static Dictionary<string, string> Words(string text, string origin)
    {
        Dictionary<string, string> named = new(StringComparer.Ordinal);
        for (int i = 0; i < text.Length;)
        {
            int equals = text.IndexOf('=', i);
            string name = equals < 0 ? throw Bad(origin, "there is a name without a value") : text[i..equals].Trim();
            i = equals + 1;
            while (i < text.Length && char.IsWhiteSpace(text[i]))
            {
                i++;
            }

            bool quoted = i < text.Length && text[i] == '\'';
            i += quoted ? 1 : 0;
            StringBuilder value = new();
            for (; i < text.Length && (quoted ? text[i] != '\'' : !char.IsWhiteSpace(text[i])); i++)
            {
                i += text[i] == '\\' && i + 1 < text.Length ? 1 : 0;
                value.Append(text[i]);
            }

            if (quoted && i++ >= text.Length)
            {
                throw Bad(origin, "a quote is not closed");
            }

            if (!named.TryAdd(name, value.ToString()))
            {
                throw Bad(origin, "it says one thing twice");
            }

            while (i < text.Length && char.IsWhiteSpace(text[i]))
            {
                i++;
            }
        }

        return named;
    }

    private static ConnectionParts Collect(Dictionary<string, string> named, string origin)
    {
        ConnectionParts parts = new();
        foreach ((string name, string value) in named)
        {
            parts = name switch
            {
                "host" or "hostaddr" => parts with { Hosts = DatabaseHost.ParseList(value, origin) },
                "port" => parts with { Port = Port(value, origin) },
                "user" => parts with { User = value },
                "password" => parts with { Password = value },
                "dbname" => parts with { Database = value },
                "schema" or "search_path" => parts with { Schema = value },
                "sslmode" => parts with { Tls = Mode(value, origin) },
                "sslrootcert" => parts with { RootCertificate = value },
                "load_balance" => parts with { LoadBalance = Switch(value, origin) },
                _ when Idle.Contains(name) => parts,
                _ => throw Bad(origin, "it holds a setting that is none of host, port, user, password, dbname, schema, sslmode, sslrootcert, load_balance"),
            };
        }

        return parts;
    }

    private static TlsMode Mode(string text, string origin) => text switch
    {
        "disable" => TlsMode.Disable,
        "allow" => TlsMode.Allow,
        "prefer" => TlsMode.Prefer,
        "require" => TlsMode.Require,
        "verify-ca" => TlsMode.VerifyCa,
        "verify-full" => TlsMode.VerifyFull,
        _ => throw Bad(origin, "sslmode is none of disable, allow, prefer, require, verify-ca, verify-full"),
    };

    private static bool Switch(string text, string origin) => text switch
    {
        "true" or "any" or "1" => true,
        "false" or "0" => false,
        _ => throw Bad(origin, "load_balance is neither true nor false"),
    };
}
