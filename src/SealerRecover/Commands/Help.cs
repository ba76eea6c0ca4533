using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.Globalization;
using Filecoin.Primitives;
using SealerRecover.Hosting;
using SealerRecover.Settings;

namespace SealerRecover.Commands;

/// <summary>--help of every command, the command help with its topics, what is said where nothing was asked, and --version.</summary>
internal sealed class Help
{
    private const string EnvironmentTopic = "environment";
    private const string ExitCodesTopic = "exit-codes";
    private const string OptionsTopic = "options";

    private static readonly string[] MostWanted = ["doctor", "heal", "survey", "export", "recover"];

    private readonly RootCommand _root;
    private readonly Argument<string[]> _topic = new("topic")
    {
        Arity = ArgumentArity.ZeroOrMore,
        Description = $"{EnvironmentTopic}, {ExitCodesTopic}, {OptionsTopic} (of the form without a command's name), or a command's name. Default: all commands.",
    };

    private readonly Asked _page = new();
    private readonly Asked _version = new();

    /// <summary>Adds --help, without the Windows spellings /h and /?, which are paths here; --version with a name; and help, the last command.</summary>
    public Help(RootCommand root)
    {
        _root = root;
        Syntax = new Command("help", "Tell the environment variables, the exit codes, or the options of a command.") { _topic };
        Syntax.SetAction(_ => ExitCodes.Success.Code);
        _topic.CompletionSources.Add(_ => [EnvironmentTopic, ExitCodesTopic, OptionsTopic, .. root.Subcommands.Where(command => command != Syntax).Select(command => command.Name)]);
        root.Add(Syntax);
        foreach (Option standard in root.Options.Where(option => option is HelpOption or VersionOption).ToArray())
        {
            root.Options.Remove(standard);
        }

        root.Options.Add(new HelpOption("--help", "-h", "-?") { Recursive = true, Description = "Show this help.", Action = _page });
        root.Options.Add(new VersionOption { Description = "Show the version.", Action = _version });
    }

    /// <summary>The command help.</summary>
    public Command Syntax { get; }

    /// <summary>What was asked for instead of work; null where nothing was.</summary>
    /// <param name="parsed">The command line, without mistakes where it asks for <see cref="Syntax"/>.</param>
    /// <param name="width">Columns of the terminal.</param>
    /// <exception cref="OperatorException">BadInput: there is no such topic.</exception>
    public IEnumerable<string>? Answer(ParseResult parsed, int width) =>
        parsed.Action == _version ? [$"sealer-recover {ProgramVersion.Text}"]
        : parsed.Action == _page ? PageOf(parsed.CommandResult.Command, width)
        : parsed.CommandResult.Command == Syntax && parsed.Errors.Count == 0 ? About(parsed, width)
        : null;

    /// <summary>What there is, in ten lines.</summary>
    public IEnumerable<string> InShort(int width) =>
    [
        .. HelpPage.Wrapped(_root.Description!, width),
        "",
        "Usage: sealer-recover <command> [options]",
        .. HelpPage.Rows(
            [.. MostWanted.Select(name => _root.Subcommands.First(command => command.Name == name)).Select(command => new HelpRow(command.Name, command.Description!))],
            width),
        "",
        .. HelpPage.Wrapped("sealer-recover -h tells all commands; a command's -h its options and examples; help environment and help exit-codes the rest.", width),
    ];

    private IEnumerable<string> About(ParseResult parsed, int width) => parsed.GetValue(_topic) switch
    {
        null or [] => PageOf(_root, width),
        [EnvironmentTopic] => EnvironmentVariables(width),
        [ExitCodesTopic] => Codes(width),
        [OptionsTopic] => HelpPage.Of(_root, "", width),
        [string name] when _root.Subcommands.FirstOrDefault(command => command.Name == name) is { } command => PageOf(command, width),
        string[] other => throw new OperatorException(
            FailureKind.BadInput,
            $"there is no help on \"{SafeText.Short(string.Join(' ', other))}\"",
            $"topics are {EnvironmentTopic}, {ExitCodesTopic}, {OptionsTopic} and {string.Join(", ", _root.Subcommands.Select(command => command.Name))}"),
    };

    private IEnumerable<string> PageOf(Command command, int width) =>
        command == Syntax || command == _root ? HelpPage.OfAll(_root, width) : HelpPage.Of(command, command.Name, width);

    private static IEnumerable<string> EnvironmentVariables(int width) => ["Environment:", .. HelpPage.Rows([.. EnvironmentSettings.Documented.Select(variable => new HelpRow(variable.Name, variable.Meaning))], width)];

    private static IEnumerable<string> Codes(int width) =>
    [
        "Exit codes:",
        .. HelpPage.Rows([.. ExitCodes.All.Select(row => new HelpRow(row.Code.ToString(CultureInfo.InvariantCulture), row.Meaning))], width),
        "",
        "If several sectors fail: 14 if the machine computed one wrongly, 8 if one mismatched, otherwise the code of the first that failed.",
    ];

    /// <summary>Tells that an option was given that asks for no work.</summary>
    private sealed class Asked : SynchronousCommandLineAction
    {
        public override bool ClearsParseErrors => true;

        public override int Invoke(ParseResult parseResult) => ExitCodes.Success.Code;
    }
}
