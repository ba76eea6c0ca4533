using Filecoin.Primitives;
using Filecoin.Sealing.Graph;
using Filecoin.Sealing.Labeling;
using Filecoin.Sealing.PreCommit;
using SealerRecover.Recovery.Resources;
using SealerRecover.Recovery.Roles;

namespace SealerRecover.Recovery.Bench;

/// <summary>
/// Estimates from measured speeds what recovering CC sectors takes: the division of cores that a run would choose (<see cref="CorePlanner"/>)
/// with this machine's costs, and its times (<see cref="RunModel"/>) in seconds. docs/performance.md states the formulas.
/// </summary>
/// <remarks>
/// The parent cache is checked once in each run, by one thread: 56 bytes a node, read and digested. Of all numbers of sectors that can be
/// labelled at once the one with the shortest time is taken, as far as memory admits it. Left out: that many cores share memory bandwidth
/// and clock lower than one alone, and that installing copies where the result is on another disk.
/// </remarks>
/// <param name="speeds">The machine.</param>
public sealed class SectorEstimator(MachineSpeeds speeds)
{
    private const int ParentBytes = StackedGraph.Degree * sizeof(uint);
    private const int ParentWindowNodes = 1 << 16;

    /// <summary>From here on a machine counts as busy all the time.</summary>
    private const double AllTheTime = 0.95;

    /// <summary>The largest size of which the memory has room for one sector; null for none, or where the memory is not known.</summary>
    public SectorSize? LargestFitting => SealProofs.All
        .Where(proof => proof.Variant == PorepVariant.V1_1 && Needs(proof.Porep, speeds.Cores).LabelMemory <= speeds.Memory)
        .Select(proof => (SectorSize?)proof.SectorSize)
        .MaxBy(size => size!.Value.Bytes);

    /// <summary>What <paramref name="sectors"/> sectors of a size take.</summary>
    /// <param name="size">A size with a registered seal proof, 32GiB or 64GiB.</param>
    /// <param name="sectors">How many, at least 1.</param>
    public SectorEstimate For(SectorSize size, int sectors)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(sectors, 1);
        SealProofs.TryGet(size, PorepVariant.V1_1, out SealProofInfo proof);
        PorepParameters porep = proof.Porep;
        CorePlanner planner = new(speeds.Topology ?? CpuTopology.Flat(speeds.Cores), speeds.Cores, Costs(porep));
        SealResources needs = Needs(porep, planner.Threads);

        // A sector that fits no memory is estimated all the same, and said not to fit.
        long fitting = speeds.Memory is { } memory ? Math.Max(memory / needs.LabelMemory, 1) : sectors;
        SectorEstimate[] candidates =
        [
            .. Enumerable.Range(1, (int)Math.Min(fitting, sectors))
                .Select(atOnce => Estimate(planner, porep, needs, sectors, atOnce))
                .Where(candidate => candidate.AtOnce == 1 || candidate.MemorySuffices != false),
        ];
        return candidates.OrderBy(candidate => Math.Round(candidate.Total.TotalSeconds)).ThenBy(candidate => candidate.Memory).First();
    }

    private static SealResources Needs(PorepParameters porep, int threads) =>
        SealResources.For(porep, keepAll: false, hasData: false, ParentWindowNodes, threads);

    private SectorEstimate Estimate(CorePlanner planner, PorepParameters porep, SealResources needs, int sectors, int atOnce)
    {
        RunShape run = new(sectors, porep.Layers);
        CorePlan plan = planner.For(run, atOnce);
        RunTimes times = planner.Times(run, plan);
        long memory = RunMemory.Of(Enumerable.Repeat(needs, sectors).ToArray(), porep.SectorSize, plan);
        double check = CheckParentsSeconds(porep);
        double write = atOnce * Blocks(SectorSize.NodeBytes / speeds.Disk.WriteBytesPerSecond);
        return new SectorEstimate
        {
            Size = porep.SectorSize,
            Sectors = sectors,
            Cores = plan,
            PreCommit1 = Time(times.Round),
            PreCommit2 = Time(times.TreesOfOne),
            PreCommit2After = Time(times.TailOfOne),
            Total = TimeSpan.FromSeconds(check) + Time(times.Total),
            ParentCache = TimeSpan.FromSeconds(BuildParentsSeconds(porep) + check),
            Bound = times.Disk > times.Labels || write > times.Layer ? Bound.Disk
                : times.Busy > AllTheTime * (plan.Cores + planner.DeviceCores) * times.Total ? Bound.Cores : Bound.Labels,
            Memory = memory,
            MemorySuffices = speeds.Memory is { } there ? memory <= there : null,
            TempDisk = plan.AtOnce * needs.TempDisk,
            ResultDisk = sectors * needs.ResultDisk,
            ParentCacheDisk = needs.ParentCacheDisk,
        };

        TimeSpan Time(double blocksPerNode) => TimeSpan.FromSeconds(blocksPerNode * porep.Nodes / speeds.Yardstick.PerSecond);
    }

    private NodeCosts Costs(PorepParameters porep) => new()
    {
        Labels = [.. speeds.Labels.Select(label => new KernelCost(label.Variant, label.Variant.Sectors * speeds.Blocks(label.Speed)))],
        Trees = NodeCosts.TreesOf(porep, arity => speeds.Blocks(speeds.BestPoseidon(arity).Speed)),
        DeviceCores = NodeCosts.DeviceCoresOf(
            porep,
            arity => speeds.Blocks(speeds.BestPoseidon(arity).Speed),
            arity => speeds.CoresBeside.GetValueOrDefault(arity)),
        WriteLayer = Blocks(SectorSize.NodeBytes / speeds.Disk.WriteBytesPerSecond),
        ReadLayers = Blocks(porep.Layers * SectorSize.NodeBytes / speeds.Disk.ReadBytesPerSecond),
    };

    private double Blocks(double seconds) => seconds * speeds.Yardstick.PerSecond;

    private double CheckParentsSeconds(PorepParameters porep) =>
        CacheBytes(porep) / Math.Min(speeds.Disk.ReadBytesPerSecond, speeds.DigestBytesPerSecond);

    private double BuildParentsSeconds(PorepParameters porep)
    {
        double nodesPerSecond = speeds.Parents.First(parents => parents.SectorSize == porep.SectorSize).Speed.PerSecond;
        return Math.Max(porep.Nodes / nodesPerSecond / speeds.Cores, CacheBytes(porep) / speeds.Disk.WriteBytesPerSecond);
    }

    private static double CacheBytes(PorepParameters porep) => (double)porep.Nodes * ParentBytes;
}
