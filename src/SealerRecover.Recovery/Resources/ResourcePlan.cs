using System.Collections.Immutable;
using Filecoin.Chain.Facts;
using Filecoin.Primitives;
using Filecoin.Sealing.Files;
using Filecoin.Sealing.PreCommit;
using SealerRecover.Recovery.Content;
using SealerRecover.Recovery.Events;
using SealerRecover.Recovery.Install;
using SealerRecover.Recovery.Roles;
using SealerRecover.Recovery.Settings;
using SealerRecover.Recovery.Storage;
using SealerRecover.Recovery.Workspace;

namespace SealerRecover.Recovery.Resources;

/// <summary>
/// What a run needs against what there is, and how many sectors at once that admits. Memory: every sector in PreCommit1 at once, and those
/// in PreCommit2 beside them. Disk: the temporary files of as many sectors as are in PreCommit1 at once (a later one waits until there is
/// room), the files of all sectors in the result folder, and missing parent caches; folders on one file system are added up. What earlier
/// runs left for these sectors counts as there already.
/// </summary>
/// <param name="settings">What the operator decided.</param>
/// <param name="probe">What there is.</param>
/// <param name="roles">What its steps cost.</param>
/// <param name="survey">Which pieces have to come.</param>
internal sealed class ResourcePlan(RecoverySettings settings, ISystemProbe probe, SealingRoles roles, PieceSurvey survey)
{
    private readonly SectorNeeds _needs = new(settings, roles);

    /// <summary>
    /// The plan for as many sectors at once as the operator asked for; where something does not suffice, for as many as it suffices for, and
    /// if it does not even for one, for that one, with a line that says so.
    /// </summary>
    public RecoveryPlan For(IReadOnlyList<SectorFacts> all)
    {
        // What a sector whose pieces cannot be put together would take does not matter: it ends at once.
        (SectorFacts Facts, SectorContent Content)[] open =
        [
            .. all.Select(facts => (Facts: facts, Content: SectorContent.TryOf(facts)!))
                .Where(sector => sector.Content is not null
                    && !Receipt.SeemsInstalled(LinuxFileSystem.Instance, settings.ResultFolder, WorkInputs.For(sector.Facts, sector.Content, settings))),
        ];
        SectorFacts[] sectors = [.. open.Select(sector => sector.Facts)];
        if (sectors.Length == 0)
        {
            return RecoveryPlan.Nothing;
        }

        ImmutableArray<PlannedPiece> pieces = survey.Of(open);
        Demand demand = Ask(sectors);
        Supply supply = new(probe.AvailableMemory(), probe.Disk(settings.TempFolder), probe.Disk(settings.ResultFolder),
            probe.Disk(settings.ParentCacheFolder), probe.OpenFilesLeft(), StorageRules.RoomLeft(settings.ResultFolder));
        PorepParameters largest = sectors.Select(facts => facts.SealProof.Porep).MaxBy(porep => porep.Nodes)!;
        CorePlanner planner = new(
            probe.Topology() ?? CpuTopology.Flat(settings.Threads), settings.Threads, roles.Labels.CostsOf(largest));
        RunShape run = new(sectors.Length, largest.Layers);
        int asked = Math.Min(settings.Parallel, sectors.Length);
        ResourceLine? limit = null;
        for (int atOnce = asked; ; atOnce--)
        {
            CorePlan cores = planner.For(run, atOnce);
            IReadOnlyList<ResourceLine> lines = Lines(demand, largest.SectorSize, cores, supply);
            ResourceLine? shortage = lines.FirstOrDefault(line => !line.Suffices);
            if (shortage is null || atOnce == 1 || settings.IgnoreResources)
            {
                return new RecoveryPlan(lines, cores, asked, atOnce < asked ? limit : null)
                {
                    Pieces = pieces,
                    Times = Times(sectors, largest, planner.Times(run, cores), cores.AtOnce),
                };
            }

            limit ??= shortage;
        }
    }

    /// <summary>The model takes all sectors for as large as the largest; smaller ones take a smaller part of what comes of that.</summary>
    private ImmutableArray<SectorTime> Times(SectorFacts[] sectors, PorepParameters largest, RunTimes times, int atOnce)
    {
        double seconds = largest.Nodes / probe.BlocksPerSecond() / sectors.Length;
        return
        [
            .. sectors.Select((facts, i) =>
            {
                PorepParameters porep = facts.SealProof.Porep;
                double part = (double)porep.Nodes * porep.Layers / ((double)largest.Nodes * largest.Layers);
                return new SectorTime(
                    facts.Sector,
                    TimeSpan.FromSeconds(seconds * part * times.Labels),
                    TimeSpan.FromSeconds(seconds * part * (times.Total - times.Labels)),
                    Group: i / atOnce);
            }),
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
                $"not enough {shortage.What}: {shortage.Amount(shortage.Needed)} needed, {shortage.Amount(shortage.Available ?? 0)} available",
                Remedy(shortage));
        }
    }

    private Demand Ask(SectorFacts[] sectors)
    {
        SealResources[] needs = [.. sectors.Select(facts => _needs.For(facts))];
        long[] temporary = new long[sectors.Length];
        long[] result = new long[sectors.Length];
        for (int i = 0; i < sectors.Length; i++)
        {
            string name = sectors[i].Sector.FileName;
            temporary[i] = Math.Max(0, needs[i].TempDisk - FileLook.AllocatedBelow(Path.Combine(settings.TempFolder, name)))
                + survey.BytesToCome(SectorContent.Of(sectors[i]).Parts.SelectMany(part => part.Wanted).Select(wanted => wanted.Piece));
            result[i] = Math.Max(0, needs[i].ResultDisk - new ResultLayout(settings.ResultFolder, sectors[i].Sector).AllocatedBytes());
        }

        return new Demand(sectors, needs, temporary, result, MissingParentCaches(sectors, needs));
    }

    private List<ResourceLine> Lines(Demand demand, SectorSize largest, CorePlan cores, Supply supply) =>
    [
        new ResourceLine("memory", RunMemory.Of(demand.Needs, largest, cores), supply.Memory),
        .. Disks(demand, cores.AtOnce, supply),
        .. supply.RoomLeft is { } room ? [new ResourceLine($"room in {settings.ResultFolder} below the MaxStorage of its {SectorStore.FileName}", demand.Result.Sum(), room)] : (ResourceLine[])[],
        new ResourceLine("open files", (cores.AtOnce + 1L) * demand.Needs.Max(need => need.OpenFiles), supply.OpenFiles, IsBytes: false),
    ];

    private IEnumerable<ResourceLine> Disks(Demand demand, int atOnce, Supply supply)
    {
        bool shared = supply.Temp is { } temp && supply.Result is { } target && temp.Device == target.Device;

        // A move within one file system takes nothing more: what is in work last becomes the result.
        int[] byNeed = [.. Enumerable.Range(0, demand.Sectors.Length).OrderByDescending(i => demand.Temporary[i])];
        long inWork = byNeed.Take(atOnce).Sum(i => demand.Temporary[i]);
        long results = shared ? byNeed.Skip(atOnce).Sum(i => demand.Result[i]) : demand.Result.Sum();
        List<(string What, string Folder, long Needed, DiskSpace? Disk)> parts =
        [
            ("temporary files", settings.TempFolder, inWork, supply.Temp),
            ("results", settings.ResultFolder, results, supply.Result),
        ];
        if (demand.Parents > 0)
        {
            parts.Add(("parent caches", settings.ParentCacheFolder, demand.Parents, supply.Parents));
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
        .Select((facts, i) => (Path: roles.Labels.ParentCachePath(facts.SealProof.Porep), Length: needs[i].ParentCacheDisk))
        .DistinctBy(cache => cache.Path)
        .Where(cache => FileLook.Through(cache.Path).Length != cache.Length)
        .Sum(cache => cache.Length);

    private static Hint Remedy(ResourceLine shortage) => shortage switch
    {
        { IsBytes: false } => (Hint)"Raise the limit with `ulimit -n`.",
        { What: "memory" } => (Hint)$"Free memory; {Setting.IgnoreResources} starts all the same, at the risk of being killed halfway.",
        _ => (Hint)$"Free disk space or choose another folder; {Setting.IgnoreResources} starts all the same.",
    };

    /// <summary>What the sectors need, each for itself; temporary and result in bytes that are not there yet.</summary>
    private sealed record Demand(SectorFacts[] Sectors, SealResources[] Needs, long[] Temporary, long[] Result, long Parents);

    private sealed record Supply(long? Memory, DiskSpace? Temp, DiskSpace? Result, DiskSpace? Parents, long? OpenFiles, long? RoomLeft);
}
