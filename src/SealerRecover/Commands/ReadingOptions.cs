using System.CommandLine;
using System.Globalization;
using Filecoin.Sealing.Kernels;
using SealerRecover.Settings;

namespace SealerRecover.Commands;

/// <summary>How files of sectors are read that are only looked at.</summary>
internal sealed class ReadingOptions
{
    private readonly Option<int?> _threads = CommonOptions.Whole("--threads", 1, 4096, "count", "Threads. Default: all cores.");
    private readonly KernelOption _kernel = new();

    private readonly Option<int?> _rows = CommonOptions.Whole(
        "--rows-to-discard",
        0,
        EnvironmentSettings.MostRowsToDiscard,
        "count",
        "Rows of tree_r_last that the files lack, as this miner proves. Default: FIL_PROOFS_ROWS_TO_DISCARD, or 2.");

    /// <summary>All of them, in the order of help.</summary>
    public IEnumerable<Option> All => [_rows, _threads, _kernel.Kernel];

    /// <summary>Rows of tree_r_last not stored, as asked for; null for the default.</summary>
    public int? RowsToDiscard(CommandContext context) => context.Parsed.GetValue(_rows) ?? context.Environment.RowsToDiscard;

    /// <summary>What another command has to be told too, to see the same in the files.</summary>
    public string[] Words(CommandContext context) => context.Parsed.GetValue(_rows) is { } given
        ? [string.Create(CultureInfo.InvariantCulture, $"{_rows.Name}={given}")]
        : [];

    /// <summary>Threads, at least 1.</summary>
    public int Threads(CommandContext context) => context.Parsed.GetValue(_threads) ?? context.Host.Cores;

    /// <summary>Kernels asked for by name.</summary>
    public KernelChoice Kernels(CommandContext context) => _kernel.Read(context, buildsTrees: true);
}
