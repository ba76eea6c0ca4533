using Filecoin.Primitives;
using Filecoin.Sealing.Jobs;
using Filecoin.Sealing.Kernels;
using Filecoin.Sealing.Labeling;
using FsCheck;
using FsCheck.Fluent;
using SealerRecover.Recovery.Resources;
using SealerRecover.Recovery.Roles;

namespace SealerRecover.Recovery.Tests.Resources;

public sealed class CorePlannerTests
{
    private static readonly CpuTopology Epyc = CpuTopologyReader.Read(RecordedSystem.Epyc(32, 2, 4))!;
    private static readonly CpuTopology TwoSockets = CpuTopologyReader.Read(RecordedSystem.Epyc(16, 1, 4, sockets: 2))!;
    private static readonly CpuTopology Vm = CpuTopologyReader.Read(RecordedSystem.Read("zen4-vm-2"))!;
    private static readonly CpuTopology Container = CpuTopologyReader.Read(
        RecordedSystem.Epyc(32, 2, 4).With("proc/self/cgroup", "0::/").With("sys/fs/cgroup/cpu.max", "300000 100000"))!;

    /// <summary>A processor with SHA-NI, AVX-512 and IFMA.</summary>
    private static readonly NodeCosts Zen4 = new()
    {
        Labels = [Kernel("avx512-16", 16, 121), Kernel("avx512-8", 8, 76), Kernel("sha-ni-2", 2, 19.8), Kernel("sha-ni", 1, 19.4)],
        LookAheadShare = 0.8,
        Trees = 264,
    };

    [Fact]
    public void One_sector_gets_a_core_a_core_that_looks_ahead_and_all_others_for_trees()
    {
        CorePlan plan = Plan(Epyc, 64, sectors: 1, atOnce: 1);

        Assert.Equal((32, 64, 1, 1, 30), (plan.Cores, plan.Threads, plan.AtOnce, plan.LookAheadThreads, plan.FreeCores));
        LabelCores cores = plan.Seats.Single().Cores!;
        Assert.Equal((31, 30), (cores.Hasher, cores.LookAhead.Single()));
        Assert.Equal(
            "1 sector at once, on a core (sha-ni), 1 looking ahead within the same L3 cache, 30 of 32 left for trees, which start behind the last layer",
            plan.ToString());
    }

    [Fact]
    public void Sectors_are_spread_over_caches_and_no_two_threads_share_a_core()
    {
        CorePlan plan = Plan(Epyc, 64, sectors: 16, atOnce: 16);

        Assert.Equal((16, 16, 0), (plan.Seats.Length, plan.LookAheadThreads, plan.FreeCores));
        int[] cpus = [.. plan.Seats.SelectMany(seat => seat.Cores!.LookAhead.Append(seat.Cores.Hasher!.Value))];
        Assert.Equal(32, cpus.Select(Core).Distinct().Count());
        Assert.All(plan.Seats, seat => Assert.Equal(Cache(seat.Cores!.Hasher!.Value), Cache(seat.Cores.LookAhead.Single())));
        Assert.Equal(8, plan.Seats.Take(8).Select(seat => Cache(seat.Cores!.Hasher!.Value)).Distinct().Count());
    }

    [Fact]
    public void Trees_of_earlier_rounds_get_the_cores_that_looking_ahead_would_take()
    {
        CorePlan plan = Plan(Epyc, 64, sectors: 160, atOnce: 16);

        Assert.Equal(0, plan.LookAheadThreads);
        Assert.InRange(plan.FreeCores, 16, 31);
    }

    [Fact]
    public void More_sectors_than_cores_share_cores_and_none_is_left_idle_for_a_rule()
    {
        CorePlan plan = Plan(TwoSockets, 8, sectors: 16, atOnce: 16);

        Assert.Equal((8, 16), (plan.Seats.Length, plan.AtOnce));
        Assert.All(plan.Seats, seat => Assert.Equal((2, "sha-ni-2"), (seat.Sectors, seat.Kernels.Single().Kernel)));
    }

    [Fact]
    public void Sixteen_on_two_cores_go_into_sixteen_lanes_or_twice_eight()
    {
        CorePlan plan = Plan(Vm, 2, sectors: 16, atOnce: 16);

        Assert.Equal([8, 8], plan.Seats.Select(seat => seat.Sectors));
        Assert.Contains("up to 8 side by side on 2 cores (avx512-8)", plan.ToString(), StringComparison.Ordinal);
        Assert.Contains("none of 2 left", plan.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(10, 4)]
    [InlineData(7, 3)]
    [InlineData(5, 5)]
    public void As_many_sectors_as_admitted_and_not_one_more_have_a_lane(int atOnce, int threads)
    {
        CorePlan plan = Plan(TwoSockets, threads, sectors: 50, atOnce);

        Assert.Equal(atOnce, plan.AtOnce);
        Assert.All(plan.Seats, seat => Assert.True(seat.Kernels.Sum(kernel => kernel.Sectors) >= seat.Sectors));
        Assert.True(plan.Seats.Sum(seat => seat.CoresTaken) <= threads);
    }

    [Fact]
    public void In_a_container_with_a_quota_threads_are_left_to_the_system()
    {
        CorePlan plan = Plan(Container, 3, sectors: 1, atOnce: 1);

        Assert.Equal((3, 1, 1, false), (plan.Cores, plan.LookAheadThreads, plan.FreeCores, plan.IsPinned));
        Assert.Equal((null, LabelCores.AnyCpu), (plan.Seats[0].Cores!.Hasher, plan.Seats[0].Cores!.LookAhead[0]));
        Assert.DoesNotContain("L3", plan.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Fewer_threads_than_the_machine_has_are_left_to_the_system_too()
    {
        CorePlan plan = Plan(Epyc, 8, sectors: 2, atOnce: 2);

        Assert.Equal((8, 8, 2, false), (plan.Cores, plan.Threads, plan.LookAheadThreads, plan.IsPinned));
    }

    [Fact]
    public void Without_a_pair_of_cores_under_one_cache_nobody_looks_ahead()
    {
        CpuTopology lonely = CpuTopologyReader.Read(RecordedSystem.Epyc(4, 2, 1))!;

        Assert.Equal(0, Plan(lonely, 8, sectors: 1, atOnce: 1).LookAheadThreads);
    }

    [Fact]
    public void Unpinning_keeps_everything_but_the_places()
    {
        CorePlan plan = Plan(Epyc, 64, sectors: 3, atOnce: 3);
        Assert.True(plan.IsPinned);
        Assert.Equal((3, 26, false), (plan.Unpinned().LookAheadThreads, plan.Unpinned().FreeCores, plan.Unpinned().IsPinned));
    }

    [Fact]
    public void The_plan_of_any_run_on_any_machine_holds_together() => Prop.ForAll(
        Gen.Choose(0, int.MaxValue).ToArbitrary(),
        seed =>
        {
            Random random = new(seed);
            (int cores, int sectors, int most, int smt) = (random.Next(1, 41), random.Next(1, 61), random.Next(1, 61), random.Next(1, 3));
            int cache = new[] { 0, 1, 3, 4, 8 }[random.Next(5)];
            CpuTopology topology = CpuTopologyReader.Read(RecordedSystem.Epyc(cores, smt, cache))!;
            int atOnce = Math.Min(most, sectors);
            CorePlan plan = Plan(topology, topology.Threads, sectors, atOnce);
            int[] pinned = [.. plan.Seats.Where(seat => seat.Cores?.Hasher is not null).SelectMany(seat => seat.Cores!.LookAhead.Append(seat.Cores.Hasher!.Value))];
            return plan.AtOnce == atOnce
                && plan.Seats.Sum(seat => seat.CoresTaken) + plan.FreeCores == cores
                && pinned.Length == pinned.Distinct().Count()
                && plan.Seats.All(seat => seat.Cores is null || seat.Sectors == 1);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void This_machines_kernels_have_costs_that_make_a_plan()
    {
        foreach (RegisteredSealProof proof in new[] { RegisteredSealProof.StackedDrg2KiBV1_1, RegisteredSealProof.StackedDrg32GiBV1_1 })
        {
            PorepParameters porep = SealProofs.Get(proof).Porep;
            CorePlan plan = new CorePlanner(Epyc, 64, NodeCosts.Typical(porep, KernelChoice.Best)).For(new RunShape(4, porep.Layers), 4);
            Assert.Equal(4, plan.AtOnce);
            Assert.All(plan.Seats, seat => Assert.All(seat.Kernels, kernel => Assert.Contains(kernel, LabelLanes.Costs.Select(cost => cost.Variant))));
        }
    }

    [Fact]
    public void A_kernel_that_was_asked_for_labels_side_by_side_and_nothing_else_does()
    {
        NodeCosts costs = Zen4 with { SideBySide = Kernel("avx512-8", 8, 76) };
        CorePlan plan = new CorePlanner(Vm, 2, costs).For(new RunShape(6, 11), 6);

        Assert.All(plan.Seats, seat => Assert.All(seat.Kernels, kernel => Assert.Equal("avx512-8", kernel.Kernel)));
        Assert.Equal("sha-ni", new CorePlanner(Vm, 2, costs).For(new RunShape(1, 11), 1).Seats[0].Kernels.Single().Kernel);
    }

    private static int Core(int cpu) => Epyc.Cpus[cpu].Core;

    private static int Cache(int cpu) => Epyc.Cpus[cpu].CacheGroup;

    private static CorePlan Plan(CpuTopology topology, int threads, int sectors, int atOnce) =>
        new CorePlanner(topology, threads, Zen4).For(new RunShape(sectors, 11), atOnce);

    private static KernelCost Kernel(string name, int sectors, double cost) => new(new LabelVariant(name, sectors), cost);
}
