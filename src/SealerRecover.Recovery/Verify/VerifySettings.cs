using Filecoin.Sealing.Files;
using Filecoin.Sealing.Kernels;

namespace SealerRecover.Recovery.Verify;

/// <summary>How to prove sectors.</summary>
public sealed record VerifySettings
{
    /// <summary>Nodes challenged where nobody says otherwise; the network challenges the first <see cref="Filecoin.Sealing.Proofs.ChallengeCounts.WindowPost"/> of them.</summary>
    public const int DefaultChallenges = 100;

    /// <summary>Nodes challenged.</summary>
    public int Challenges { get; init; } = DefaultChallenges;

    /// <summary>Whether to make all of tree_r_last from the replica, too, and compare it.</summary>
    public bool Full { get; init; }

    /// <summary>Rows of tree_r_last that the files lack, as this miner's provers take it; null for the default.</summary>
    public int? RowsToDiscard { get; init; }

    /// <summary>The clock by which the network's challenges are timed before they are proven; null to time nothing.</summary>
    public TimeProvider? Clock { get; init; }

    /// <summary>Opens the files whose reading is timed.</summary>
    public IFileSystem TimedFiles { get; init; } = LinuxFileSystem.Instance;

    /// <summary>Threads, at least 1.</summary>
    public int Threads { get; init; } = 1;

    /// <summary>Kernels asked for by name; proofs are checked by another Poseidon kernel than made them.</summary>
    public KernelChoice Kernels { get; init; } = KernelChoice.Best;
}
