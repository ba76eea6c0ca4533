using System.Collections;
using System.Text;

namespace SealerRecover.Hosting;

/// <summary>
/// The process's surroundings as a value: what commands may know of the world outside their arguments. Tests make their own.
/// </summary>
internal sealed record ConsoleHost
{
    /// <summary>Environment variables.</summary>
    public required IReadOnlyDictionary<string, string> Environment { get; init; }

    /// <summary>Standard output: reports and progress, or nothing but JSON.</summary>
    public required TextWriter Output { get; init; }

    /// <summary>Standard error: failures, hints and the log.</summary>
    public required TextWriter Error { get; init; }

    /// <summary>Opens standard input, for commands that read data from it.</summary>
    public Func<Stream> OpenInput { get; init; } = () => Stream.Null;

    /// <summary>Whether somebody can answer at standard input.</summary>
    public bool InputIsTerminal { get; init; }

    /// <summary>Whether standard output is a terminal that can be drawn on.</summary>
    public bool OutputIsTerminal { get; init; }

    /// <summary>Columns of the terminal that long texts are wrapped to; no limit elsewhere.</summary>
    public int Width { get; init; } = int.MaxValue;

    /// <summary>The folder that relative paths start from.</summary>
    public required string WorkingFolder { get; init; }

    /// <summary>The configuration file of this machine.</summary>
    public string SystemConfiguration { get; init; } = "/etc/sealer-recover/config.toml";

    /// <summary>Whether the process is root's.</summary>
    public bool IsRoot { get; init; }

    /// <summary>Cores.</summary>
    public int Cores { get; init; } = 1;

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>The home folder, empty where HOME is not set.</summary>
    public string Home => Environment.TryGetValue("HOME", out string? home) ? home : "";

    /// <summary>Those of this process.</summary>
    public static ConsoleHost OfProcess()
    {
        TextWriter error = Utf8(Console.OpenStandardError());
        Dictionary<string, string> environment = new(StringComparer.Ordinal);
        foreach (DictionaryEntry variable in System.Environment.GetEnvironmentVariables())
        {
            environment[(string)variable.Key] = (string?)variable.Value ?? "";
        }

        bool isTerminal = !Console.IsOutputRedirected && environment.GetValueOrDefault("TERM", "dumb") != "dumb";
        return new ConsoleHost
        {
            Environment = environment,
            Output = new SturdyWriter(Utf8(Console.OpenStandardOutput()), error),
            Error = new SturdyWriter(error, complaints: null),
            OpenInput = Console.OpenStandardInput,
            InputIsTerminal = !Console.IsInputRedirected,
            OutputIsTerminal = isTerminal,

            // Some serial consoles report no size.
            Width = isTerminal && Console.WindowWidth is > 60 and int width ? width : int.MaxValue,
            WorkingFolder = System.Environment.CurrentDirectory,
            Cores = System.Environment.ProcessorCount,
            IsRoot = System.Environment.IsPrivilegedProcess,
        };
    }

    // UTF-8 whatever the locale says: reports go into files and pipes that are read elsewhere.
    private static StreamWriter Utf8(Stream stream) => new(stream, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false)) { AutoFlush = true };
}
