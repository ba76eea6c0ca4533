using System.CommandLine;
using Filecoin.Primitives;
using Filecoin.Sealing.Files;
using SealerRecover.Hosting;
using SealerRecover.Recovery.Metrics;
using SealerRecover.Rendering;
using SealerRecover.Settings;

namespace SealerRecover.Commands;

/// <summary>Metrics of a run and the file that they go to, where <see cref="CommonOptions.MetricsFile"/> names one.</summary>
internal sealed class MetricsOutput
{
    private const string Extension = ".prom";

    private readonly RunMetrics _metrics;
    private readonly MetricsFile _file;
    private readonly TimeProvider _time;

    private MetricsOutput(string path, string command, TimeProvider time)
    {
        _time = time;
        _metrics = new RunMetrics(ProgramVersion.Text, time.GetUtcNow());
        _file = new MetricsFile(LinuxFileSystem.Instance, path, _metrics, command);
    }

    /// <summary>Writes the file for the first time; null where none is asked for.</summary>
    /// <exception cref="OperatorException">BadInput, TargetExists or Storage: nothing can be written there.</exception>
    public static MetricsOutput? Open(ParseResult parsed, ICommand command, ConsoleHost host)
    {
        Option<string?> option = command.Common.MetricsFile;
        if (!command.Syntax.Options.Contains(option) || parsed.GetValue(option) is not { } given)
        {
            return null;
        }

        string path = new Folders(host.Home, host.WorkingFolder).Absolute(given, option.Name);
        return path.EndsWith(Extension, StringComparison.Ordinal)
            ? new MetricsOutput(path, command.Name, host.Time)
            : throw new OperatorException(
                FailureKind.BadInput, $"{path} does not end in {Extension}, and node_exporter reads no other files", $"name it so with {option.Name}");
    }

    /// <summary>The view beside which metrics are written.</summary>
    public IView Beside(IView view) => new MetricsView(view, _metrics, _file, _time);
}
