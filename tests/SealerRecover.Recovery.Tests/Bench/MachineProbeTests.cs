using SealerRecover.Recovery.Bench;

namespace SealerRecover.Tests.Recovery.Bench;

public sealed class MachineProbeTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("sealer-recover-machine-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void How_busy_cores_were_is_told_between_two_readings()
    {
        Directory.CreateDirectory(Path.Combine(_root, "proc"));
        File.WriteAllText(Path.Combine(_root, "proc/meminfo"), "MemTotal:       1024 kB\nMemAvailable:    512 kB\n");
        File.WriteAllText(Path.Combine(_root, "proc/cpuinfo"), "model name\t: A processor\n");
        Stat(busy: 100, idle: 100);
        MachineProbe probe = new(Path.Combine(_root, "temp", "not", "there"), _root);
        MachineReading first = probe.Read();
        Assert.Equal((null, 1024L << 10, 512L << 10, "A processor"), (first.Busy, first.Memory, first.MemoryAvailable, first.Processor));
        Assert.InRange(first.DiskAvailable!.Value, 1, first.Disk!.Value);
        Stat(busy: 130, idle: 110);
        Assert.Equal(0.75, probe.Read().Busy);
        Assert.Null(probe.Read().Busy);
    }

    [Fact]
    public void What_the_system_does_not_tell_is_null()
    {
        MachineReading reading = new MachineProbe(_root, _root).Read();
        Assert.Equal((null, null, null), (reading.Busy, reading.Memory, reading.MemoryAvailable));
    }

    private void Stat(int busy, int idle) => File.WriteAllText(Path.Combine(_root, "proc/stat"), $"cpu  {busy} 0 0 {idle} 0 0 0 0 50 0\ncpu0 1 2 3 4 5 6 7 8 9 10\n");
}
