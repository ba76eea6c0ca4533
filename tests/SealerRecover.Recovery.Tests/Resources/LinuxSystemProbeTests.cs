using SealerRecover.Recovery.Resources;

namespace SealerRecover.Recovery.Tests.Resources;

public sealed class LinuxSystemProbeTests : IDisposable
{
    private readonly TestFolder _root = new();

    private LinuxSystemProbe Probe => new(_root.Path);

    public void Dispose() => _root.Dispose();

    [Fact]
    public void Memory_is_what_the_kernel_says_is_available()
    {
        _root.Write("proc/meminfo", "MemTotal:       1000 kB\nMemFree:         1 kB\nMemAvailable:    500 kB\n");
        Assert.Equal(500 * 1024, Probe.AvailableMemory());
    }

    [Fact]
    public void The_tightest_cgroup_above_the_process_counts_and_its_file_cache_does_not()
    {
        _root.Write("proc/meminfo", "MemAvailable:    500 kB\n");
        _root.Write("proc/self/cgroup", "0::/pod/container\n");
        _root.Write("sys/fs/cgroup/pod/container/memory.max", "max\n");
        _root.Write("sys/fs/cgroup/pod/container/memory.current", "4096\n");
        _root.Write("sys/fs/cgroup/pod/memory.max", "300000\n");
        _root.Write("sys/fs/cgroup/pod/memory.current", "150000\n");
        _root.Write("sys/fs/cgroup/pod/memory.stat", "anon 1\ninactive_file 40000\nactive_file 10000\n");
        Assert.Equal(200000, Probe.AvailableMemory());
        _root.Write("sys/fs/cgroup/pod/memory.current", "900000\n");
        Assert.Equal(0, Probe.AvailableMemory());
    }

    [Fact]
    public void A_limit_at_the_root_of_a_container_counts()
    {
        _root.Write("proc/meminfo", "MemAvailable:    500 kB\n");
        _root.Write("proc/self/cgroup", "0::/\n");
        _root.Write("sys/fs/cgroup/memory.max", "1000\n");
        _root.Write("sys/fs/cgroup/memory.current", "400\n");
        Assert.Equal(600, Probe.AvailableMemory());
    }

    [Fact]
    public void A_silent_or_garbled_system_is_unknown_and_not_zero()
    {
        Assert.Null(Probe.AvailableMemory());
        Assert.Null(Probe.OpenFilesLeft());
        _root.Write("proc/meminfo", "MemAvailable: lots\n");
        _root.Write("proc/self/limits", "Max open files            unlimited            unlimited            files\n");
        Assert.Null(Probe.AvailableMemory());
        Assert.Null(Probe.OpenFilesLeft());
    }

    [Fact]
    public void The_soft_limit_of_open_files_less_those_open_is_left()
    {
        _root.Write("proc/self/limits", "Limit  Soft Limit  Hard Limit  Units\nMax open files            1024                 4096                 files\n");
        _root.Write("proc/self/fd/0", string.Empty);
        _root.Write("proc/self/fd/1", string.Empty);
        Assert.Equal(1022, Probe.OpenFilesLeft());
    }

    [Fact]
    public void This_machine_answers_and_a_missing_folder_is_on_its_parents_disk()
    {
        LinuxSystemProbe real = new();
        Assert.InRange(real.AvailableMemory()!.Value, 1, 1L << 50);
        Assert.InRange(real.OpenFilesLeft()!.Value, 1, long.MaxValue);
        DiskSpace here = real.Disk(_root.Path)!.Value;
        Assert.InRange(here.FreeBytes, 1, long.MaxValue);
        Assert.Equal(here.Device, real.Disk(_root.At("not", "yet", "there"))!.Value.Device);
        Assert.SkipUnless(Directory.Exists("/dev/shm"), "there is no second file system");
        Assert.NotEqual(here.Device, real.Disk("/dev/shm")!.Value.Device);
    }
}
