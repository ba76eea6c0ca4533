using Filecoin.Sealing.Files;
using Filecoin.Sealing.Kernels;

namespace SealerRecover.Recovery.Survey;

/// <summary>How far to look.</summary>
public sealed record SurveySettings
{
    /// <summary>Whether to read replicas and unsealed copies, not only their lengths.</summary>
    public bool Deep { get; init; }

    /// <summary>
    /// How many random nodes of tree_r_last's lowest kept row to compare with the replica beneath them (16 KiB each in a 32GiB sector);
    /// null to read all of the replica.
    /// </summary>
    public int? Sample { get; init; }

    /// <summary>
    /// Whether only the upper rows of tree_r_last files are read, which tells whether they are this sector's but not whether all of them is
    /// intact: 150 KiB of a 32GiB sector instead of 73 MiB. Of no use with <see cref="Deep"/>.
    /// </summary>
    public bool Quick { get; init; }

    /// <summary>Rows of tree_r_last that the files lack, as asked for; null for the default.</summary>
    public int? RowsToDiscard { get; init; }

    /// <summary>The door that files are read through.</summary>
    public IFileSystem Files { get; init; } = LinuxFileSystem.Instance;

    /// <summary>
    /// Keeps how far replicas and unsealed copies were read, so that a deep survey that is stopped goes on within a file and reads no byte twice:
    /// these are then read before all else, and only there does a cancellation stop. Null: nothing is kept.
    /// </summary>
    public IReadingKeeper? Readings { get; init; }

    /// <summary>Threads, at least 1.</summary>
    public int Threads { get; init; } = 1;

    /// <summary>Opens what is read here and there, as by a challenge: tree_r_last files, and replicas of which a sample is read; null for <see cref="Files"/>.</summary>
    public IFileSystem? ScatteredFiles { get; init; }

    /// <summary>Kernels asked for by name.</summary>
    public KernelChoice Kernels { get; init; } = KernelChoice.Best;
}
