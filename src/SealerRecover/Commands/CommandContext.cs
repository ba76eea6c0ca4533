using System.CommandLine;
using Microsoft.Extensions.Logging;
using SealerRecover.Hosting;
using SealerRecover.Recovery.Events;
using SealerRecover.Recovery.Metrics;
using SealerRecover.Rendering;
using SealerRecover.Settings;

namespace SealerRecover.Commands;

/// <summary>What a running command has at hand.</summary>
/// <param name="Parsed">The command line.</param>
/// <param name="Host">The surroundings.</param>
/// <param name="Folders">Makes paths absolute.</param>
/// <param name="Environment">What the environment says.</param>
/// <param name="Configuration">What configuration files and variables of options say.</param>
/// <param name="View">Shows answers.</param>
/// <param name="Events">Told what happens meanwhile; the view shows what is due of it.</param>
/// <param name="Log">Goes to standard error through the view.</param>
/// <param name="Cancellation">Ctrl-C and SIGTERM.</param>
internal sealed record CommandContext(
    ParseResult Parsed,
    ConsoleHost Host,
    Folders Folders,
    EnvironmentSettings Environment,
    Configuration Configuration,
    IView View,
    EventSink Events,
    ILoggerFactory Log,
    CancellationToken Cancellation)
{
    /// <summary>Metrics of the run; null where nobody asks for them.</summary>
    public RunMetrics? Metrics { get; init; }
}

/// <summary>A command that can be run.</summary>
internal interface ICommand
{
    /// <summary>The command as the parser knows it.</summary>
    Command Syntax { get; }

    /// <summary>Options that every command has.</summary>
    CommonOptions Common { get; }

    /// <summary>The command's name in reports.</summary>
    string Name { get; }

    /// <summary>What it does, where that is several things; its first argument names which.</summary>
    IReadOnlyList<CommandAction> Actions => [];

    /// <summary>Whether what a stopped command has done is kept, so that the same command goes on.</summary>
    bool GoesOn => true;

    /// <summary>Whether the service manager is told that it is ready when it begins; else when it serves.</summary>
    bool IsReadyAtOnce => true;

    /// <summary>Whether what was typed takes so long that it has metrics, of a command with the option for them.</summary>
    bool HasMetrics(ParseResult parsed) => true;

    /// <summary>Does it.</summary>
    /// <exception cref="Filecoin.Primitives.OperatorException">The command as a whole failed.</exception>
    Task<Report> RunAsync(CommandContext context);
}
