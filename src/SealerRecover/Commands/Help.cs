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
    private readonly Func<Command, IReadOnlyList<CommandAction>> _actionsOf;
    private readonly Argument<string[]> _topic = new("topic")
    {
        Arity = ArgumentArity.ZeroOrMore,
        Description = $"{EnvironmentTopic}, {ExitCodesTopic}, {OptionsTopic} (of the form without a command's name), or a command's name. Default: all commands.",
    };

    private readonly Asked _page = new();
    private readonly Asked _version = new();

    /// <summary>Adds --help, without the Windows spellings /h and /?, which are paths here; --version with a name; and help, the last command.</summary>
    /// <param name="root">The form without a name, with all commands.</param>
    /// <param name="actionsOf">The actions of a command; none for most.</param>
    public Help(RootCommand root, Func<Command, IReadOnlyList<CommandAction>> actionsOf)
    {
        (_root, _actionsOf) = (root, actionsOf);
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
        : parsed.Action == _page ? PageOf(parsed.CommandResult.Command, width, parsed)
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
        [string name] when Named(name) is { } command => PageOf(command, width),
        [string name, string action] when Named(name) is { } command && ActionOf(command, action) is { } known => HelpPage.OfAction(command, _actionsOf(command), known, width),
        string[] other => throw new OperatorException(
            FailureKind.BadInput,
            $"there is no help on \"{SafeText.Short(string.Join(' ', other))}\"",
            $"topics are {EnvironmentTopic}, {ExitCodesTopic}, {OptionsTopic} and {string.Join(", ", _root.Subcommands.Select(command => command.Name))}"),
    };

    private Command? Named(string name) => _root.Subcommands.FirstOrDefault(command => command.Name == name);

    private CommandAction? ActionOf(Command command, string? name) => _actionsOf(command).FirstOrDefault(action => action.Name == name);

    private IEnumerable<string> PageOf(Command command, int width, ParseResult? parsed = null)
    {
        if (command == Syntax || command == _root)
        {
            return HelpPage.OfAll(_root, width);
        }

        if (_actionsOf(command) is not { Count: > 0 } actions)
        {
            return HelpPage.Of(command, command.Name, width);
        }

        string? asked = parsed?.GetResult(command.Arguments[0])?.Tokens is [{ } token, ..] ? token.Value : null;
        return ActionOf(command, asked) is { } action ? HelpPage.OfAction(command, actions, action, width) : HelpPage.OfActions(command, actions, width);
    }

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
