using System.Globalization;
using System.Security.Cryptography;
using Filecoin.Sealing.Files;
using SealerRecover.Recovery.Roles;

namespace SealerRecover.Recovery.Resources;

/// <summary>Asks /proc, /sys/fs/cgroup and the file systems.</summary>
/// <param name="root">"/", or a folder that pretends to be it in tests.</param>
internal sealed class LinuxSystemProbe(string root = "/") : ISystemProbe
{
    /// <summary>Best of as many samples as are taken while the code is being compiled and a while longer.</summary>
    private const int YardstickSamples = 200;

    private static readonly Lazy<double> Measured = new(MeasureYardstick);

    private readonly SystemText _system = new(root);

    /// <summary>The smaller of MemAvailable and what the memory cgroups (version 2) of this process leave.</summary>
    public long? AvailableMemory()
    {
        long? available = Field("proc/meminfo", "MemAvailable:") is long kibibytes ? kibibytes * 1024 : null;
        return Smaller(available, CgroupMemory());
    }

    /// <inheritdoc/>
    public DiskSpace? Disk(string path)
    {
        string existing = path;
        while (FileLook.Through(existing) is { Kind: FileKind.Missing })
        {
            if (Path.GetDirectoryName(existing) is not string parent)
            {
                return null;
            }

            existing = parent;
        }

        DriveInfo drive = new(existing);
        return new DiskSpace(FileLook.Through(existing).Device, drive.AvailableFreeSpace, drive.TotalSize);
    }

    /// <summary>Bytes of swap that are on; null where the system does not tell.</summary>
    public long? SwapBytes() => Field("proc/meminfo", "SwapTotal:") is long kibibytes ? kibibytes * 1024 : null;

    /// <summary>Bytes of memory that this process may lock; null where there is no limit, or the system does not tell.</summary>
    public long? LockedMemory() => Limit("Max locked memory");

    /// <inheritdoc/>
    public long? OpenFilesLeft()
    {
        if (Limit("Max open files") is not { } limit)
        {
            return null;
        }

        string open = Path.Combine(root, "proc/self/fd");
        return limit - (Directory.Exists(open) ? Directory.GetFileSystemEntries(open).Length : 0);
    }

    /// <inheritdoc/>
    public CpuTopology? Topology() => CpuTopologyReader.Read(_system);

    /// <inheritdoc/>
    public bool? HugePages() => Filecoin.Sealing.Memory.HugePages.AreGranted();

    /// <inheritdoc/>
    public double BlocksPerSecond() => Measured.Value;

    // A limit may stand at any level above this process. Pages of the file cache count as used but are given up under pressure.
    private long? CgroupMemory()
    {
        string? group = Lines("proc/self/cgroup").FirstOrDefault(line => line.StartsWith("0::/", StringComparison.Ordinal))?[4..];
        long? least = null;
        for (string? level = group; level is not null; level = level.Length == 0 ? null : Path.GetDirectoryName(level))
        {
            string folder = Path.Combine("sys/fs/cgroup", level);
            if (Number(Path.Combine(folder, "memory.max")) is long limit && Number(Path.Combine(folder, "memory.current")) is long used)
            {
                string statistics = Path.Combine(folder, "memory.stat");
                long reclaimable = (Field(statistics, "inactive_file") ?? 0) + (Field(statistics, "active_file") ?? 0);
                least = Smaller(least, Math.Max(0, limit - Math.Max(0, used - reclaimable)));
            }
        }

        return least;
    }

    private static double MeasureYardstick()
    {
        byte[] message = new byte[Yardstick.MessageBytes];
        byte[] digest = new byte[SHA256.HashSizeInBytes];
        TimeSpan best = TimeSpan.MaxValue;
        for (int i = 0; i < YardstickSamples; i++)
        {
            long before = TimeProvider.System.GetTimestamp();
            SHA256.HashData(message, digest);
            TimeSpan taken = TimeProvider.System.GetElapsedTime(before);
            best = taken > TimeSpan.Zero && taken < best ? taken : best;
        }

        return Yardstick.MessageBytes / Yardstick.BlockBytes / best.TotalSeconds;
    }

    // A soft limit: three words of its name, and then the number.
    private long? Limit(string name)
    {
        string? line = Lines("proc/self/limits").FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal));
        string? soft = line?.Split(' ', StringSplitOptions.RemoveEmptyEntries).ElementAtOrDefault(3);
        return long.TryParse(soft, NumberStyles.None, CultureInfo.InvariantCulture, out long limit) ? limit : null;
    }

    private static long? Smaller(long? a, long? b) => a is null || b < a ? b ?? a : a;

    private long? Number(string file) =>
        long.TryParse(Lines(file) is [var first, ..] ? first : null, NumberStyles.None, CultureInfo.InvariantCulture, out long value) ? value : null;

    private long? Field(string file, string name) =>
        Lines(file)
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .FirstOrDefault(words => words is [var first, _, ..] && first == name)
            is [_, var text, ..] && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long value) ? value : null;

    private IReadOnlyList<string> Lines(string file) => _system.Lines(file);
}
