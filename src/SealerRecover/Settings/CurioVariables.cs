using Filecoin.Curio;
using Filecoin.Primitives;

namespace SealerRecover.Settings;

/// <summary>
/// The variables that say where Curio's database is, under both names that Curio itself reads (curio cmd/curio/main.go). Kept as they stand
/// until a command asks for them: most do not, and must not fail for them. No record, so that nothing prints the password.
/// </summary>
internal sealed class CurioVariables
{
    /// <summary>The variable that names the database at all.</summary>
    internal const string HostVariable = "CURIO_DB_HOST";

    /// <summary>The older name of that.</summary>
    internal const string OlderHostVariable = "CURIO_HARMONYDB_HOSTS";

    private static readonly (string Name, string Older)[] All =
    [
        (HostVariable, OlderHostVariable),
        ("CURIO_DB_PORT", "CURIO_HARMONYDB_PORT"),
        ("CURIO_DB_USER", "CURIO_HARMONYDB_USERNAME"),
        ("CURIO_DB_PASSWORD", "CURIO_HARMONYDB_PASSWORD"),
        ("CURIO_DB_NAME", "CURIO_HARMONYDB_NAME"),
        ("CURIO_DB_LOAD_BALANCE", "CURIO_HARMONYDB_LOAD_BALANCE"),
    ];

    private readonly Dictionary<string, (string Variable, string Text)> _set = [];

    /// <summary>The variables with a meaning, for help and documentation.</summary>
    internal static IReadOnlyList<(string Name, string Meaning)> Documented { get; } =
    [
        (HostVariable, "Curio's database, which is asked how sectors were sealed; several hosts with commas"),
        ("CURIO_DB_PORT", "its port; default 5433"),
        ("CURIO_DB_USER", "its user; default yugabyte"),
        ("CURIO_DB_PASSWORD", "the user's password; default yugabyte"),
        ("CURIO_DB_NAME", "the database's name; default yugabyte"),
        ("CURIO_DB_LOAD_BALANCE", "0: only the first host is asked"),
        ("CURIO_HARMONYDB_*", "the older names of these: HOSTS, PORT, USERNAME, PASSWORD, NAME, LOAD_BALANCE"),
    ];

    /// <summary>Whether the environment names a host, so that the database is asked.</summary>
    internal bool NameHost => _set.ContainsKey(HostVariable);

    /// <summary>Takes the variables; those that are empty are not set.</summary>
    internal static CurioVariables Read(Func<string, string?> value)
    {
        CurioVariables variables = new();
        foreach ((string name, string older) in All)
        {
            if (value(name) is { } text)
            {
                variables._set[name] = (name, text);
            }
            else if (value(older) is { } olderText)
            {
                variables._set[name] = (older, olderText);
            }
        }

        return variables;
    }

    /// <summary>What they say.</summary>
    /// <exception cref="OperatorException">BadInput naming the variable that cannot be read.</exception>
    internal ConnectionParts ToParts() => new()
    {
        Hosts = Of(HostVariable) is (string variable, string hosts) ? DatabaseHost.ParseList(hosts, variable) : null,
        Port = Of("CURIO_DB_PORT") is (string portVariable, string port) ? EnvironmentSettings.Whole(portVariable, port, 1, 65535) : null,
        User = Of("CURIO_DB_USER")?.Text,
        Password = Of("CURIO_DB_PASSWORD")?.Text,
        Database = Of("CURIO_DB_NAME")?.Text,
        LoadBalance = Of("CURIO_DB_LOAD_BALANCE") is (string switchVariable, string balance) ? Switch(switchVariable, balance) : null,
    };

    private (string Variable, string Text)? Of(string name) => _set.TryGetValue(name, out (string, string) set) ? set : null;

    // The words that Curio's reader of variables takes.
    private static bool Switch(string name, string text) => text.Trim().ToUpperInvariant() switch
    {
        "1" or "T" or "TRUE" => true,
        "0" or "F" or "FALSE" => false,
        _ => throw new OperatorException(
            FailureKind.BadInput, $"{name} is \"{SafeText.Short(text)}\", neither true nor false", $"set {name} to 1 or 0, or unset it"),
    };
}
