using Filecoin.Chain.Facts;
using Filecoin.Primitives;
using Filecoin.Sealing.Files;
using Filecoin.Sealing.PreCommit;
using SealerRecover.Recovery.Resources;
using SealerRecover.Recovery.Roles;
using SealerRecover.Recovery.Workspace;

namespace SealerRecover.Recovery.Unsealing;

/// <summary>How many sectors are labelled at once and on which cores, and what all that takes: the number that ends soonest of those that memory and disk hold.</summary>
/// <param name="request">What the operator decided.</param>
/// <param name="probe">What there is.</param>
/// <param name="labels">What labelling costs.</param>
/// <param name="labelFolder">The folder of labels of all sectors.</param>
internal sealed class LabelSchedule(UnsealManyRequest request, ISystemProbe probe, Labelling labels, string labelFolder)
{
    private const long Chunk = 4L << 20;

    /// <summary>No machine has the memory for more, and each number is tried.</summary>
    private const int MostAtOnce = 64;

    /// <summary>No trees are built, and the model divides by them.</summary>
    private const double NoTrees = 1e-9;

    /// <summary>The plan.</summary>
    /// <param name="sectors">Sectors with labels to be made.</param>
    /// <param name="outputBytes">Bytes to be written.</param>
    /// <returns>Null for cores where nothing is labelled. With too little even for one sector the resources say so.</returns>
    public (CorePlan? Cores, IReadOnlyList<ResourceLine> Resources) For(IReadOnlyList<SectorFacts> sectors, long outputBytes)
    {
        DiskPart output = new("what comes out", request.OutputFolder, outputBytes);
        if (sectors.Count == 0)
        {
            return (null, [new ResourceLine("memory", request.How.Threads * Chunk, probe.AvailableMemory()), .. DiskPart.Lines([output], probe)]);
        }

        PorepParameters largest = sectors.Select(facts => facts.SealProof.Porep).MaxBy(porep => porep.Nodes)!;
        SealResources needs = SealResources.For(largest, keepAll: false, hasData: false, request.How.ParentWindowNodes, request.How.Threads);
        long[] layers = [.. sectors.Select(LayersToCome).OrderDescending()];
        long? memory = probe.AvailableMemory();
        DiskPart[] parents = [.. sectors.Select(facts => facts.SealProof.Porep).Distinct().Select(Parents)];
        CorePlanner planner = new(probe.Topology() ?? CpuTopology.Flat(request.How.Threads), request.How.Threads, labels.CostsOf(largest) with { Trees = NoTrees });
        RunShape run = new(sectors.Count, largest.Layers);
        (CorePlan Cores, IReadOnlyList<ResourceLine> Resources, double Time)? best = null;
        for (int atOnce = 1; atOnce <= Math.Min(Math.Min(sectors.Count, request.Parallel ?? MostAtOnce), MostAtOnce); atOnce++)
        {
            CorePlan cores = planner.For(run, atOnce).Unpinned();
            int idle = cores.Seats.Sum(seat => seat.Kernels.Sum(kernel => kernel.Sectors) - seat.Sectors);
            ResourceLine[] lines =
            [
                new("memory", (request.How.Threads * Chunk) + (atOnce * needs.LabelMemory) + (idle * 2 * largest.SectorSize.Bytes), memory),
                .. DiskPart.Lines([output, new("labels", labelFolder, layers.Take(atOnce).Sum()), .. parents], probe),
            ];
            if (best is not null && lines.Any(line => !line.Suffices))
            {
                break;
            }

            double time = planner.Times(run, cores).Total;
            if (best is null || Math.Round(time, 6) < Math.Round(best.Value.Time, 6))
            {
                best = (cores, lines, time);
            }
        }

        return (best!.Value.Cores, best.Value.Resources);
    }

    private long LayersToCome(SectorFacts facts)
    {
        PorepParameters porep = facts.SealProof.Porep;
        return Math.Max(0, (porep.Layers * porep.SectorSize.Bytes) - FileLook.AllocatedBelow(WorkspacePaths.Of(labelFolder, facts.Sector).Folder));
    }

    private DiskPart Parents(PorepParameters porep)
    {
        string path = labels.ParentCachePath(porep);
        long needed = SealResources.For(porep, keepAll: false, hasData: false, request.How.ParentWindowNodes, request.How.Threads).ParentCacheDisk;
        return new DiskPart("a parent cache", path, FileLook.Through(path).Length == needed ? 0 : needed);
    }
}
