using System.CommandLine;
using SealerRecover.Rendering;
using SealerRecover.Settings;

namespace SealerRecover.Commands;

/// <summary>
/// Prints what holds for every option and where it is from. Nothing is asked.
/// <code>sealer-recover config --config=./night.toml</code>
/// </summary>
internal sealed class ConfigCommand : ICommand
{
    private const string DefaultMark = "Default: ";

    /// <summary>Makes the command.</summary>
    public ConfigCommand()
    {
        Syntax = new Command("config", "Print what options, environment and configuration files say, and where each value is from.");
        Common.AddTo(Syntax);
    }

    /// <inheritdoc/>
    public Command Syntax { get; }

    /// <inheritdoc/>
    public CommonOptions Common { get; } = new();

    /// <inheritdoc/>
    public string Name => "config";

    /// <inheritdoc/>
    public bool GoesOn => false;

    /// <inheritdoc/>
    public Task<Report> RunAsync(CommandContext context)
    {
        Configuration configuration = context.Configuration;
        Dictionary<string, ConfiguredValue> set = configuration.Values.ToDictionary(value => value.Option.Name, StringComparer.Ordinal);
        foreach (ConfiguredValue typed in Typed(context, configuration))
        {
            set[typed.Option.Name] = typed;
        }

        HashSet<string> shown = [.. set.Values.Select(value => value.Where), .. EnvironmentSettings.Own, Configuration.FileVariable];
        ConfigRow[] rows =
        [
            .. configuration.Options.All.Where(option => set.ContainsKey(option.Name)).Select(option => Row(set[option.Name])),
            .. EnvironmentSettings.Documented.Select(entry => entry.Name)
                .Where(name => !shown.Contains(name) && context.Host.Environment.TryGetValue(name, out string? value) && value.Length > 0)
                .Select(name => new ConfigRow(name, Secrets.Masked(name, context.Host.Environment[name]), ConfigLayer.Environment, name)),
            .. configuration.Options.All.Where(option => !set.ContainsKey(option.Name))
                .Select(option => new ConfigRow(OptionCatalogue.KeyOf(option), DefaultOf(option), ConfigLayer.Default, null)),
        ];
        context.View.Answered(new ConfigAnswer(configuration.Files, rows));
        return Task.FromResult(new Report { Command = Name });
    }

    private IEnumerable<ConfiguredValue> Typed(CommandContext context, Configuration configuration) => ((Option[])[Common.Json, Common.Verbose])
        .Where(option => context.Parsed.GetResult(option) is { Implicit: false } && configuration.Options.Find(OptionCatalogue.KeyOf(option)) is not null)
        .Where(option => !configuration.Values.Any(value => value.Option.Name == option.Name))
        .Select(option => new ConfiguredValue(option, ["true"], ConfigLayer.Option, option.Name));

    private static ConfigRow Row(ConfiguredValue value) => new(
        OptionCatalogue.KeyOf(value.Option),
        string.Join(", ", value.Values.Select(text => Secrets.Masked(value.Option.Name, text))),
        value.From,
        value.Where);

    private static string? DefaultOf(Option option)
    {
        int mark = option.Description!.IndexOf(DefaultMark, StringComparison.Ordinal);
        return mark >= 0 ? option.Description[(mark + DefaultMark.Length)..].TrimEnd('.') : option.ValueType == typeof(bool) ? "false" : null;
    }
}
