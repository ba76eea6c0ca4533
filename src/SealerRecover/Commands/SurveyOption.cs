using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Filecoin.Primitives;
using Filecoin.Sealing.Files;
using SealerRecover.Recovery.Repair;
using SealerRecover.Rendering;

namespace SealerRecover.Commands;

/// <summary>What a survey has found already, as <c>survey --json</c> prints it.</summary>
internal sealed class SurveyOption
{
    /// <summary>--survey.</summary>
    public Option<string?> File { get; } = new("--survey")
    {
        Description = "What survey --json printed, as a file: replicas that it found damaged, and that have not changed since, are not read again.",
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
