using System.Collections.Immutable;
using System.CommandLine;
using Filecoin.Primitives;
using SealerRecover.Recovery.Survey;

namespace SealerRecover.Commands;

/// <summary>Where the miner's files are.</summary>
/// <param name="description">What they are for, in help.</param>
internal sealed class StorageOption(
    string description = "A storage path of Lotus or Curio, or a result folder of recover: what holds sealed/ and cache/. May be repeated.")
{
    /// <summary>--storage.</summary>
    public Option<string[]> Folders { get; } = new("--storage")
    {
        Description = description,
        HelpName = "folder",
        Arity = ArgumentArity.OneOrMore,
        AllowMultipleArgumentsPerToken = false,
    };

    /// <summary>The paths, absolute, each once.</summary>
    /// <exception cref="OperatorException">BadInput: none was named, or one is not there.</exception>
    public ImmutableArray<string> ReadPaths(CommandContext context)
    {
        ImmutableArray<string> paths =
            [.. (context.Parsed.GetValue(Folders) ?? []).Select(path => context.Folders.Absolute(path, Folders.Name)).Distinct()];
        if (paths.IsEmpty)
        {
            throw new OperatorException(
                FailureKind.BadInput,
                "no storage path was named",
                $"name the folders that hold sealed/ and cache/ with {Folders.Name}, as `lotus-miner storage list` prints them");
        }

        foreach (string path in paths)
        {
            Refuse(StoragePathMistake.In(path), Folders.Name);
        }

        return paths.FirstOrDefault(path => !Directory.Exists(path)) is { } missing
            ? throw new OperatorException(
                FailureKind.BadInput, $"{missing} is not there", $"mount it, or leave it out of {Folders.Name}; to make a sector from nothing use recover")
            : paths;
    }

    /// <summary>As <see cref="ReadPaths"/>, of a command that can do without.</summary>
    /// <exception cref="OperatorException">BadInput: one is not there.</exception>
    public ImmutableArray<string> ReadAnyPaths(CommandContext context) => context.Parsed.GetResult(Folders) is null ? [] : ReadPaths(context);

    /// <summary>Refuses a folder that is no storage path and names those that were meant.</summary>
    /// <param name="mistake">What is wrong; null for nothing.</param>
    /// <param name="option">The option it was given with.</param>
    /// <exception cref="OperatorException">BadInput.</exception>
    public static void Refuse(StoragePathMistake? mistake, string option)
    {
        if (mistake is not null)
        {
            throw new OperatorException(FailureKind.BadInput, mistake.Sentence, mistake.Meant.Count == 0
                ? $"give {option} the folder in which it is called sealed, cache, update, update-cache or unsealed"
                : "give " + string.Join(' ', mistake.Meant.Select(meant => ShellWords.Quote($"{option}={meant}"))));
        }
    }

    /// <summary>Lists what they hold.</summary>
    /// <exception cref="OperatorException">As <see cref="ReadPaths"/>.</exception>
    public StorageRoots Read(CommandContext context) => StorageRoots.Read(ReadPaths(context));
}
