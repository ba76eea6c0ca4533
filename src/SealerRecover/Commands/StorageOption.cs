using System.Collections.Immutable;
using System.CommandLine;
using Filecoin.Primitives;
using SealerRecover.Recovery.Survey;
using SealerRecover.Rendering;

namespace SealerRecover.Commands;

/// <summary>Where the miner's files are.</summary>
/// <param name="description">What they are for, in help.</param>
internal sealed class StorageOption(
    string description = "A storage path of Lotus or Curio, or a result folder of recover: what holds sealed/ and cache/. May be repeated. "
        + "Default: those of this machine that lotus-miner, Curio's database and their storage.json tell.")
{
    /// <summary>--storage.</summary>
    public Option<string[]> Folders { get; } = new("--storage")
    {
        Description = description,
        HelpName = "folder",
        Arity = ArgumentArity.OneOrMore,
        AllowMultipleArgumentsPerToken = false,
    };

    /// <summary>The paths that were named, or those that are found, absolute, each once; what is found is told.</summary>
    /// <param name="context">The command's surroundings.</param>
    /// <param name="node">Who is asked where none was named.</param>
    /// <param name="asksOthers">Whether anybody is asked over a network.</param>
    /// <exception cref="OperatorException">BadInput: none was named and none is found, or one that was named is not there.</exception>
    public ImmutableArray<string> ReadPaths(CommandContext context, NodeOptions node, bool asksOthers = true)
    {
        if (context.Parsed.GetResult(Folders) is not null)
        {
            return Named(context);
        }

        StorageAnswer found = NodeOptions.Live(context, () => new StorageDiscovery(node).AskAsync(context, asksOthers));
        if (found.Asked.Count > 0)
        {
            context.View.Answered(found);
        }

        return found.Used.Count > 0 ? [.. found.Used] : throw new OperatorException(
            FailureKind.BadInput,
            $"no storage path was named and none is found: {StorageDiscovery.LookedAt(context, found)}",
            $"name the folders that hold sealed/ and cache/ with {Folders.Name}, as `lotus-miner storage list` prints them");
    }

    /// <summary>What stands in them; what is odd about them is said.</summary>
    /// <exception cref="OperatorException">BadInput, as of <see cref="ReadPaths"/>.</exception>
    public StorageRoots ReadRoots(CommandContext context, NodeOptions node, bool asksOthers = true)
    {
        StorageRoots roots = StorageRoots.Read(ReadPaths(context, node, asksOthers));
        foreach (string remark in roots.Remarks)
        {
            context.Events.Notice(remark);
        }

        return roots;
    }

    /// <summary>The paths that were named, of a command that can do without.</summary>
    /// <exception cref="OperatorException">BadInput: one is not there.</exception>
    public ImmutableArray<string> ReadAnyPaths(CommandContext context) => context.Parsed.GetResult(Folders) is null ? [] : Named(context);

    /// <summary>The paths that were named, of another machine: they need not be here.</summary>
    /// <exception cref="OperatorException">BadInput: one is no full path.</exception>
    public ImmutableArray<string> ReadNames(CommandContext context)
    {
        return [.. (context.Parsed.GetValue(Folders) ?? []).Select(path => NameOnWorkers(path, Folders.Name)).Distinct()];
    }

    /// <summary>A folder by its name on the machines of a fleet, which need not be there on this one.</summary>
    /// <exception cref="OperatorException">BadInput: it is no full path.</exception>
    public static string NameOnWorkers(string path, string option) => Path.IsPathFullyQualified(path)
        ? path.Length > 1 ? path.TrimEnd('/') : path
        : throw new OperatorException(FailureKind.BadInput, $"{option} is \"{SafeText.Short(path)}\", which says nothing on another machine", "write the full path, as the worker that has it names it");

    private ImmutableArray<string> Named(CommandContext context)
    {
        ImmutableArray<string> paths =
            [.. (context.Parsed.GetValue(Folders) ?? []).Select(path => context.Folders.Absolute(path, Folders.Name)).Distinct()];
        foreach (string path in paths)
        {
            Refuse(StoragePathMistake.In(path), Folders.Name);
        }

        return paths.FirstOrDefault(path => !Directory.Exists(path)) is { } missing
            ? throw new OperatorException(
                FailureKind.BadInput, $"{missing} is not there", $"mount it, or leave it out of {Folders.Name}; to make a sector from nothing use recover")
            : paths;
    }

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
}
