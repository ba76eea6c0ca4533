using System.Collections.Immutable;
using Filecoin.Sealing.Jobs;
using Filecoin.Sealing.Labeling;
using SealerRecover.Recovery.Roles;

namespace SealerRecover.Recovery.Resources;

/// <summary>
/// The one rule by which cores are divided, for a run and for an estimate: of all ways to label so many sectors at once (on how many cores,
/// how many side by side on each, with look-ahead or without) the one that ends the run soonest (<see cref="RunModel"/>).
/// </summary>
/// <remarks>
/// <para>A labelling thread gets a whole core, not a thread of one: its chain of hashes is the run's critical path, and whatever runs on the
/// core's other thread takes execution slots and half of the reorder buffer from it. Two sectors on one core are better served by one thread
/// and a kernel that interleaves them, since they then share parents, too.</para>
/// <para>A look-ahead thread gets a core of its own for the same reason, in the same cache group, since what it prepares is to be in that
/// cache. All sectors have one or none has: they would only wait for each other's memory at different speeds.</para>
/// <para>Threads are kept to CPUs only beside a look-ahead thread, and only where the run has all CPUs that the system gives this process:
/// where it shares them (a quota, --threads), the system knows better which are free. CPUs with low numbers are taken last, since they serve
/// most interrupts.</para>
/// </remarks>
/// <param name="topology">The CPUs of this process.</param>
/// <param name="threads">Threads the operator allows, at least 1.</param>
/// <param name="costs">What steps cost.</param>
internal sealed class CorePlanner(CpuTopology topology, int threads, NodeCosts costs)
{
    private readonly Dictionary<int, LanePlan> _lanes = [];

    /// <summary>Threads that may run at once.</summary>
    public int Threads { get; } = Math.Min(threads, topology.Threads);

    /// <summary>Cores, each of which may have several threads.</summary>
    public int Cores => Math.Min(Threads, topology.Cores.Length);

    /// <summary>What devices that hash beside the processor count as, in cores.</summary>
    public double DeviceCores => costs.DeviceCores;

    private bool MayPin => topology.MayPin && threads >= topology.Threads;

    /// <summary>The division that ends soonest; of equally fast ones that with the fewest lanes, then the fewest threads.</summary>
    /// <param name="run">What there is to do.</param>
    /// <param name="atOnce">Sectors in PreCommit1 at once, at most as many as there are.</param>
    public CorePlan For(RunShape run, int atOnce) => Ways(atOnce)
        .OrderBy(plan => Math.Round(Times(run, plan).Total, 6))
        .ThenBy(plan => plan.Seats.Sum(seat => seat.Kernels.Sum(kernel => kernel.Sectors)))
        .ThenBy(plan => plan.Seats.Sum(seat => seat.CoresTaken))
        .First();

    /// <summary>What a division takes.</summary>
    public RunTimes Times(RunShape run, CorePlan plan) => RunModel.Times(run, plan, costs, sectors => Lanes(sectors).Cost);

    private IEnumerable<CorePlan> Ways(int atOnce)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(atOnce);
        for (int seats = 1; seats <= Math.Min(Cores, atOnce); seats++)
        {
            yield return Plan([.. Enumerable.Range(0, seats).Select(i => (atOnce / seats) + (i < atOnce % seats ? 1 : 0))], null);
        }

        if (2 * atOnce <= Cores && Pairs(atOnce) is { } pairs)
        {
            yield return Plan([.. Enumerable.Repeat(1, atOnce)], pairs);
        }
    }

    private CorePlan Plan(int[] sectors, ImmutableArray<LabelCores>? pairs) => new()
    {
        Cores = Cores,
        Threads = Threads,
        Seats = [.. sectors.Select((count, i) => new LabelSeat(count, Lanes(count).Kernels, pairs?[i]))],
    };

    private LanePlan Lanes(int sectors)
    {
        if (!_lanes.TryGetValue(sectors, out LanePlan? lanes))
        {
            _lanes.Add(sectors, lanes = sectors > 1 && costs.SideBySide is { } asked ? Only(asked, sectors) : LabelLanes.For(sectors, costs.Labels));
        }

        return lanes;
    }

    private static LanePlan Only(KernelCost kernel, int sectors)
    {
        int times = (sectors + kernel.Variant.Sectors - 1) / kernel.Variant.Sectors;
        return new LanePlan([.. Enumerable.Repeat(kernel.Variant, times)], times * kernel.Cost);
    }

    /// <summary>Pairs of cores of one cache group, spread over the groups so that each sector has as much cache as there is; null if there are too few.</summary>
    private ImmutableArray<LabelCores>? Pairs(int count)
    {
        Cpu[][][] groups =
        [
            .. topology.Cores.GroupBy(core => core.CacheGroup).OrderByDescending(group => group.Key)
                .Select(group => group.OrderByDescending(core => core.Number).Chunk(2).Where(pair => pair.Length == 2).ToArray()),
        ];
        int deepest = groups.Max(group => group.Length);
        Cpu[][] pairs = [.. Enumerable.Range(0, deepest).SelectMany(i => groups.Where(group => i < group.Length).Select(group => group[i]))];
        return pairs.Length < count ? null
            : MayPin ? [.. pairs.Take(count).Select(pair => new LabelCores(pair[0].Number, [pair[1].Number]))]
            : [.. Enumerable.Repeat(LabelCores.Anywhere, count)];
    }
}
