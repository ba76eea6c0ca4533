using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Filecoin.Primitives;

namespace SealerRecover.Commands;

/// <summary>Options of every command.</summary>
internal sealed class CommonOptions
{
    /// <summary>The option that names a configuration file.</summary>
    public const string ConfigName = "--config";

    /// <summary>--config.</summary>
    public Option<string?> Config { get; } = new(ConfigName)
    {
        Description = "A configuration file, which counts more than those in /etc/sealer-recover and ~/.config/sealer-recover. See docs/configuration.md.",
        HelpName = "file",
    };

    /// <summary>--json.</summary>
    public Option<bool> Json { get; } = new("--json")
    {
        Description = "Print one JSON object a line on standard output: events, then a final report. See docs/commands/README.md.",
    };

    /// <summary>--verbose.</summary>
    public Option<bool> Verbose { get; } = new("--verbose", "-v")
    {
        Description = "Log requests to the chain node (without the token) and show failures in full, on standard error.",
    };

    /// <summary>--metrics-file, of commands that take long.</summary>
    public Option<string?> MetricsFile { get; } = new("--metrics-file")
    {
        Description = "Write metrics of the run to this file for Prometheus' node_exporter, every 15 seconds and at the end; its name has to end in .prom. One of an earlier run is replaced, anything else is not. See docs/metrics.md.",
        HelpName = "file",
    };

    /// <summary>Adds those of commands that take long.</summary>
    public void AddLongTo(Command command)
    {
        command.Add(MetricsFile);
        AddTo(command);
    }

    /// <summary>Adds them.</summary>
    public void AddTo(Command command)
    {
        command.Add(Config);
        command.Add(Json);
        command.Add(Verbose);
    }

    /// <summary>An option that takes a whole number, checked when the command line is read.</summary>
    public static Option<int?> Whole(string name, int least, int most, string unit, string description) => new(name)
    {
        Description = description,
        HelpName = unit,
        CustomParser = argument => Whole(argument, name, least, most),
    };

    /// <summary>A number of bytes as operators write it: "34359738368", "32GiB", "512 MiB".</summary>
    /// <exception cref="OperatorException">BadInput: it is none.</exception>
    public static long Bytes(string text, Option option) => ByteCount.TryParse(text, out long count) ? count : throw new OperatorException(
        FailureKind.BadInput,
        $"{option.Name} is \"{SafeText.Short(text)}\", not a number of bytes",
        "write a whole number, alone or with KiB, MiB or GiB behind it");

    private static int? Whole(ArgumentResult argument, string name, int least, int most)
    {
        string text = argument.Tokens[0].Value;
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int value) && value >= least && value <= most)
        {
            return value;
        }

        argument.AddError(string.Create(
            CultureInfo.InvariantCulture, $"{name} is \"{SafeText.Short(text)}\", not a whole number from {least} to {most}"));
        return null;
    }
}
