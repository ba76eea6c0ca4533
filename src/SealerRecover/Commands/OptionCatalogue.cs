using System.CommandLine;
using System.CommandLine.Help;
using SealerRecover.Settings;

namespace SealerRecover.Commands;

/// <summary>
/// Every option of every command once, by the name it has as a key of a configuration file and as a variable: --sealing-temp is the key
/// sealing-temp and the variable SEALER_RECOVER_SEALING_TEMP.
/// </summary>
internal sealed class OptionCatalogue
{
    /// <summary>What every variable of an option begins with.</summary>
    public const string Prefix = "SEALER_RECOVER_";

    /// <summary>Options that a variable of another name speaks of, too; of the environment, so it comes before files.</summary>
    private static readonly Dictionary<string, string[]> Older = new(StringComparer.Ordinal)
    {
        ["--api-info"] = [EnvironmentSettings.ApiVariable, EnvironmentSettings.RepositoryVariable],
        ["--miner-api-info"] = [EnvironmentSettings.MinerApiVariable],
        ["--curio-db"] = [CurioVariables.HostVariable, CurioVariables.OlderHostVariable],
        ["--rows-to-discard"] = [EnvironmentSettings.RowsVariable],
        ["--kernel"] = [EnvironmentSettings.KernelVariable],
        ["--piece-source"] = [EnvironmentSettings.PieceSourcesVariable],
    };

    /// <summary>What is asked for where it is typed, and nowhere else.</summary>
    private static readonly string[] TypedOnly = ["--config", "--version"];

    private readonly Dictionary<string, Option> _byKey = new(StringComparer.Ordinal);

    /// <summary>Makes it.</summary>
    /// <param name="commands">The commands.</param>
    public OptionCatalogue(IEnumerable<Command> commands)
    {
        foreach (Option option in commands.SelectMany(command => command.Options).Where(option => option is not (HelpOption or VersionOption) && !TypedOnly.Contains(option.Name)))
        {
            foreach (string name in option.Aliases.Append(option.Name).Where(name => name.StartsWith("--", StringComparison.Ordinal)))
            {
                _byKey.TryAdd(name[2..], option);
            }
        }
    }

    /// <summary>The options, by name.</summary>
    public IEnumerable<Option> All => _byKey.Values.DistinctBy(option => option.Name).OrderBy(option => option.Name, StringComparer.Ordinal);

    /// <summary>Every key, short names of options among them.</summary>
    public IEnumerable<string> Keys => _byKey.Keys;

    /// <summary>The option of a key; null for none.</summary>
    public Option? Find(string key) => _byKey.GetValueOrDefault(key);

    /// <summary>An option as a key.</summary>
    public static string KeyOf(Option option) => option.Name[2..];

    /// <summary>An option's variable.</summary>
    public static string VariableOf(Option option) => Prefix + KeyOf(option).Replace('-', '_').ToUpperInvariant();

    /// <summary>Variables that other programs or older versions have for the same.</summary>
    public static string[] OlderVariablesOf(Option option) => Older.GetValueOrDefault(option.Name, []);

    /// <summary>Whether it takes true or false.</summary>
    public static bool IsSwitch(Option option) => option.ValueType == typeof(bool) || option.ValueType == typeof(bool?);

    /// <summary>Whether it may be given more than once.</summary>
    public static bool IsRepeatable(Option option) => option.ValueType.IsArray;
}
