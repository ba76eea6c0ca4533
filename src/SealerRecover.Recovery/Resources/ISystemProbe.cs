namespace SealerRecover.Recovery.Resources;

/// <summary>A file system as a path leads to it.</summary>
/// <param name="Device">The same for paths of the same file system.</param>
/// <param name="FreeBytes">What this user can still write.</param>
/// <param name="SizeBytes">What it holds in all.</param>
internal readonly record struct DiskSpace(ulong Device, long FreeBytes, long SizeBytes = 0);

/// <summary>What the machine has left. Each answer is null when the system does not tell.</summary>
internal interface ISystemProbe
{
    /// <summary>Bytes of memory that can be taken without swapping or being killed.</summary>
    long? AvailableMemory();

    /// <summary>The file system that would hold <paramref name="path"/>, which need not exist yet.</summary>
    DiskSpace? Disk(string path);

    /// <summary>Files this process may still open.</summary>
    long? OpenFilesLeft();

    /// <summary>The processors this process may run on.</summary>
    CpuTopology? Topology();

    /// <summary>
    /// How many blocks of the yardstick (64 bytes of the platform's SHA-256) a core of this machine does in a second, by a measurement of some
    /// milliseconds.
    /// </summary>
    double BlocksPerSecond();

    /// <summary>Whether memory that asks for huge pages is given them.</summary>
    bool? HugePages();
}
