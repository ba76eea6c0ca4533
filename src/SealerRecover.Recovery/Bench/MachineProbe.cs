using System.Globalization;
using Filecoin.Sealing.Files;
using SealerRecover.Recovery.Resources;

namespace SealerRecover.Recovery.Bench;

/// <summary>What a machine has, and what is left of it. What the system does not tell is null.</summary>
public record MachineReading
{
    /// <summary>Its processor's name.</summary>
    public string? Processor { get; init; }

    /// <summary>Cores that this process may use; threads of one core count once.</summary>
    public int? Cores { get; init; }

    /// <summary>How busy all its cores were since the last reading, 0 to 1; null at the first.</summary>
    public double? Busy { get; init; }

    /// <summary>Bytes of memory.</summary>
    public long? Memory { get; init; }

    /// <summary>Bytes that can be taken without swapping or being killed.</summary>
    public long? MemoryAvailable { get; init; }

    /// <summary>Bytes of the disk with the temporary folder.</summary>
    public long? Disk { get; init; }

    /// <summary>Bytes of it that this user can still write.</summary>
    public long? DiskAvailable { get; init; }
}

/// <summary>Reads what a machine has every now and then, from small files of the system. Not safe for several threads.</summary>
/// <param name="tempFolder">A full path, of which the disk is meant; it need not exist yet.</param>
/// <param name="root">"/", or a folder that pretends to be it in tests.</param>
public sealed class MachineProbe(string tempFolder, string root = "/")
{
    /// <summary>Words of /proc/stat that tell of time in which a core did nothing: idle and iowait.</summary>
    private static readonly int[] Idle = [3, 4];

    private readonly SystemText _system = new(root);
    private readonly LinuxSystemProbe _probe = new(root);
    private (long Busy, long All)? _before;
    private MachineReading? _known;

    /// <summary>How it is now.</summary>
    public MachineReading Read()
    {
        _known ??= new MachineReading
        {
            Processor = Processor.Name(Path.Combine(root, "proc/cpuinfo")),
            Cores = _probe.Topology()?.Cores.Length,
            Memory = MemoryTotal(),
        };
        DiskSpace? disk = Disk();
        return _known with
        {
            Busy = BusyNow(),
            MemoryAvailable = _probe.AvailableMemory(),
            Disk = disk?.SizeBytes,
            DiskAvailable = disk?.FreeBytes,
        };
    }

    private DiskSpace? Disk()
    {
        try
        {
            return _probe.Disk(tempFolder);
        }
        catch (Exception failure) when (StorageFailure.Is(failure))
        {
            return null;
        }
    }

    private long? MemoryTotal() => _system.Lines("proc/meminfo").FirstOrDefault(line => line.StartsWith("MemTotal:", StringComparison.Ordinal)) is { } line
        && Numbers(line) is [var kibibytes] ? kibibytes * 1024 : null;

    private double? BusyNow()
    {
        if (_system.Lines("proc/stat") is not [var line, ..] || Numbers(line) is not { Length: > 4 } times)
        {
            return null;
        }

        // The first eight; guests' time, which follows, is in user time already.
        long all = times.Take(8).Sum();
        long busy = all - Idle.Sum(word => times[word]);
        (long Busy, long All)? before = _before;
        _before = (busy, all);
        return before is { } known && all > known.All ? Math.Round(Math.Clamp((busy - known.Busy) / (double)(all - known.All), 0, 1), 2) : null;
    }

    private static long[] Numbers(string line) =>
    [
        .. line.Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Select(word => long.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out long number) ? number : (long?)null).OfType<long>(),
    ];
}
