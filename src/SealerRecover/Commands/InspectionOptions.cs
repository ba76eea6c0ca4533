using System.CommandLine;
using Filecoin.Primitives;
using Filecoin.Sealing.Kernels;
using SealerRecover.Recovery.Survey;
using SealerRecover.Rendering;
using SealerRecover.Settings;

namespace SealerRecover.Commands;

/// <summary>What the commands share that look at sectors where they lie and write nothing: which, where, how, and the command that follows.</summary>
internal sealed class InspectionOptions
{
    private readonly StorageOption _storage = new();
    private readonly ReadingOptions _reading = new();

    /// <summary>Which sectors.</summary>
    public SurveyedSectors Sectors { get; } = new();

    /// <summary>Adds them, the command's own options in their midst.</summary>
    public void AddTo(Command command, params ReadOnlySpan<Option> own)
    {
        Sectors.AddTo(command);
        foreach (Option option in (Option[])[_storage.Folders, Sectors.Known.Node.Sources.LotusMiner, Sectors.Known.Node.Sources.CurioDatabase, .. own, .. _reading.All])
        {
            command.Add(option);
        }
    }

    /// <summary>The storage paths; what is odd about them is said.</summary>
    /// <exception cref="OperatorException">BadInput.</exception>
    public StorageRoots ReadRoots(CommandContext context) => _storage.ReadRoots(context, Sectors.Known.Node, !Sectors.IsOffline(context));

    /// <summary>Rows of tree_r_last not stored, as asked for; null for the default.</summary>
    public int? RowsToDiscard(CommandContext context) => _reading.RowsToDiscard(context);

    /// <summary>Threads, at least 1.</summary>
    public int Threads(CommandContext context) => _reading.Threads(context);

    /// <summary>Kernels asked for by name.</summary>
    public KernelChoice Kernels(CommandContext context) => _reading.Kernels(context);

    /// <summary>The command line of another command for the same sectors in the same places.</summary>
    /// <param name="context">The command's surroundings.</param>
    /// <param name="roots">The storage paths.</param>
    /// <param name="command">The other command.</param>
    /// <param name="miner">Whose sectors.</param>
    /// <param name="numbers">Which, in order.</param>
    /// <param name="own">Options of the other command.</param>
    public string Then(
        CommandContext context, StorageRoots roots, string command, ActorId miner, IReadOnlyList<ulong> numbers, params ReadOnlySpan<string> own)
    {
        string source = Sectors.Known.MetadataPath(context) is { } metadata ? $"--sectors-recovery-metadata={metadata}" : $"--miner={miner}";
        string[] words =
            ["sealer-recover", command, source, .. roots.Folders.Select(folder => $"--storage={folder}"), .. _reading.Words(context), .. own, .. SectorNumbers.Ranges(numbers)];
        return string.Join(' ', words.Select(ShellWords.Quote));
    }
}
