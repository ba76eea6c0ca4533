using System.Text;
using Filecoin.Primitives;
using Filecoin.Sealing.Files;

namespace SealerRecover.Recovery.Metrics;

/// <summary>
/// The file with a run's metrics that node_exporter's textfile collector reads. It is written anew each time, whole, and only over one of its
/// kind. Not safe for several threads.
/// </summary>
public sealed class MetricsFile
{
    /// <summary>What the first line of such a file begins with, by which one is known that may be replaced.</summary>
    private const string Mark = "# sealer-recover: metrics of a run";

    private const string FirstLine = $"{Mark}, written anew every 15 seconds and at its end\n";

    private readonly IFileSystem _files;
    private readonly RunMetrics _metrics;
    private readonly string _command;

    /// <summary>Writes it for the first time.</summary>
    /// <param name="files">Where.</param>
    /// <param name="path">Its full name.</param>
    /// <param name="metrics">What is written.</param>
    /// <param name="command">The command at work, which every sample names, beside the name of the file: of several files in one folder no two samples are the same.</param>
    /// <exception cref="OperatorException">TargetExists: something else stands there. BadInput: its folder is not there. Storage.</exception>
    public MetricsFile(IFileSystem files, string path, RunMetrics metrics, string command)
    {
        (_files, Path, _metrics, _command) = (files, path, metrics, command);
        StorageFailure.Explain($"looking at {path}", () => Refuse(path));
        StorageFailure.Explain($"writing {path}", Write);
    }

    /// <summary>Its name.</summary>
    public string Path { get; }

    /// <summary>Writes it as the metrics stand now.</summary>
    /// <exception cref="IOException">The disk failed.</exception>
    public void Write()
    {
        string text = FirstLine + PrometheusText.Of(
            _metrics.Read(), ("command", _command), ("file", System.IO.Path.GetFileNameWithoutExtension(Path)));
        NewFile.Write(_files, Path, temporary => File.WriteAllText(temporary, text), replaces: true);
    }

    private static void Refuse(string path)
    {
        FileKind kind = FileLook.At(path).Kind;
        if (kind == FileKind.Missing && !Directory.Exists(System.IO.Path.GetDirectoryName(path)))
        {
            throw new OperatorException(FailureKind.BadInput, $"the folder of {path} does not exist", "make it, or choose another place for metrics");
        }

        if (kind != FileKind.Missing && !(kind == FileKind.File && IsMarked(path)))
        {
            throw new OperatorException(
                FailureKind.TargetExists,
                $"{path} exists already, was not written as metrics of a run, and is not overwritten",
                "move it away, or choose another place for metrics");
        }
    }

    private static bool IsMarked(string path)
    {
        byte[] mark = Encoding.UTF8.GetBytes(Mark);
        byte[] begins = new byte[mark.Length];
        using FileStream file = File.OpenRead(path);
        return file.ReadAtLeast(begins, begins.Length, throwOnEndOfStream: false) == mark.Length && begins.AsSpan().SequenceEqual(mark);
    }
}
