using System.CommandLine;
using System.CommandLine.Parsing;
using Filecoin.Primitives;
using SealerRecover.Hosting;
using SealerRecover.Rendering;

namespace SealerRecover.Commands;

/// <summary>Reads the command line, runs the command and turns its end into an exit code.</summary>
internal sealed class CommandLine
{
    private readonly LookUpAndRecoverCommand _root = new();
    private readonly ICommand[] _commands;
    private readonly Help _help;

    /// <summary>Makes the syntax.</summary>
    public CommandLine()
    {
        _commands = [_root, new ExportCommand(), new RecoverCommand(), new ParentsCommand(), new BenchCommand(), new KernelsCommand(), new CommpCommand(), new PiecesCommand(), new UnsealCommand(), new SurveyCommand(), new RepairCommand(), new HealCommand(), new VerifyCommand(), new ReconcileCommand(), new ScrubCommand(), new DiagnoseCommand(), new Commit1Command(), new FleetCommand(), new ServeCommand(), new DoctorCommand(), new ConfigCommand()];
        foreach (ICommand command in _commands)
        {
            // Without an action the parser takes a command for a mere group of others. RunAsync does the work.
            command.Syntax.SetAction(_ => ExitCodes.Success.Code);
            if (command != _root)
            {
                _root.Root.Add(command.Syntax);
            }
        }

        // Nothing but the documented syntax: no [directives], no @response files, no -abc for -a -b -c.
        _root.Root.Directives.Clear();
        _help = new Help(_root.Root, syntax => Array.Find(_commands, command => command.Syntax == syntax)?.Actions ?? []);
    }

    /// <summary>The commands, the form without a name first.</summary>
    public IReadOnlyList<ICommand> Commands => _commands;

    /// <summary>The syntax of all of them.</summary>
    public RootCommand Root => _root.Root;

    /// <summary>Runs a command line to its end.</summary>
    /// <param name="arguments">Without the program's name.</param>
    /// <param name="host">The surroundings.</param>
    /// <param name="cancellation">Stops the work; it can be taken up again.</param>
    /// <returns>A code of <see cref="ExitCodes"/>.</returns>
    public async Task<int> RunAsync(IReadOnlyList<string> arguments, ConsoleHost host, CancellationToken cancellation)
    {
        ParseResult parsed = Parse(arguments);
        ICommand command = Array.Find(_commands, candidate => candidate.Syntax == parsed.CommandResult.Command) ?? _root;
        if (arguments.Count == 0)
        {
            Write(host, _help.InShort(host.Width));
            return ExitCodes.Of(FailureKind.BadInput).Code;
        }

        Configuration? configuration = null;
        MetricsOutput? metrics = null;
        OperatorException? mistake;
        try
        {
            if (_help.Answer(parsed, host.Width) is { } help)
            {
                Write(host, help);
                return ExitCodes.Success.Code;
            }

            mistake = Mistake(parsed, command);
            if (mistake is null)
            {
                configuration = Configuration.Read(new OptionCatalogue(_commands.Select(known => known.Syntax)), host, parsed.GetValue(command.Common.Config));
                if (configuration.ArgumentsFor(command.Syntax, parsed.CommandResult) is { Count: > 0 } more)
                {
                    parsed = Parse(Configuration.Insert(arguments, command.Syntax, more));
                    mistake = Mistake(parsed, command, configuration);
                }

                metrics = mistake is null ? MetricsOutput.Open(parsed, command, host) : null;
            }
        }
        catch (OperatorException notUsable)
        {
            mistake = notUsable;
        }

        bool verbose = parsed.GetValue(command.Common.Verbose);
        IView view = parsed.GetValue(command.Common.Json) ? new JsonView(host.Output, host.Error, host.Time, verbose)
            : host.OutputIsTerminal ? new TerminalView(host, verbose)
            : new PlainView(host.Output, host.Error, host.Time, verbose);
        view = metrics?.Beside(view) ?? view;
        view = mistake is null ? RunSiteOutput.Beside(view, parsed, command, host) : view;
        using ServiceManager? manager = ServiceManager.Of(host, view.Diagnostic);
        if (manager is not null)
        {
            view = new ServiceView(view, manager, host.Time);
            if (command.IsReadyAtOnce)
            {
                manager.Ready();
            }
        }

        using CancellationTokenRegistration stopping = cancellation.Register(() => manager?.Stopping());
        if (mistake is not null)
        {
            Report refused = new() { Command = command.Name, Failure = Failure.From(mistake) };
            view.Reported(refused);
            return refused.Exit.Code;
        }

        return (await new CommandRunner(host, view, verbose, metrics?.Metrics).RunAsync(command, parsed, configuration!, arguments, cancellation)).Exit.Code;
    }

    private ParseResult Parse(IReadOnlyList<string> arguments) =>
        _root.Root.Parse(arguments, new ParserConfiguration { EnablePosixBundling = false, ResponseFileTokenReplacer = null });

    private static void Write(ConsoleHost host, IEnumerable<string> lines)
    {
        foreach (string line in lines)
        {
            host.Output.WriteLine(line);
        }
    }

    private OperatorException? Mistake(ParseResult parsed, ICommand command, Configuration? configuration = null)
    {
        string help = command == _root ? "sealer-recover -h lists the options" : $"sealer-recover {command.Syntax.Name} -h lists the options";
        if (parsed.Errors.Count > 0)
        {
            string message = parsed.Errors[0].Message.TrimEnd('.');
            return new OperatorException(FailureKind.BadInput, configuration?.Blamed(message) is { } where ? $"{message} ({where})" : message, help);
        }

        // Directives are off, and the parser then drops what looks like one.
        if (parsed.Tokens.FirstOrDefault(token => token.Type == TokenType.Directive) is { } directive)
        {
            return new OperatorException(FailureKind.BadInput, $"\"{SafeText.Short(directive.Value)}\" is neither a command nor an option", help);
        }

        // The parser takes options before a command's name for the form without a name, where nobody would look at them.
        OptionResult? lost = command == _root
            ? null
            : parsed.RootCommandResult.Children.OfType<OptionResult>().FirstOrDefault(option => !option.Implicit);
        return lost is null
            ? null
            : new OperatorException(
                FailureKind.BadInput,
                $"{lost.Option.Name} stands before {command.Syntax.Name}",
                $"write it behind: sealer-recover {command.Syntax.Name} {lost.Option.Name} ...");
    }
}
