using SealerRecover.Recovery.Metrics;
using SealerRecover.Recovery.Resources;

namespace SealerRecover.Recovery.Tests.Resources;

/// <summary>What a machine says of a run.</summary>
public sealed class MachineReadingsTests : IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Bytes_of_disks_are_those_of_proc_and_absent_where_it_does_not_tell()
    {
        string root = Path.Combine(_folder.Path, "root");
        Assert.Empty(new MachineReadings(null, root).Read());
        Directory.CreateDirectory(Path.Combine(root, "proc/self"));
        File.WriteAllText(Path.Combine(root, "proc/self/io"), "rchar: 5\nwchar: 6\nsyscr: 1\nsyscw: 1\nread_bytes: 4096\nwrite_bytes: 12345678901234\ncancelled_write_bytes: 7\n");
        Assert.Equal(
            [(Metric.IoBytes, 4096.0, "read"), (Metric.IoBytes, 12345678901234.0, "written")],
            new MachineReadings(null, root).Read().Select(sample => (sample.Of, sample.Value, sample.LabelValues[0])));
    }

    [Fact]
    public void The_disk_is_that_of_a_folder_that_is_not_there_yet()
    {
        string folder = Path.Combine(_folder.Path, "not", "yet");
        Sample[] disk = [.. new MachineReadings(folder).Read().Where(sample => sample.Of != Metric.IoBytes)];
        Assert.Equal([Metric.DiskFree, Metric.DiskSize], disk.Select(sample => sample.Of));
        Assert.All(disk, sample => Assert.Equal(folder, sample.LabelValues[0]));
        Assert.InRange(disk[0].Value, 1, disk[1].Value);
        Assert.Equal(new DriveInfo(_folder.Path).TotalSize, disk[1].Value);
    }
}
