using System.CommandLine;
using System.CommandLine.Parsing;
using Filecoin.Primitives;
using SealerRecover.Hosting;
using SealerRecover.Rendering;
using SealerRecover.Settings;

namespace SealerRecover.Commands;

/// <summary>
/// What options are set to in the environment and in configuration files. A value counts as if it were typed behind the command's name, of every
/// command that has the option, unless the option is typed itself.
/// </summary>
internal sealed class Configuration
{
    /// <summary>The variable that names a file, as --config does.</summary>
    public const string FileVariable = OptionCatalogue.Prefix + "CONFIG";

    /// <summary>A user's own file.</summary>
    private const string UserFile = "~/.config/sealer-recover/config.toml";

    private readonly List<ConfiguredValue> _values = [];

    private Configuration(OptionCatalogue options, IReadOnlyList<ConfigPlace> files) => (Options, Files) = (options, files);

    /// <summary>All options.</summary>
    public OptionCatalogue Options { get; }

    /// <summary>The files that are looked for, what counts most last.</summary>
    public IReadOnlyList<ConfigPlace> Files { get; }

    /// <summary>One value for each option that is set, the one that counts, by name.</summary>
    public IReadOnlyList<ConfiguredValue> Values => _values;

    /// <summary>Sentences about variables that mean nothing.</summary>
    public IReadOnlyList<string> Remarks { get; private init; } = [];

    /// <summary>Reads what there is. Where no file is and no variable set, that costs three looks at the disk.</summary>
    /// <param name="options">All options, made when they are needed.</param>
    /// <param name="host">The surroundings.</param>
    /// <param name="named">The file that the command line names; null for none.</param>
    /// <exception cref="OperatorException">BadInput: a file or a value that cannot be used, with its place.</exception>
    public static Configuration Read(OptionCatalogue options, ConsoleHost host, string? named)
    {
        Folders folders = new(host.Home, host.WorkingFolder);
        string? file = named is not null ? folders.Absolute(named, CommonOptions.ConfigName)
            : Variable(host, FileVariable) is { } variable ? folders.Absolute(variable, FileVariable)
            : null;
        string[] places =
        [
            host.SystemConfiguration,
            .. host.Home.Length > 0 ? [folders.Absolute(UserFile, "HOME")] : Array.Empty<string>(),
            .. file is not null ? [file] : Array.Empty<string>(),
        ];
        ConfigFile[] files = [.. places.Where(path => path == file || File.Exists(path)).Select(ConfigFile.Read)];
        string[] variables = [.. host.Environment.Keys.Where(name => name.StartsWith(OptionCatalogue.Prefix, StringComparison.Ordinal) && Variable(host, name) is not null)];
        HashSet<string> known = variables.Length == 0 ? [] : [.. options.All.Select(OptionCatalogue.VariableOf), .. EnvironmentSettings.Own, FileVariable];
        Configuration configuration = new(options, [.. places.Distinct().Select(path => new ConfigPlace(path, Array.Exists(files, read => read.Path == path)))])
        {
            Remarks = [.. variables.Where(name => !known.Contains(name)).Order(StringComparer.Ordinal).Select(name =>
                $"{SafeText.Short(name)} means nothing here{(Nearest.Of(name, known) is { } near ? $"; {near} is the nearest variable" : "")}")],
        };
        configuration.Take(host, files);
        return configuration;
    }

    /// <summary>What would have to be typed behind a command's name for what is set and not typed.</summary>
    public IReadOnlyList<string> ArgumentsFor(Command command, CommandResult typed) =>
    [
        .. Injected(command, typed).SelectMany(value => value.Values.Select(text => $"{value.Option.Name}={text}")),
    ];

    /// <summary>The command line with them.</summary>
    public static string[] Insert(IReadOnlyList<string> arguments, Command command, IReadOnlyList<string> more)
    {
        int behind = command is RootCommand ? 0 : arguments.TakeWhile(word => word != command.Name).Count() + 1;
        return [.. arguments.Take(behind), .. more, .. arguments.Skip(behind)];
    }

    /// <summary>Where the option was set that a sentence complains of; null where it was typed, or none is named.</summary>
    public string? Blamed(string sentence) =>
        _values.Find(value => value.IsTyped && sentence.Contains(value.Option.Name, StringComparison.Ordinal))?.Where;

    private static string? Variable(ConsoleHost host, string name) => host.Environment.TryGetValue(name, out string? value) && value.Length > 0 ? value : null;

    private IEnumerable<ConfiguredValue> Injected(Command command, CommandResult typed) => _values
        .Where(value => value.IsTyped && OfCommand(command, value.Option) is { } own && typed.GetResult(own) is null or { Implicit: true });

    private static Option? OfCommand(Command command, Option option) => command.Options.FirstOrDefault(own => own.Name == option.Name);

    private void Take(ConsoleHost host, ConfigFile[] files)
    {
        Dictionary<string, ConfiguredValue> values = new(StringComparer.Ordinal);
        foreach (ConfigFile file in files)
        {
            foreach (ConfigEntry entry in file.Entries)
            {
                ConfiguredValue value = OfEntry(file.Path, entry);
                values[value.Option.Name] = value;
            }
        }

        foreach (Option option in Options.All)
        {
            if (OfVariable(host, option) is { } value)
            {
                values[option.Name] = value;
            }
        }

        _values.AddRange(values.Values.OrderBy(value => value.Option.Name, StringComparer.Ordinal));
    }

    private ConfiguredValue OfEntry(string path, ConfigEntry entry)
    {
        Option option = Options.Find(entry.Key) ?? throw ConfigFile.Bad(
            path,
            entry.Line,
            $"there is no key \"{SafeText.Short(entry.Key)}\"",
            Nearest.Of(entry.Key.Replace('_', '-'), Options.Keys) is { } near ? $"the nearest is {near}" : "keys are the names of options without the dashes in front");
        string? mistake = OptionCatalogue.IsSwitch(option) ? (entry.IsSwitch ? null : "is true or false, without quotes")
            : entry.IsSwitch ? "is text or a number"
            : entry.Values.Count != 1 && !OptionCatalogue.IsRepeatable(option) ? "is one value, no list"
            : null;
        return mistake is null
            ? new ConfiguredValue(option, entry.Values, ConfigLayer.File, $"{path}:{entry.Line}")
            : throw ConfigFile.Bad(path, entry.Line, $"{entry.Key} {mistake}");
    }

    private static ConfiguredValue? OfVariable(ConsoleHost host, Option option)
    {
        string name = OptionCatalogue.VariableOf(option);
        string[] older = OptionCatalogue.OlderVariablesOf(option);
        if (Variable(host, name) is { } text && !older.Contains(name))
        {
            IReadOnlyList<string> values = OptionCatalogue.IsSwitch(option) ? [EnvironmentSettings.Switch(name, text) ? "true" : "false"]
                : OptionCatalogue.IsRepeatable(option) ? text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
                : [text];
            return new ConfiguredValue(option, values, ConfigLayer.Environment, name);
        }

        // Commands read these themselves, with what they mean to other programs.
        return Array.Find(older, variable => Variable(host, variable) is not null) is { } set
            ? new ConfiguredValue(option, [Variable(host, set)!], ConfigLayer.Environment, set) { IsTyped = false }
            : null;
    }
}
