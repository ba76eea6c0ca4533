using System.Collections.Immutable;
using System.Globalization;
using Filecoin.Sealing.Files;
using SealerRecover.Recovery.Resources;

namespace SealerRecover.Recovery.Site;

/// <summary>A machine as its own system describes it, now. Not safe for several threads.</summary>
/// <param name="name">What it is called.</param>
/// <param name="version">What was built that runs there.</param>
/// <param name="folder">The folder of temporary files, whose disk is told.</param>
/// <param name="cores">Cores that may be used.</param>
/// <param name="gpus">Its cards, by name.</param>
public sealed class MachineReading(string name, string version, string folder, int cores, ImmutableArray<string> gpus)
{
    private readonly SystemText _system = new();
    private readonly LinuxSystemProbe _probe = new();
    private string? _processor;
    private (long Busy, long All)? _before;
    private double? _busy;

    /// <summary>How it is.</summary>
    public SiteMachine Read()
    {
        (long? size, long? free) = Disk();
        return new SiteMachine
        {
            Name = name,
            Alive = true,
            HeardSecondsAgo = 0,
            Version = version,
            Processor = _processor ??= Bench.Processor.Name(),
            Cores = cores,
            Busy = Busy(),
            Memory = Field("proc/meminfo", "MemTotal:") * 1024,
            MemoryAvailable = _probe.AvailableMemory(),
            Disk = size,
            DiskAvailable = free,
            Gpus = gpus,
        };
    }

    private (long? Size, long? Free) Disk()
    {
        try
        {
            return Directory.Exists(folder) ? (new DriveInfo(folder).TotalSize, _probe.Disk(folder)?.FreeBytes) : (null, null);
        }
        catch (Exception failure) when (StorageFailure.Is(failure))
        {
            return (null, null);
        }
    }

    /// <summary>Of all cores since it was asked before: user, nice, system, irq and the like against idle and waiting for disks (proc_stat(5)).</summary>
    private double? Busy()
    {
        long[] ticks = [.. (_system.Lines("proc/stat") is [var first, ..] ? first : "").Split(' ', StringSplitOptions.RemoveEmptyEntries).Skip(1).Take(8)
            .Select(text => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long value) ? value : 0)];
        if (ticks.Length < 5)
        {
            return null;
        }

        (long Busy, long All) now = (ticks.Sum() - ticks[3] - ticks[4], ticks.Sum());
        if (_before is { } before && now.All > before.All)
        {
            _busy = Math.Round(Math.Clamp((now.Busy - before.Busy) / (double)(now.All - before.All), 0, 1), 2);
        }

        _before = now;
        return _busy;
    }

    private long? Field(string file, string field) =>
        _system.Lines(file).FirstOrDefault(line => line.StartsWith(field, StringComparison.Ordinal))?.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [_, var text, ..]
        && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long value) ? value : null;
}
