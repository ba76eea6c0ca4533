using System.Collections.Immutable;
using Filecoin.Chain.Facts;
using Filecoin.Primitives;
using SealerRecover.Recovery;
using SealerRecover.Recovery.Bench;
using SealerRecover.Recovery.PieceSources;
using SealerRecover.Recovery.Repair;
using SealerRecover.Recovery.Settings;
using SealerRecover.Recovery.Survey;
using SealerRecover.Rendering;

namespace SealerRecover.Commands;

/// <summary>Mends sectors where they lie in storage paths: what repair and heal have in common.</summary>
/// <param name="context">The command's surroundings.</param>
/// <param name="settings">As <see cref="In"/> makes them.</param>
/// <param name="others">What is known of sectors that are not mended, whose files may lie under the names of those.</param>
internal sealed class Mending(CommandContext context, RecoverySettings settings, IReadOnlyList<SurveyFacts> others)
{
    /// <summary>Unsealed copies, and the pieces that Curio parks.</summary>
    private static readonly string[] DataFolders = ["unsealed", "piece"];

    /// <summary>What one core of this machine does, measured once for each seal proof.</summary>
    private readonly Dictionary<PorepParameters, StepSpeeds> _speeds = [];

    private RecoverySettings _settings = settings;

    /// <summary>
    /// Settings for sectors in storage paths. What differs from a recovered file is damaged, since CommR vouches for the recovered one: it is moved
    /// aside, not deleted. Pieces are also looked for in the storage paths.
    /// </summary>
    public static RecoverySettings In(ImmutableArray<string> paths, RecoverySettings settings) => settings with
    {
        Force = true,
        StoragePaths = paths,
        PieceSources =
        [
            .. settings.PieceSources.Where(source => source is not ToldSource), .. DataIn(paths), .. settings.PieceSources.OfType<ToldSource>(),
        ],
    };

    /// <summary>Takes up replicas that were found damaged, by path, each with half a sentence saying how.</summary>
    public void Know(ImmutableDictionary<string, string> damaged) => _settings = _settings with { Damaged = _settings.Damaged.SetItems(damaged) };

    /// <summary>Looks at a few stretches of replicas, for those that need not be read to know that they are of no use.</summary>
    public void Look(IReadOnlyList<SectorFacts> facts) =>
        Know(context.View.Live(() => new DamagedReplicas(_settings).Find(facts.Select(SurveyFacts.From), context.Events, context.Cancellation)));

    /// <summary>Moves what lies in the place of something else, before anything is made. Reports of sectors for which that is all.</summary>
    public Dictionary<SectorId, SectorReport> Move(IReadOnlyList<SectorFacts> facts, bool dryRun)
    {
        SurveyFacts[] wanted = [.. facts.Select(SurveyFacts.From)];
        MisplacedRepair repair = new(_settings, [.. wanted, .. others], context.Host.Time);
        MovedSectors moved = context.View.Live(() => repair.Run(wanted, dryRun, context.Events, context.Cancellation));
        return facts.Where(fact => moved.Failed.ContainsKey(fact.Sector) || moved.Whole.Contains(fact.Sector)).ToDictionary(
            fact => fact.Sector,
            fact => moved.Failed.TryGetValue(fact.Sector, out OperatorException? failure)
                ? SectorReport.Failed(fact.Sector, failure)
                : new SectorReport(
                    fact.Sector, dryRun ? SectorResult.Listed : SectorResult.AlreadyThere, fact.Update?.SealedCid ?? fact.SealedCid, null, [], TimeSpan.Zero, null));
    }

    /// <summary>How each is mended, and where.</summary>
    public SectorRepair[] Choose(IReadOnlyList<SectorFacts> facts) => [.. facts.Select(fact => SectorRepair.Choose(fact, _settings.StoragePaths, _settings))];

    /// <summary>The storage path in which its replica stands.</summary>
    public string PlaceOf(SectorFacts facts) => SectorRepair.Choose(facts, _settings.StoragePaths, _settings).StoragePath;

    /// <summary>What that takes, by a short measurement of this machine.</summary>
    public (SectorRepair Repair, RepairCost Cost)[] Cost(IReadOnlyList<SectorRepair> repairs)
    {
        foreach (PorepParameters porep in repairs.Select(repair => repair.Facts.SealProof.Porep).Distinct().Where(porep => !_speeds.ContainsKey(porep)).ToArray())
        {
            _speeds[porep] = StepSpeeds.Measure(porep, _settings.Kernels, context.Host.Time, context.Cancellation);
        }

        return [.. repairs.Select(repair => (repair, new RepairCosts(_speeds[repair.Facts.SealProof.Porep], _settings).For(repair)))];
    }

    /// <summary>Says what would be done in one storage path, and does nothing.</summary>
    public IEnumerable<SectorReport> Plan(string storagePath, SectorFacts[] facts)
    {
        RecoverySettings here = _settings with { ResultFolder = storagePath };
        context.View.Answered(new PlanAnswer(facts, here, new RecoveryRunner(here, context.Host.Time).Plan(facts)));
        return facts.Select(fact => new SectorReport(fact.Sector, SectorResult.Listed, null, null, [], TimeSpan.Zero, null));
    }

    /// <summary>Mends sectors in one storage path, and brings what others hold of them into line.</summary>
    /// <param name="storagePath">Where.</param>
    /// <param name="facts">The sectors.</param>
    /// <param name="next">Takes what is to be done after that; what the miner owes is said once, by the caller.</param>
    public IEnumerable<SectorReport> Mend(string storagePath, SectorFacts[] facts, List<Advice> next)
    {
        RecoverySettings here = _settings with { ResultFolder = storagePath };
        IReadOnlyList<SectorReport> reports = RecoveryRun.Recover(context, here, facts, refresh: null, out IReadOnlyList<Advice> advice);
        next.AddRange(advice.Where(step => step.Send is null));
        OtherCopies copies = new(here, context.Host.Time);
        return reports.Select(report => report.Result is SectorResult.Installed or SectorResult.AlreadyThere
            ? MendOthers(copies, facts.First(fact => fact.Sector == report.Sector), report)
            : report);
    }

    private SectorReport MendOthers(OtherCopies copies, SectorFacts facts, SectorReport report)
    {
        try
        {
            context.View.Live(() =>
            {
                copies.Mend(facts, context.Events, context.Cancellation);
                return true;
            });
            return report;
        }
        catch (OperatorException failure)
        {
            return SectorReport.Failed(facts.Sector, failure);
        }
    }

    /// <summary>What storage paths hold of data.</summary>
    private static IEnumerable<PieceSource> DataIn(IEnumerable<string> storagePaths) =>
        from path in storagePaths
        from name in DataFolders
        let folder = Path.Combine(path, name)
        where Directory.Exists(folder)
        select new FolderSource(folder, folder, AnyName: false);
}
