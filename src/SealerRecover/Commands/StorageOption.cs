using System.CommandLine;
using Filecoin.Primitives;
using SealerRecover.Recovery.Survey;

namespace SealerRecover.Commands;

/// <summary>Where the miner's files are.</summary>
internal sealed class StorageOption
{
    /// <summary>--storage.</summary>
    public Option<string[]> Folders { get; } = new("--storage")
    {
        Description = "A storage path of Lotus or Curio, or a result folder of recover: what holds sealed/ and cache/. May be repeated.",
        HelpName = "folder",
        Arity = ArgumentArity.OneOrMore,
        AllowMultipleArgumentsPerToken = false,
    };

    /// <summary>Lists them.</summary>
    /// <exception cref="OperatorException">BadInput: none was named, or one is no folder.</exception>
    public StorageRoots Read(CommandContext context)
    {
        string[] given = context.Parsed.GetValue(Folders) ?? [];
        return given.Length > 0
            ? StorageRoots.Read(given.Select(folder => context.Folders.Absolute(folder, Folders.Name)))
            : throw new OperatorException(
                FailureKind.BadInput,
                "no storage path was named",
                $"name those that hold sealed/ and cache/ with {Folders.Name}, as `lotus-miner storage list` prints them");
    }
}
