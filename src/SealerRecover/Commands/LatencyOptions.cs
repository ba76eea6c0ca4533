using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Filecoin.Primitives;
using Filecoin.Sealing.Files;
using SealerRecover.Recovery.Latency;
using SealerRecover.Recovery.Survey;
using SealerRecover.Rendering;

namespace SealerRecover.Commands;

/// <summary>What the commands share that time what they read: from when on that is slow, and a page with all of it.</summary>
internal sealed class LatencyOptions
{
    private static readonly TimeSpan DefaultLimit = TimeSpan.FromSeconds(2);

    private static readonly (string Unit, double Seconds)[] Units = [("ms", 0.001), ("min", 60), ("s", 1)];

    /// <summary>--slow.</summary>
    public Option<TimeSpan?> Slow { get; } = new("--slow")
    {
        Description = "A sector is slow if what a challenge or a reading asks for takes longer than this to read, as 2s or 500ms; with exit code 16 if there is one. Default: 2s, without that exit code.",
        HelpName = "time",
        CustomParser = ReadTime,
    };

    /// <summary>--report.</summary>
    public Option<string?> Page { get; } = new("--report")
    {
        Description = "Write a page for browsers to this file, too: a map of storage paths and sectors, how long they take to read, and a table. A file that is there is not overwritten.",
        HelpName = "file",
    };

    /// <summary>Takes down what is read.</summary>
    public LatencyBook Open(CommandContext context, StorageRoots roots) => new(context.Parsed.GetValue(Slow) ?? DefaultLimit, roots.FolderOf);

    /// <summary>Where the page goes; null where none is asked for. Refused now, and not when the work is done, where something stands there.</summary>
    /// <exception cref="OperatorException">BadInput, or TargetExists.</exception>
    public string? ReadPage(CommandContext context)
    {
        if (context.Parsed.GetValue(Page) is not { } given)
        {
            return null;
        }

        string path = context.Folders.Absolute(given, Page.Name);
        return StorageFailure.Explain($"looking at {path}", () => FileLook.At(path)).Kind != FileKind.Missing
            ? throw new OperatorException(FailureKind.TargetExists, $"{path} exists already and is not overwritten", $"move it away, or choose another place for {Page.Name}")
            : Directory.Exists(Path.GetDirectoryName(path)) ? path
            : throw new OperatorException(FailureKind.BadInput, $"the folder of {path} does not exist", $"make it, or choose another place for {Page.Name}");
    }

    /// <summary>
    /// The report with what is slow or late: as advice, and as how it ends where a limit was asked for and nothing worse happened.
    /// </summary>
    public Report Judge(CommandContext context, LatencyAnswer latency, Report report)
    {
        if ((latency.Slow ?? latency.Late.FirstOrDefault()) is not { } sentence)
        {
            return report;
        }

        bool fails = context.Parsed.GetValue(Slow) is not null && report.Failure is null && report.Sectors.All(sector => sector.Failure is null);
        return report with
        {
            Failure = fails ? Failure.From(new OperatorException(FailureKind.Slow, sentence, "the sectors are as they should be; find out why the disk is slow before their deadline")) : report.Failure,
            Next =
            [
                .. report.Next,
                new Advice(
                    $"Find out why {string.Join(" and ", latency.ToLookInto)} {(latency.ToLookInto.Count == 1 ? "is" : "are")} slow before the next deadline of the sectors: dmesg and smartctl tell of a disk that fails, iostat -x 1 of one that is busy, nfsstat of a server. A prover that waits too long leaves a sector out, which is a fault.",
                    []),
            ],
        };
    }

    /// <summary>Writes the page, where one is asked for, and says so in the report.</summary>
    public static Report Write(string? path, HtmlReport page, Report report)
    {
        if (path is null)
        {
            return report;
        }

        StorageFailure.Explain($"writing {path}", () => NewFile.Write(LinuxFileSystem.Instance, path, temporary => File.WriteAllText(temporary, page.ToString())));
        return report with { File = path, FileNote = $"the page is in {path}" };
    }

    private static TimeSpan? ReadTime(ArgumentResult argument)
    {
        string text = argument.Tokens[0].Value;
        (string unit, double seconds) = Array.Find(Units, known => text.EndsWith(known.Unit, StringComparison.Ordinal)) is { Unit: not null } found ? found : ("", 1);
        if (double.TryParse(text[..^unit.Length], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double number)
            && number * seconds is >= 0.001 and <= 3600)
        {
            return TimeSpan.FromSeconds(number * seconds);
        }

        argument.AddError($"--slow is \"{SafeText.Short(text)}\", not a time from 1ms to 60min, such as 2s or 500ms");
        return null;
    }
}
