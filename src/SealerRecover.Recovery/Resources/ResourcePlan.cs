using System.Globalization;
using Filecoin.Chain;
using Filecoin.Primitives;
using Filecoin.Sealing;
using SealerRecover.Recovery.Files;
using SealerRecover.Recovery.Install;
using SealerRecover.Recovery.Pipeline;
using SealerRecover.Recovery.Workspace;

namespace SealerRecover.Recovery.Resources;

/// <summary>
/// What a run needs against what there is. Memory: every sector in PreCommit1 at once, and the one in PreCommit2 beside them.
/// Disk: the temporary files of as many sectors as are in PreCommit1 at once (a later one waits until there is room), the files
/// of all sectors in the result folder, and missing parent caches; folders on one file system are added up. What earlier runs
/// left for these sectors counts as there already.
/// </summary>
internal sealed class ResourcePlan(RecoverySettings settings, ISystemProbe probe, ISealer sealer)
{
    /// <summary>The table; empty when every sector is already installed.</summary>
    public IReadOnlyList<ResourceLine> For(IReadOnlyList<SectorFacts> all)
    {
        SectorFacts[] sectors = [.. all.Where(facts => !Receipt.SeemsInstalled(settings.ResultFolder, WorkInputs.For(facts, settings)))];
        if (sectors.Length == 0)
        {
            return [];
        }

        SealResources[] needs = [.. sectors.Select(Needs)];
        int atOnce = Math.Min(settings.Parallel, sectors.Length);
        return
        [
            new ResourceLine("memory", Memory(sectors, needs, atOnce), probe.AvailableMemory()),
            .. Disks(sectors, needs, atOnce),
            new ResourceLine("open files", (atOnce + 1L) * needs.Max(need => need.OpenFiles), probe.OpenFilesLeft(), IsBytes: false),
        ];
    }

    /// <summary>Refuses a run whose plan does not hold.</summary>
    /// <exception cref="OperatorException">NotEnoughResources, with the numbers of the first shortage.</exception>
    public static void RefuseShortage(IReadOnlyList<ResourceLine> plan)
    {
        if (plan.FirstOrDefault(line => !line.Suffices) is { } shortage)
        {
            throw new OperatorException(
                FailureKind.NotEnoughResources,
                $"not enough {shortage.What}: {Amount(shortage, shortage.Needed)} needed, {Amount(shortage, shortage.Available ?? 0)} available",
                Remedy(shortage));
        }
    }

    /// <summary>The needs of one sector.</summary>
    public SealResources Needs(SectorFacts facts) => SealResources.For(
        facts.SealProof.Porep, settings.KeepAll, hasData: false, settings.ParentWindowNodes, settings.Threads);

    // With a single sector its trees come after its labels, not beside them. Sectors labelled together may take more than each alone,
    // where a wide kernel with idle lanes is the fastest.
    private long Memory(SectorFacts[] sectors, SealResources[] needs, int atOnce)
    {
        LabelPlan plan = LabelPlan.For(sectors.Length, settings.Parallel, settings.Threads);
        PorepParameters largest = sectors.Select(facts => facts.SealProof.Porep).MaxBy(porep => porep.Nodes)!;
        long extra = plan.Threads * Math.Max(0, sealer.LayerMemory(largest, plan.Together) - (plan.Together * 2 * largest.SectorSize.Bytes));
        long labels = needs.Select(need => need.LabelMemory).OrderDescending().Take(atOnce).Sum() + extra;
        long trees = needs.Max(need => need.TreeMemory);
        return needs.Length == 1 ? Math.Max(labels, trees) : labels + trees;
    }

    private IEnumerable<ResourceLine> Disks(SectorFacts[] sectors, SealResources[] needs, int atOnce)
    {
        long[] temporary = new long[sectors.Length];
        long[] result = new long[sectors.Length];
        for (int i = 0; i < sectors.Length; i++)
        {
            string name = sectors[i].Sector.FileName;
            temporary[i] = Math.Max(0, needs[i].TempDisk - FileLook.AllocatedBelow(Path.Combine(settings.TempFolder, name)));
            result[i] = Math.Max(0, needs[i].ResultDisk - new ResultLayout(settings.ResultFolder, sectors[i].Sector).AllocatedBytes());
        }

        DiskSpace? temp = probe.Disk(settings.TempFolder);
        DiskSpace? target = probe.Disk(settings.ResultFolder);
        bool shared = temp is not null && target is not null && temp.Value.Device == target.Value.Device;

        // A move within one file system takes nothing more: what is in work last becomes the result.
        int[] byNeed = [.. Enumerable.Range(0, sectors.Length).OrderByDescending(i => temporary[i])];
        long inWork = byNeed.Take(atOnce).Sum(i => temporary[i]);
        long results = shared ? byNeed.Skip(atOnce).Sum(i => result[i]) : result.Sum();
        List<(string What, string Folder, long Needed, DiskSpace? Disk)> parts =
        [
            ("temporary files", settings.TempFolder, inWork, temp),
            ("results", settings.ResultFolder, results, target),
        ];
        long parents = MissingParentCaches(sectors, needs);
        if (parents > 0)
        {
            parts.Add(("parent caches", settings.ParentCacheFolder, parents, probe.Disk(settings.ParentCacheFolder)));
        }

        int unknown = 0;
        return parts
            .GroupBy(part => part.Disk is { } disk ? $"{disk.Device}" : $"unknown {unknown++}")
            .Select(group => new ResourceLine(
                $"disk for {string.Join(" and ", group.Select(part => $"{part.What} ({part.Folder})"))}",
                group.Sum(part => part.Needed),
                group.First().Disk?.FreeBytes));
    }

    private long MissingParentCaches(SectorFacts[] sectors, SealResources[] needs) => sectors
        .Select((facts, i) => (Path: sealer.ParentCachePath(facts.SealProof.Porep), Length: needs[i].ParentCacheDisk))
        .DistinctBy(cache => cache.Path)
        .Where(cache => FileLook.Through(cache.Path).Length != cache.Length)
        .Sum(cache => cache.Length);

    private static string Amount(ResourceLine line, long amount)
    {
        const double gibibyte = 1L << 30;
        const double mebibyte = 1L << 20;
        return !line.IsBytes ? amount.ToString(CultureInfo.InvariantCulture)
            : amount >= gibibyte ? string.Create(CultureInfo.InvariantCulture, $"{amount / gibibyte:F1} GiB")
            : string.Create(CultureInfo.InvariantCulture, $"{amount / mebibyte:F1} MiB");
    }

    private static string Remedy(ResourceLine shortage) => shortage switch
    {
        { IsBytes: false } => "Raise the limit with `ulimit -n`, or lower --parallel.",
        { What: "memory" } => "Lower --parallel or free memory; --ignore-resources starts all the same, at the risk of being killed halfway.",
        _ => "Free disk space, lower --parallel or choose another folder; --ignore-resources starts all the same.",
    };
}
