using System.Globalization;
using Filecoin.Primitives;
using SealerRecover.Recovery.Resources;

namespace SealerRecover.Recovery.Doctor;

/// <summary>Limits of this process: open files, memory that may be locked, and whether what is not locked may be swapped out.</summary>
/// <param name="NeededFiles">Files that a run opens at once.</param>
public sealed record LimitsCheck(int NeededFiles) : ICheck
{
    /// <inheritdoc/>
    public string What => "limits";

    /// <inheritdoc/>
    public Task<IReadOnlyList<Finding>> LookAsync(CancellationToken cancellation) => Task.FromResult(Look(new LinuxSystemProbe()));

    internal IReadOnlyList<Finding> Look(LinuxSystemProbe probe) =>
    [
        probe.OpenFilesLeft() is not { } left ? Finding.Note("open files", "the system does not tell its limit", "look at `ulimit -n`")
        : left >= NeededFiles ? Finding.Fine("open files", string.Create(CultureInfo.InvariantCulture, $"{left} more may be opened, {NeededFiles} are needed"))
        : Finding.Wrong(
            "open files",
            string.Create(CultureInfo.InvariantCulture, $"only {Math.Max(0, left)} more may be opened, and a run needs {NeededFiles}"),
            "raise the limit: `ulimit -n 65536`, nofile in /etc/security/limits.conf, or LimitNOFILE in the systemd unit"),
        // The reference locks its two layers where it may and goes on without (rust-fil-proofs create_label/multi.rs); here none is locked.
        Finding.Fine("memory locks", $"{(probe.LockedMemory() is { } locked ? $"at most {ByteCount.Text(locked)}" : "no limit")}; nothing is locked here, and rust-fil-proofs does without, too"),
        probe.SwapBytes() is > 0 and var swap
            ? Finding.Note("swap", $"{ByteCount.Text(swap)} of swap are on: layers in memory that are swapped out make labelling crawl", "`sudo swapoff -a` while sectors are sealed, or `sudo sysctl vm.swappiness=1`")
            : Finding.Fine("swap", "none, so that layers stay in memory"),
    ];
}
