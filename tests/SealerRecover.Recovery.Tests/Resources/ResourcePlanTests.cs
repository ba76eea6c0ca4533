using Filecoin.Chain.Facts;
using Filecoin.Primitives;
using Filecoin.Sealing.PreCommit;
using SealerRecover.Recovery.Resources;

namespace SealerRecover.Recovery.Tests.Resources;

public sealed class ResourcePlanTests : IDisposable
{
    private static readonly SectorFacts[] Four = [.. Enumerable.Range(1, 4).Select(i => FakeSealer.Facts((ulong)i, proof: 8))];

    private readonly Run _run = new();

    public ResourcePlanTests() => _run.Settings = _run.Settings with { Parallel = 3, Threads = 16 };

    private SealResources One =>
        SealResources.For(SealProofs.All[8].Porep, keepAll: false, hasData: false, _run.Settings.ParentWindowNodes, treeThreads: 16);

    public void Dispose() => _run.Dispose();

    [Fact]
    public void On_one_disk_what_is_in_work_last_becomes_the_result()
    {
        IReadOnlyList<ResourceLine> plan = _run.Runner.Plan(Four).Resources;

        Assert.Equal(["memory", $"disk for temporary files ({_run.Settings.TempFolder}) and results ({_run.Settings.ResultFolder}) and parent caches ({_run.Settings.ParentCacheFolder})", "open files"],
            plan.Select(line => line.What));
        Assert.Equal((3 * One.LabelMemory) + (2 * One.TreeMemory), plan[0].Needed);
        Assert.Equal((3 * One.TempDisk) + One.ResultDisk + One.ParentCacheDisk, plan[1].Needed);
        Assert.Equal(4 * One.OpenFiles, plan[2].Needed);
        Assert.False(plan[2].IsBytes);
        Assert.All(plan, line => Assert.True(line.Suffices));
        Assert.InRange(plan[0].Needed, 3 * (64L << 30), 4 * (64L << 30));
    }

    [Fact]
    public void Synthetic_proofs_of_sectors_that_are_not_proven_are_planned_for()
    {
        SectorFacts unproven = FakeSealer.Facts(1, proof: 13) with { WasUnproven = true };
        _run.Settings = _run.Settings with { Parallel = 1 };
        SealResources kept = SealResources.For(SealProofs.All[13].Porep, keepAll: true, hasData: false, _run.Settings.ParentWindowNodes, treeThreads: 16);
        const long proofs = 96 + (42_744L << 18);

        IReadOnlyList<ResourceLine> plan = _run.Runner.Plan([unproven]).Resources;

        Assert.Equal(kept.TempDisk + proofs + kept.ParentCacheDisk, plan[1].Needed);
        Assert.Equal(One.ResultDisk + proofs, new SectorNeeds(_run.Settings, _run.Sealer.Roles).For(unproven).ResultDisk);
        Assert.InRange(plan[0].Needed, (64L << 30) + (1L << 30), (64L << 30) + (3L << 30));
        _run.Probe.Disks = path => new DiskSpace(1, kept.TempDisk + kept.ParentCacheDisk);
        Assert.Throws<OperatorException>(() => ResourcePlan.RefuseShortage(_run.Runner.Plan([unproven]).Resources));
    }

    [Fact]
    public void Disks_of_their_own_are_counted_by_themselves_and_an_unknown_one_suffices()
    {
        _run.Settings = _run.Settings with { IgnoreResources = true };
        _run.Probe.Disks = path => path == _run.Settings.TempFolder ? new DiskSpace(1, 10)
            : path == _run.Settings.ResultFolder ? new DiskSpace(2, long.MaxValue)
            : null;

        ResourceLine[] disks = [.. _run.Runner.Plan(Four).Resources.Where(line => line.What.StartsWith("disk", StringComparison.Ordinal))];

        Assert.Equal([3 * One.TempDisk, 4 * One.ResultDisk, One.ParentCacheDisk], disks.Select(line => line.Needed));
        Assert.Equal([10L, long.MaxValue, null], disks.Select(line => line.Available));
        Assert.Equal([false, true, true], disks.Select(line => line.Suffices));
        OperatorException failure = Assert.Throws<OperatorException>(() => ResourcePlan.RefuseShortage(disks));
        Assert.Equal(FailureKind.NotEnoughResources, failure.Kind);
        Assert.Contains($"disk for temporary files ({_run.Settings.TempFolder})", failure.Message, StringComparison.Ordinal);
        Assert.Contains($"{ByteCount.Text(disks[0].Needed)} needed, 10 B available", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_single_sectors_trees_follow_its_last_layer_on_free_cores_and_its_labels_where_there_are_none()
    {
        Assert.Equal(One.LabelMemory + One.TreeMemory, _run.Runner.Plan(Four[..1]).Resources[0].Needed);

        _run.Settings = _run.Settings with { Threads = 1 };
        Assert.Equal(One.LabelMemory, _run.Runner.Plan(Four[..1]).Resources[0].Needed);
    }

    [Fact]
    public void Memory_for_fewer_lowers_how_many_go_at_once_and_says_so()
    {
        _run.Probe.Memory = (2 * One.LabelMemory) + (2 * One.TreeMemory);

        RecoveryPlan plan = _run.Runner.Plan(Four);

        Assert.Equal((2, 3, "memory"), (plan.Cores!.AtOnce, plan.Asked, plan.Limit!.What));
        Assert.All(plan.Resources, line => Assert.True(line.Suffices));
        Assert.Contains("2 of 3 sectors at once because of memory: 3 need 192.", plan.CoresInWords, StringComparison.Ordinal);
        Assert.Contains("there are 128.", plan.CoresInWords, StringComparison.Ordinal);
    }

    [Fact]
    public void Disk_and_open_files_for_fewer_lower_it_too()
    {
        _run.Probe.OpenFiles = 3 * One.OpenFiles;
        Assert.Equal((2, "open files"), (_run.Runner.Plan(Four).Cores!.AtOnce, _run.Runner.Plan(Four).Limit!.What));

        _run.Probe.Disks = path => new DiskSpace(path == _run.Settings.TempFolder ? 1u : 2u, path == _run.Settings.TempFolder ? One.TempDisk : 1L << 50);
        Assert.Equal(1, _run.Runner.Plan(Four).Cores!.AtOnce);
        Assert.StartsWith("disk for temporary files", _run.Runner.Plan(Four).Limit!.What, StringComparison.Ordinal);
    }

    [Fact]
    public void What_does_not_suffice_for_one_is_refused_with_the_numbers_of_one_unless_told_to_go_on()
    {
        _run.Probe.Memory = 1L << 30;
        RecoveryPlan plan = _run.Runner.Plan(Four);
        Assert.Equal(1, plan.Cores!.AtOnce);
        OperatorException failure = Assert.Throws<OperatorException>(() => ResourcePlan.RefuseShortage(plan.Resources));
        Assert.Contains("not enough memory: 64.", failure.Message, StringComparison.Ordinal);

        _run.Settings = _run.Settings with { IgnoreResources = true };
        Assert.Equal((3, null), (_run.Runner.Plan(Four).Cores!.AtOnce, _run.Runner.Plan(Four).Limit));
    }

    [Fact]
    public void A_quota_narrows_the_cores_whatever_the_threads()
    {
        _run.Probe.Machine = CpuTopologyReader.Read(
            RecordedSystem.Epyc(32, 2, 4).With("proc/self/cgroup", "0::/").With("sys/fs/cgroup/cpu.max", "300000 100000"));

        Assert.Equal((3, false), (_run.Runner.Plan(Four).Cores!.Cores, _run.Runner.Plan(Four).Cores!.IsPinned));
    }

    [Fact]
    public void Work_that_is_there_already_counts_and_installed_sectors_need_nothing()
    {
        SectorFacts small = FakeSealer.Facts(1);
        long fresh = _run.Runner.Plan([small]).Resources[1].Needed;
        Directory.CreateDirectory(_run.Workspace(1));
        File.WriteAllBytes(Path.Combine(_run.Workspace(1), "half"), new byte[1 << 16]);
        Assert.InRange(fresh - _run.Runner.Plan([small]).Resources[1].Needed, 1 << 16, 1 << 17);
        Directory.Delete(_run.Workspace(1), recursive: true);

        _run.Do(small);
        Assert.Equal(RecoveryPlan.Nothing, _run.Runner.Plan([small]));
        File.Delete(_run.Sealed(1));
        Assert.NotEmpty(_run.Runner.Plan([small]).Resources);
    }

    [Fact]
    public void A_shortage_of_open_files_is_a_count()
    {
        _run.Probe.OpenFiles = 12;

        OperatorException failure = Assert.Throws<OperatorException>(() => ResourcePlan.RefuseShortage(_run.Runner.Plan(Four).Resources));

        Assert.Contains($"not enough open files: {2 * One.OpenFiles} needed, 12 available", failure.Message, StringComparison.Ordinal);
        Assert.Contains("ulimit", failure.Hint.ToString(), StringComparison.Ordinal);
    }
}
