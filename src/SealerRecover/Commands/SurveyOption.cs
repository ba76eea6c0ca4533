using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Filecoin.Primitives;
using Filecoin.Sealing.Files;
using SealerRecover.Ledger;
using SealerRecover.Recovery.Repair;
using SealerRecover.Recovery.Scrub;
using SealerRecover.Rendering;

namespace SealerRecover.Commands;

/// <summary>What a survey has found already, as <c>survey --json</c> prints it, or what scrubs remember.</summary>
internal sealed class SurveyOption
{
    /// <summary>--survey.</summary>
    public Option<string?> File { get; } = new("--survey")
    {
        Description = "What survey --json printed, as a file, or the scrub.db of scrub: replicas that were found damaged, and that have not changed since, are not read again.",
        HelpName = "file",
    };

    /// <summary>
    /// Replicas that were found damaged by what the chain has, by path, each with half a sentence saying how; without those that changed since.
    /// </summary>
    /// <exception cref="OperatorException">BadInput: it cannot be read, or is something else.</exception>
    public ImmutableDictionary<string, string> Read(CommandContext context)
    {
        if (context.Parsed.GetValue(File) is not { } given)
        {
            return ImmutableDictionary<string, string>.Empty;
        }

        string path = context.Folders.Absolute(given, File.Name);
        if (IsLedger(path))
        {
            return OfScrubs(context, path);
        }

        ImmutableDictionary<string, string>.Builder found = ImmutableDictionary.CreateBuilder<string, string>();
        foreach (JsonSurvey survey in Lines(path))
        {
            DateTimeOffset told = DateTimeOffset.Parse(survey.Time, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
            foreach (JsonSurveyFile file in survey.Files.Where(file => file is { AgainstChain: true, Path: not null }))
            {
                if (FileLook.TryThrough(file.Path!).Changed >= told)
                {
                    context.Events.Notice($"{file.Path} has changed since the survey in {path}, so it is looked at again");
                    continue;
                }

                found[file.Path!] = DamagedReplicas.InWords(file.Reason ?? "it contradicts the chain");
            }
        }

        return found.ToImmutable();
    }

    private static ImmutableDictionary<string, string> OfScrubs(CommandContext context, string path)
    {
        using ScrubLedger ledger = ScrubLedger.OpenToRead(path, context.Host.Time);
        ImmutableDictionary<string, string>.Builder found = ImmutableDictionary.CreateBuilder<string, string>();
        foreach (ScrubbedFile file in ledger.Miners().SelectMany(ledger.SectorsOf).SelectMany(seen => seen.Files).Where(file => file.AgainstChain))
        {
            if (FileIdentity.Of(file.Path) == file.Identity)
            {
                found[file.Path] = DamagedReplicas.InWords(file.Found ?? "it contradicts the chain");
            }
            else
            {
                context.Events.Notice($"{file.Path} has changed since the scrub in {path}, so it is looked at again");
            }
        }

        return found.ToImmutable();
    }

    private static bool IsLedger(string path)
    {
        try
        {
            return ScrubLedger.IsDatabase(path);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return false; // Whoever reads its lines says so.
        }
    }

    private List<JsonSurvey> Lines(string path)
    {
        List<JsonSurvey> surveys = [];
        int number = 0;
        try
        {
            foreach (string line in System.IO.File.ReadLines(path).Where(line => line.Length > 0))
            {
                number++;
                if (JsonSerializer.Deserialize(line, JsonLines.Default.JsonLine) is JsonSurvey survey)
                {
                    surveys.Add(survey);
                }
            }
        }
        catch (Exception failure) when (failure is JsonException or NotSupportedException)
        {
            throw Wrong($"line {number} is not what survey --json prints");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw Wrong($"it cannot be read: {failure.Message}");
        }

        return surveys.Count > 0 ? surveys : throw Wrong("it holds the survey of no sector");

        OperatorException Wrong(string why) => new(
            FailureKind.BadInput, $"{File.Name} is {path}: {why}", "write it with survey --json > FILE, and give that file");
    }
}
