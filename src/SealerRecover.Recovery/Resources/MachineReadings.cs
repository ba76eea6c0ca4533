using System.Globalization;
using Filecoin.Sealing.Files;
using SealerRecover.Recovery.Metrics;

namespace SealerRecover.Recovery.Resources;

/// <summary>What this machine says of a run, as metrics: bytes to and from disks, and the disk for work in progress. What it does not say is absent.</summary>
public sealed class MachineReadings
{
    private readonly string? _folder;
    private readonly SystemText _system;

    /// <summary>Of this machine.</summary>
    /// <param name="folder">The folder for work in progress, absolute, which need not exist yet; null for none.</param>
    public MachineReadings(string? folder)
        : this(folder, "/")
    {
    }

    /// <summary>Of a folder that pretends to be its root.</summary>
    internal MachineReadings(string? folder, string root) => (_folder, _system) = (folder, new SystemText(root));

    /// <summary>How they are now.</summary>
    public IEnumerable<Sample> Read() => [.. Bytes("read_bytes:", "read"), .. Bytes("write_bytes:", "written"), .. Disk()];

    // Per process: what was read into a mapped file counts, too.
    private IEnumerable<Sample> Bytes(string field, string direction) =>
        from line in _system.Lines("proc/self/io")
        where line.StartsWith(field, StringComparison.Ordinal)
        select new Sample(Metric.IoBytes, double.Parse(line.AsSpan(field.Length), NumberStyles.AllowLeadingWhite, CultureInfo.InvariantCulture), direction);

    private Sample[] Disk()
    {
        try
        {
            return _folder is not null && new LinuxSystemProbe().Disk(_folder) is { } disk
                ? [new Sample(Metric.DiskFree, disk.FreeBytes, _folder), new Sample(Metric.DiskSize, disk.SizeBytes, _folder)]
                : [];
        }
        catch (Exception failure) when (StorageFailure.Is(failure))
        {
            return [];
        }
    }
}
