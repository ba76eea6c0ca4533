using System.Collections.Immutable;
using Filecoin.Primitives;

namespace SealerRecover.Hosting;

/// <summary>One row of the table of exit codes.</summary>
/// <param name="Code">What the process returns.</param>
/// <param name="Name">The name in JSON, in snake case.</param>
/// <param name="Meaning">Half a sentence for help and documentation.</param>
internal sealed record ExitCode(int Code, string Name, string Meaning);

/// <summary>
/// The one table of exit codes: help, JSON and the pages in docs/commands follow it. Codes keep their meaning for ever; new
/// ones are added at the end of the small numbers.
/// </summary>
internal static class ExitCodes
{
    /// <summary>Everything asked for was done.</summary>
    public static readonly ExitCode Success = new(0, "ok", "everything asked for was done");

    /// <summary>A bug: something failed in a way nobody foresaw.</summary>
    public static readonly ExitCode InternalError = new(70, "internal_error", "a bug in sealer-recover; run again with --verbose and report it");

    /// <summary>Ctrl-C, SIGINT or SIGTERM; 128 + SIGINT as shells have it.</summary>
    public static readonly ExitCode Stopped = new(130, "stopped", "stopped by Ctrl-C, SIGINT or SIGTERM; the same command goes on");

    private static readonly (FailureKind Kind, ExitCode Row)[] Failures =
    [
        (FailureKind.BadInput, new(2, "bad_input", "arguments, environment or metadata file not usable")),
        (FailureKind.NodeUnreachable, new(3, "node_unreachable", "no chain node answered usefully")),
        (FailureKind.NotOnChain, new(4, "not_on_chain", "the chain does not know the miner or sector")),
        (FailureKind.NotSupported, new(5, "not_supported", "a sector that cannot be recovered: the order of its pieces is unknown, or its seal proof")),
        (FailureKind.StatePruned, new(6, "state_pruned", "the node has pruned the state that holds the answer")),
        (FailureKind.SourcesDisagree, new(7, "sources_disagree", "two sources of the same fact disagree")),
        (FailureKind.CommitmentMismatch, new(8, "commitment_mismatch", "the computed CommR is not the SealedCID; nothing was installed")),
        (FailureKind.NotEnoughResources, new(9, "not_enough_resources", "not enough memory, disk or open files")),
        (FailureKind.Storage, new(10, "storage", "reading or writing a file failed, or a file is damaged or missing")),
        (FailureKind.TargetExists, new(11, "target_exists", "a different file stands where the result should go")),
        (FailureKind.Busy, new(12, "busy", "another process has the same sector, folder or address")),
        (FailureKind.PieceMissing, new(13, "piece_missing", "the bytes of a piece are in none of the piece sources")),
        (FailureKind.Hardware, new(14, "hardware", "memory or processor computed wrongly again and again; nothing was installed")),
        (FailureKind.NotReady, new(15, "not_ready", "doctor found something that has to be put right first")),
        (FailureKind.Slow, new(16, "slow", "sectors are as they should be, but reading them takes longer than --slow allows")),
    ];

    /// <summary>All rows by code.</summary>
    public static ImmutableArray<ExitCode> All { get; } =
        [.. Failures.Select(failure => failure.Row).Append(Success).Append(InternalError).Append(Stopped).OrderBy(row => row.Code)];

    /// <summary>The row of a kind of failure.</summary>
    public static ExitCode Of(FailureKind kind) => Array.Find(Failures, failure => failure.Kind == kind).Row ?? InternalError;

    /// <summary>The row an exception ends with: its kind's, or a bug's.</summary>
    public static ExitCode Of(Exception failure) => failure is OperatorException known ? Of(known.Kind) : InternalError;

    /// <summary>
    /// The code of a run over several sectors: <see cref="Stopped"/> if it was stopped; otherwise what must not be overlooked: a machine that
    /// computes wrongly, which may be why others mismatched, then a mismatch; otherwise the first failure in the order of the report.
    /// </summary>
    /// <param name="failures">The failures in report order.</param>
    /// <param name="stopped">Whether a sector was stopped on request.</param>
    public static ExitCode OfRun(IReadOnlyCollection<ExitCode> failures, bool stopped)
    {
        ExitCode hardware = Of(FailureKind.Hardware);
        ExitCode mismatch = Of(FailureKind.CommitmentMismatch);
        return stopped ? Stopped
            : failures.Contains(hardware) ? hardware
            : failures.Contains(mismatch) ? mismatch
            : failures.FirstOrDefault() ?? Success;
    }
}
