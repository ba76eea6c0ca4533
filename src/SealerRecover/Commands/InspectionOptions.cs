using System.CommandLine;
using System.Globalization;
using Filecoin.Primitives;
using Filecoin.Sealing.Kernels;
using SealerRecover.Recovery.Survey;
using SealerRecover.Settings;

namespace SealerRecover.Commands;

/// <summary>What the commands share that look at sectors where they lie and write nothing: which, where, how, and the command that follows.</summary>
internal sealed class InspectionOptions
{
    private readonly StorageOption _storage = new();

    private readonly Option<int?> _rowsToDiscard = CommonOptions.Whole(
        "--rows-to-discard",
        0,
        EnvironmentSettings.MostRowsToDiscard,
        "count",
        "Rows of tree_r_last that the files lack, as this miner proves. Default: FIL_PROOFS_ROWS_TO_DISCARD, or 2.");

    private readonly Option<int?> _threads = CommonOptions.Whole("--threads", 1, 4096, "count", "Threads. Default: all cores.");
    private readonly KernelOption _kernel = new();

    /// <summary>Which sectors.</summary>
    public SurveyedSectors Sectors { get; } = new();

    /// <summary>Adds them, the command's own options in their midst.</summary>
    public void AddTo(Command command, params ReadOnlySpan<Option> own)
    {
        Sectors.AddTo(command);
        foreach (Option option in (Option[])[_storage.Folders, Sectors.Known.Node.Sources.LotusMiner, Sectors.Known.Node.Sources.CurioDatabase, .. own, _rowsToDiscard, _threads, _kernel.Kernel])
        {
            command.Add(option);
        }
    }

    /// <summary>The storage paths; what is odd about them is said.</summary>
    /// <exception cref="OperatorException">BadInput.</exception>
    public StorageRoots ReadRoots(CommandContext context)
    {
        StorageRoots roots = StorageRoots.Read(_storage.ReadPaths(context, Sectors.Known.Node, !Sectors.IsOffline(context)));
        foreach (string remark in roots.Remarks)
        {
            context.Events.Notice(remark);
        }

        return roots;
    }

    /// <summary>Rows of tree_r_last not stored, as asked for; null for the default.</summary>
    public int? RowsToDiscard(CommandContext context) => context.Parsed.GetValue(_rowsToDiscard) ?? context.Environment.RowsToDiscard;

    /// <summary>Threads, at least 1.</summary>
    public int Threads(CommandContext context) => context.Parsed.GetValue(_threads) ?? context.Host.Cores;

    /// <summary>Kernels asked for by name.</summary>
    public KernelChoice Kernels(CommandContext context) => _kernel.Read(context, buildsTrees: true);

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
        string[] rows = context.Parsed.GetValue(_rowsToDiscard) is { } given
            ? [string.Create(CultureInfo.InvariantCulture, $"{_rowsToDiscard.Name}={given}")]
            : [];
        string[] words =
            ["sealer-recover", command, source, .. roots.Folders.Select(folder => $"--storage={folder}"), .. rows, .. own, .. SectorNumbers.Ranges(numbers)];
        return string.Join(' ', words.Select(ShellWords.Quote));
    }
}
