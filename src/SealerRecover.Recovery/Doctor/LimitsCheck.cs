using System.Globalization;
using Filecoin.Primitives;
using SealerRecover.Recovery.Resources;

namespace SealerRecover.Recovery.Doctor;

/// <summary>Limits of this process: open files, and memory that may be locked.</summary>
/// <param name="NeededFiles">Files that a run opens at once.</param>
public sealed record LimitsCheck(int NeededFiles) : ICheck
{
    /// <summary>What rust-fil-proofs locks of the parent cache for each sector with Lotus' own settings; here nothing is locked.</summary>
    private const long LockedByOthers = 64L << 20;

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
        probe.LockedMemory() is not { } locked ? Finding.Fine("memory locks", "no limit; nothing is locked here")
        : locked >= LockedByOthers ? Finding.Fine("memory locks", $"up to {ByteCount.Text(locked)}; nothing is locked here")
        : Finding.Note(
            "memory locks",
            $"up to {ByteCount.Text(locked)}: enough here, where nothing is locked, but too little for a sealing worker of Lotus or Curio on this machine",
            "for those: `ulimit -l unlimited`, memlock in /etc/security/limits.conf, or LimitMEMLOCK=infinity in their systemd unit"),
    ];
}
