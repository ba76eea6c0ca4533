using Filecoin.Primitives;
using Filecoin.Sealing;
using Filecoin.Sealing.Graph;

namespace SealerRecover.Recovery.Bench;

/// <summary>Estimates from measured speeds what recovering CC sectors takes; docs/performance.md states the same formulas.</summary>
/// <remarks>
/// <para>Symbols. S bytes and n = S/32 nodes a sector, L layers; C cores; l labels a second of one core whose kernel works on s sectors at
/// once; p11, p8 Poseidon hashes a second and core; h bytes a second and core digested; w, r bytes a second written and read.</para>
/// <para>g groups of s sectors are labelled at once. Labelling a layer takes x = n·s/l, writing it for all of them y = g·s·S/w; a layer is
/// written while the next is labelled: PC1 = x + (L - 1)·max(x, y) + y.</para>
/// <para>One sector's trees: n column hashes, and two 8-ary trees of n/7 inner nodes each; every layer is read and digested:
/// c2 = n/p11 + 2n/7/p8 + L·S/h core seconds; PC2 = max(c2/C, L·S/r).</para>
/// <para>The parent cache is checked once in each run: v = 56n / min(r, h).</para>
/// <para>One sector: v + PC1 + PC2. N sectors, in R = ceil(N / gs) rounds, f of them in the last: trees of earlier rounds are built while
/// later ones are labelled, so v + max(R·PC1, (R·g·L·x + (N - f)·c2)/C, N·L·S/w + (N - f)·L·S/r) + f·PC2.</para>
/// <para>The variant and the number of groups are those with the shortest time that memory and cores admit. Left out: that many cores
/// share memory bandwidth and clock lower than one alone, and that installing copies where the result is on another disk.</para>
/// </remarks>
/// <param name="speeds">The machine.</param>
public sealed class SectorEstimator(MachineSpeeds speeds)
{
    private const int ParentBytes = StackedGraph.Degree * sizeof(uint);
    private const int ParentWindowNodes = 1 << 16;
    private const int TreeArity = 8;

    /// <summary>What <paramref name="sectors"/> sectors of a size take.</summary>
    /// <param name="size">A size with a registered seal proof, 32GiB or 64GiB.</param>
    /// <param name="sectors">How many, at least 1.</param>
    public SectorEstimate For(SectorSize size, int sectors)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(sectors, 1);
        SealProofs.TryGet(size, PorepVariant.V1_1, out SealProofInfo proof);
        Sector sector = new(speeds, proof.Porep);
        SectorEstimate[] candidates = [.. speeds.Labels.SelectMany(label => Groups(sector, label, sectors))];
        return candidates.OrderBy(candidate => candidate.Total).ThenBy(candidate => candidate.Memory).First();
    }

    /// <summary>The ways to label with one kernel: as many groups as there is work, cores and memory for, and fewer.</summary>
    private IEnumerable<SectorEstimate> Groups(Sector sector, LabelSpeed label, int sectors)
    {
        int together = label.Variant.Sectors;

        // A sector that fits no memory is estimated all the same, and said not to fit.
        long fitting = speeds.Memory is { } memory ? Math.Max(memory / sector.Resources.LabelMemory, 1) : sectors;
        int admitted = (int)Math.Min(fitting / together, Math.Min(speeds.Cores, sectors / together));
        for (int groups = 1; groups <= admitted; groups++)
        {
            yield return Estimate(sector, label, groups, sectors);
        }
    }

    private SectorEstimate Estimate(Sector sector, LabelSpeed label, int groups, int sectors)
    {
        int atOnce = groups * label.Variant.Sectors;
        int rounds = (sectors + atOnce - 1) / atOnce;
        int last = sectors - ((rounds - 1) * atOnce);
        int layers = sector.Porep.Layers;
        double labelling = sector.LabelSeconds(label);
        double labelLayer = labelling / layers;
        double writeLayer = atOnce * sector.WriteSeconds / layers;
        double round = labelLayer + ((layers - 1) * Math.Max(labelLayer, writeLayer)) + writeLayer;

        double labels = rounds * round;
        double cores = ((rounds * groups * labelling) + ((sectors - last) * sector.TreeCoreSeconds)) / speeds.Cores;
        double disk = (sectors * sector.WriteSeconds) + ((sectors - last) * sector.ReadSeconds);
        double slowest = Math.Max(labels, Math.Max(cores, disk));
        long labelMemory = atOnce * sector.Resources.LabelMemory;
        long needed = sectors == 1 ? Math.Max(labelMemory, sector.Resources.TreeMemory) : labelMemory + sector.Resources.TreeMemory;
        return new SectorEstimate
        {
            Size = sector.Porep.SectorSize,
            Sectors = sectors,
            AtOnce = atOnce,
            Variant = label.Variant,
            PreCommit1 = Time(round),
            PreCommit2 = Time(sector.TreeSeconds),
            Total = Time(sector.CheckParentsSeconds + slowest + (last * sector.TreeSeconds)),
            ParentCache = Time(sector.BuildParentsSeconds),
            Bound = slowest == labels && labelLayer >= writeLayer ? Bound.Labels : slowest == cores ? Bound.Cores : Bound.Disk,
            Memory = needed,
            MemorySuffices = speeds.Memory is { } memory ? needed <= memory : null,
            TempDisk = atOnce * sector.Resources.TempDisk,
            ResultDisk = sectors * sector.Resources.ResultDisk,
            ParentCacheDisk = sector.Resources.ParentCacheDisk,
        };
    }

    private static TimeSpan Time(double seconds) => TimeSpan.FromSeconds(seconds);

    /// <summary>The terms of the formulas that one sector contributes.</summary>
    private sealed class Sector(MachineSpeeds speeds, PorepParameters porep)
    {
        public PorepParameters Porep => porep;

        public SealResources Resources { get; } =
            SealResources.For(porep, keepAll: false, hasData: false, ParentWindowNodes, speeds.Cores);

        public double WriteSeconds => LayerBytes / speeds.Disk.WriteBytesPerSecond;

        public double ReadSeconds => LayerBytes / speeds.Disk.ReadBytesPerSecond;

        public double TreeCoreSeconds =>
            (porep.Nodes / speeds.BestPoseidon(porep.Layers).Speed.PerSecond)
            + (2.0 * porep.Nodes / (TreeArity - 1) / speeds.BestPoseidon(TreeArity).Speed.PerSecond)
            + (LayerBytes / speeds.DigestBytesPerSecond);

        public double TreeSeconds => Math.Max(TreeCoreSeconds / speeds.Cores, ReadSeconds);

        public double CheckParentsSeconds =>
            CacheBytes / Math.Min(speeds.Disk.ReadBytesPerSecond, speeds.DigestBytesPerSecond);

        public double BuildParentsSeconds
        {
            get
            {
                double nodesPerSecond = speeds.Parents.First(parents => parents.SectorSize == porep.SectorSize).Speed.PerSecond;
                double computing = porep.Nodes / nodesPerSecond / speeds.Cores;
                return Math.Max(computing, CacheBytes / speeds.Disk.WriteBytesPerSecond) + CheckParentsSeconds;
            }
        }

        private double LayerBytes => (double)porep.Layers * porep.SectorSize.Bytes;

        private double CacheBytes => (double)porep.Nodes * ParentBytes;

        public double LabelSeconds(LabelSpeed label) =>
            (double)porep.Layers * porep.Nodes * label.Variant.Sectors / label.Speed.PerSecond;
    }
}
