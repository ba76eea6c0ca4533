using SealerRecover.Recovery.Resources;

namespace SealerRecover.Recovery.Tests.Resources;

public sealed class CpuTopologyTests
{
    private const string Status = "proc/self/status";
    private const string Cgroup = "proc/self/cgroup";

    [Fact]
    public void A_recorded_machine_of_two_cores_under_one_cache_is_read_as_it_is()
    {
        CpuTopology topology = CpuTopologyReader.Read(RecordedSystem.Read("zen4-vm-2"))!;

        Assert.Equal([new Cpu(0, 0, 0, 0), new Cpu(1, 1, 0, 0)], topology.Cpus);
        Assert.Equal((2, null, true), (topology.Threads, topology.Quota, topology.MayPin));
    }

    [Fact]
    public void Threads_of_a_core_and_cores_of_a_cache_are_told_apart()
    {
        CpuTopology topology = CpuTopologyReader.Read(RecordedSystem.Epyc(cores: 32, threadsOfCore: 2, coresOfCache: 4))!;

        Assert.Equal(64, topology.Threads);
        Assert.Equal(32, topology.Cores.Length);
        Assert.Equal(8, topology.Cores.Select(core => core.CacheGroup).Distinct().Count());
        Assert.Equal(new Cpu(37, 5, 4, 0), topology.Cpus[37]);
    }

    [Fact]
    public void Each_socket_is_a_node_and_no_cache_spans_two()
    {
        CpuTopology topology = CpuTopologyReader.Read(RecordedSystem.Epyc(cores: 16, threadsOfCore: 2, coresOfCache: 8, sockets: 2))!;

        Assert.Equal([0, 1], topology.Cores.Select(core => core.Node).Distinct());
        Assert.All(topology.Cpus.GroupBy(cpu => cpu.CacheGroup), group => Assert.Single(group.Select(cpu => cpu.Node).Distinct()));
        Assert.Equal(1, topology.Cpus[31].Node);
    }

    [Fact]
    public void Where_the_system_tells_no_level_3_cache_those_of_a_node_are_a_group()
    {
        CpuTopology topology = CpuTopologyReader.Read(RecordedSystem.Epyc(cores: 8, threadsOfCore: 1, coresOfCache: 0, sockets: 2))!;

        Assert.Equal([0, 0, 0, 0, 4, 4, 4, 4], topology.Cores.Select(core => core.CacheGroup));
    }

    [Fact]
    public void A_container_has_the_cpus_it_is_allowed()
    {
        CpuTopology topology = CpuTopologyReader.Read(
            RecordedSystem.Epyc(32, 2, 4).With(Status, "Name:\tsealer-recover").With(Status, "Cpus_allowed_list:\t3-5"))!;

        Assert.Equal([new Cpu(3, 3, 0, 0), new Cpu(4, 4, 4, 0), new Cpu(5, 5, 4, 0)], topology.Cpus);
        Assert.True(topology.MayPin);
    }

    [Theory]
    [InlineData("0::/pod/work", "sys/fs/cgroup/pod/cpu.max", "300000 100000")]
    [InlineData("0::/", "sys/fs/cgroup/cpu.max", "300000 100000")]
    public void A_quota_at_any_level_counts_and_forbids_keeping_threads_to_cpus(string group, string file, string line)
    {
        CpuTopology topology = CpuTopologyReader.Read(RecordedSystem.Epyc(32, 2, 4).With(Cgroup, group).With(file, line))!;

        Assert.Equal((64, 3, false), (topology.Cpus.Length, topology.Threads, topology.MayPin));
    }

    [Theory]
    [InlineData("cpu,cpuacct", "cpu,cpuacct")]
    [InlineData("cpu", "cpu")]
    [InlineData("cpuacct,cpu", "cpu")]
    public void A_quota_of_control_groups_version_1_counts(string controllers, string mount)
    {
        RecordedSystem system = RecordedSystem.Epyc(4, 1, 4).With(Cgroup, "9:memory:/x").With(Cgroup, $"1:{controllers}:/x");
        system.With($"sys/fs/cgroup/{mount}/x/cpu.cfs_quota_us", "250000").With($"sys/fs/cgroup/{mount}/x/cpu.cfs_period_us", "100000");

        Assert.Equal((2.5, 3), (CpuTopologyReader.Read(system)!.Quota, CpuTopologyReader.Read(system)!.Threads));
    }

    [Theory]
    [InlineData("max 100000")]
    [InlineData("-1 100000")]
    [InlineData("many")]
    [InlineData("6400000 100000")]
    public void No_quota_or_one_above_the_machine_limits_nothing(string line)
    {
        CpuTopology topology = CpuTopologyReader.Read(RecordedSystem.Epyc(4, 1, 4).With(Cgroup, "0::/").With("sys/fs/cgroup/cpu.max", line))!;

        Assert.Equal((4, true), (topology.Threads, topology.MayPin));
    }

    [Fact]
    public void A_silent_system_is_unknown_and_never_pinned_to()
    {
        Assert.Null(CpuTopologyReader.Read(new RecordedSystem()));
        Assert.Null(CpuTopologyReader.Read(new RecordedSystem().With("sys/devices/system/cpu/online", "lots")));
        Assert.Equal((3, false), (CpuTopology.Flat(3).Threads, CpuTopology.Flat(3).MayPin));
    }

    [Theory]
    [InlineData("0", "0")]
    [InlineData(" 0-2,7, 9-9\n", "0 1 2 7 9")]
    [InlineData("", null)]
    [InlineData("3-1", null)]
    [InlineData("1-2-3", null)]
    [InlineData("a", null)]
    [InlineData("0-99999999", null)]
    public void Lists_of_cpus_are_numbers_and_ranges(string text, string? expected) =>
        Assert.Equal(expected, CpuTopologyReader.ParseList(text) is { } cpus ? string.Join(' ', cpus) : null);

    [Fact]
    public void This_machine_answers() =>
        Assert.InRange(new LinuxSystemProbe().Topology()!.Threads, 1, Environment.ProcessorCount);
}
