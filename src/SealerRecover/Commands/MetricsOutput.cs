using System.CommandLine;
using Filecoin.Primitives;
using Filecoin.Sealing.Files;
using SealerRecover.Hosting;
using SealerRecover.Recovery.Metrics;
using SealerRecover.Recovery.Resources;
using SealerRecover.Rendering;
using SealerRecover.Settings;

namespace SealerRecover.Commands;

/// <summary>
/// Metrics of a run and where they go: the file that <see cref="CommonOptions.MetricsFile"/> names, by OTLP where OpenTelemetry's variables say,
/// and whoever asks where a page is served.
/// </summary>
internal sealed class MetricsOutput
{
    private const string Extension = ".prom";

    private readonly ConsoleHost _host;
    private readonly string _command;
    private readonly MetricsFile? _file;
    private readonly bool _sends;

    private MetricsOutput(ConsoleHost host, string command, string? folder, string? path, bool sends)
    {
        (_host, _command, _sends) = (host, command, sends);
        Metrics = new RunMetrics(ProgramVersion.Text, host.Time.GetUtcNow());
        Metrics.Beside(new MachineReadings(folder).Read);
        _file = path is null ? null : new MetricsFile(LinuxFileSystem.Instance, path, Metrics, command);
    }

    /// <summary>The metrics.</summary>
    public RunMetrics Metrics { get; }

    /// <summary>Writes the file for the first time; null where a command has no metrics, or nobody asks for them.</summary>
    /// <exception cref="OperatorException">BadInput, TargetExists or Storage: nothing can be written there.</exception>
    public static MetricsOutput? Open(ParseResult parsed, ICommand command, ConsoleHost host)
    {
        Option<string?> option = command.Common.MetricsFile;
        if (!command.Syntax.Options.Contains(option) || !command.HasMetrics(parsed))
        {
            return null;
        }

        string? given = parsed.GetValue(option);
        bool sends = OtlpVariables.AskForIt(host.Environment);
        bool isScraped = command.Syntax.Options.FirstOrDefault(known => known.Name == HttpOptions.Name) is Option<string?> http && parsed.GetValue(http) is not null;
        if (given is null && !sends && !isScraped)
        {
            return null;
        }

        Folders folders = new(host.Home, host.WorkingFolder);
        string? path = given is null ? null : folders.Absolute(given, option.Name);
        if (path?.EndsWith(Extension, StringComparison.Ordinal) == false)
        {
            throw new OperatorException(
                FailureKind.BadInput, $"{path} does not end in {Extension}, and node_exporter reads no other files", $"name it so with {option.Name}");
        }

        Option<string?>? temp = command.Syntax.Options.OfType<Option<string?>>().FirstOrDefault(known => known.Name == RecoveryOptions.TempName);
        string? folder = temp is null ? null : folders.Absolute(parsed.GetValue(temp) ?? RecoveryOptions.DefaultTemp, temp.Name);
        return new MetricsOutput(host, command.Name, folder, path, sends);
    }

    /// <summary>The view beside which metrics are told.</summary>
    public IView Beside(IView view) => new MetricsView(
        view, Metrics, _file, _host.Time, _sends ? OtlpExport.Begin(_host, Metrics.Read, _command, view.Diagnostic) : null);
}
