namespace Filecoin.OpenCl.Hashing;

/// <summary>How much is asked of a device at once, how long it may take, and how closely it is watched.</summary>
public sealed record DeviceLimits
{
    /// <summary>Hashes of a batch: a full chunk of columns (1 MiB of every layer) by default, 11.5 MB of preimages.</summary>
    public int BatchHashes { get; init; } = 1 << 15;

    /// <summary>Fewer hashes than this are the processor's: moving them costs more than hashing them.</summary>
    public int LeastHashes { get; init; } = 1 << 10;

    /// <summary>Batches of one arity under way on a device at once, so that it computes while others are moved.</summary>
    public int BatchesAtOnce { get; init; } = 3;

    /// <summary>How long a compiler may take. Those of some drivers need minutes for a kernel they see the first time.</summary>
    public TimeSpan BuildTimeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How long a batch may take before the device counts as hung.</summary>
    public TimeSpan BatchTimeout { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Hashes of each arity that are compared with the plain kernel before a device is used.</summary>
    public int SelfCheckHashes { get; init; } = 1024;

    /// <summary>
    /// One hash of so many is computed again by the processor while a device works, and at least one of every batch. 4096 makes 4096 samples
    /// of the columns of a 512MiB sector, and 262144 of a 32GiB one's.
    /// </summary>
    public int HashesPerSample { get; init; } = 4096;
}
