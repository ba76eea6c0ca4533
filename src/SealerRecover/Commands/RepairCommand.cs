using System.Collections.Immutable;
using System.CommandLine;
using Filecoin.Chain.Facts;
using Filecoin.Chain.Lookup;
using Filecoin.Primitives;
using SealerRecover.Recovery;
using SealerRecover.Recovery.Bench;
using SealerRecover.Recovery.PieceSources;
using SealerRecover.Recovery.Repair;
using SealerRecover.Recovery.Settings;
using SealerRecover.Recovery.Survey;
using SealerRecover.Rendering;

namespace SealerRecover.Commands;

/// <summary>
/// Mends sectors where they lie in storage paths, as cheaply as what is left of them allows, and leaves good ones as they are.
/// <code>sealer-recover repair --miner=f01000 --storage=/data1 --storage=/data2 --sealing-temp=/temp 2 4 5</code>
/// </summary>
internal sealed class RepairCommand : ICommand
{
    /// <summary>Unsealed copies, and the pieces that Curio parks.</summary>
    private static readonly string[] DataFolders = ["unsealed", "piece"];

    private readonly KnownSectors _sectors = new();
    private readonly RecoveryOptions _recovery = new();
    private readonly StorageOption _storage = new();
    private readonly Option<bool> _dryRun = new("--dry-run")
    {
        Description = "Say what would be made of what, and stop there.",
    };

    /// <summary>Makes the command.</summary>
    public RepairCommand()
    {
        Syntax = new Command("repair", "Mend sectors in storage paths: make what is missing or damaged, from what is left.") { _storage.Folders, _dryRun };
        _sectors.AddTo(Syntax);
        _sectors.Selection.AddTo(Syntax);
        _recovery.AddRepairTo(Syntax);
        Common.AddTo(Syntax);
    }

    /// <inheritdoc/>
    public Command Syntax { get; }

    /// <inheritdoc/>
    public CommonOptions Common { get; } = new();

    /// <inheritdoc/>
    public string Name => "repair";

    /// <inheritdoc/>
    public async Task<Report> RunAsync(CommandContext context)
    {
        ImmutableArray<string> paths = _storage.ReadPaths(context, _sectors.Node);

        // What differs from a recovered file is damaged: CommR vouches for the recovered one. It is moved aside, not deleted.
        RecoverySettings settings = _recovery.Read(context, _sectors.Node) with { Force = true, StoragePaths = paths };
        settings = settings with { PieceSources = [.. settings.PieceSources.Where(source => source is not ToldSource), .. DataIn(paths), .. settings.PieceSources.OfType<ToldSource>()] };
        IReadOnlyList<SectorLookupResult> found = await _sectors.FindAsync(context, worth: true);
        if (_sectors.MetadataPath(context) is { } file)
        {
            found = await ChainCrossCheck.CompareAsync(context, _sectors.Node, found, file);
        }

        bool dryRun = context.Parsed.GetValue(_dryRun);
        Dictionary<SectorId, SectorReport> moved = Move(context, settings, found, dryRun);
        SectorRepair[] repairs =
        [
            .. found.Where(result => result.Failure is null && !moved.ContainsKey(result.Sector))
                .Select(result => SectorRepair.Choose(result.Facts!, paths, settings)),
        ];
        if (repairs.Length > 0)
        {
            context.View.Answered(new RepairAnswer(Cost(context, settings, repairs)));
        }

        Dictionary<SectorId, SectorReport> reports = found
            .Where(result => result.Failure is not null)
            .ToDictionary(result => result.Sector, result => SectorReport.Failed(result.Sector, result.Failure!));
        foreach (SectorReport report in moved.Values)
        {
            reports.Add(report.Sector, report);
        }

        List<Advice> next = [.. NextAdvice.Debt([.. repairs.Select(repair => repair.Facts)], context.Host.Time.GetUtcNow())];
        foreach (IGrouping<string, SectorRepair> place in repairs.GroupBy(repair => repair.StoragePath))
        {
            SectorFacts[] facts = [.. place.Select(repair => repair.Facts)];
            RecoverySettings here = settings with { ResultFolder = place.Key };
            foreach (SectorReport report in dryRun ? Planned(context, here, facts) : Mend(context, here, facts, next))
            {
                reports.Add(report.Sector, report);
            }
        }

        return new Report { Command = Name, Sectors = [.. found.Select(result => reports[result.Sector])], Next = next };
    }

    /// <summary>Moves what lies in the place of something else, before anything is made. Reports of sectors for which that is all.</summary>
    private Dictionary<SectorId, SectorReport> Move(
        CommandContext context, RecoverySettings settings, IReadOnlyList<SectorLookupResult> found, bool dryRun)
    {
        SectorFacts[] facts = [.. found.Select(result => result.Facts).OfType<SectorFacts>()];
        SurveyFacts[] known = [.. facts.Concat(_sectors.AllInFile(context)).Select(SurveyFacts.From)];
        MisplacedRepair repair = new(settings, known, context.Host.Time);
        MovedSectors moved = context.View.Live(() => repair.Run(
            [.. facts.Select(SurveyFacts.From)],
            dryRun,
            context.Events,
            context.Cancellation));
        return facts.Where(fact => moved.Failed.ContainsKey(fact.Sector) || moved.Whole.Contains(fact.Sector)).ToDictionary(
            fact => fact.Sector,
            fact => moved.Failed.TryGetValue(fact.Sector, out OperatorException? failure)
                ? SectorReport.Failed(fact.Sector, failure)
                : new SectorReport(
                    fact.Sector, dryRun ? SectorResult.Listed : SectorResult.AlreadyThere, fact.Update?.SealedCid ?? fact.SealedCid, null, [], TimeSpan.Zero, null));
    }

    private static (SectorRepair Repair, RepairCost Cost)[] Cost(CommandContext context, RecoverySettings settings, SectorRepair[] repairs)
    {
        Dictionary<PorepParameters, RepairCosts> costs = repairs.Select(repair => repair.Facts.SealProof.Porep).Distinct()
            .ToDictionary(porep => porep, porep => new RepairCosts(StepSpeeds.Measure(porep, settings.Kernels, context.Host.Time, context.Cancellation), settings));
        return [.. repairs.Select(repair => (repair, costs[repair.Facts.SealProof.Porep].For(repair)))];
    }

    private static IEnumerable<SectorReport> Planned(CommandContext context, RecoverySettings settings, SectorFacts[] facts)
    {
        context.View.Answered(new PlanAnswer(facts, settings, new RecoveryRunner(settings, context.Host.Time).Plan(facts)));
        return facts.Select(fact => new SectorReport(fact.Sector, SectorResult.Listed, null, null, [], TimeSpan.Zero, null));
    }

    private static IEnumerable<SectorReport> Mend(CommandContext context, RecoverySettings settings, SectorFacts[] facts, List<Advice> next)
    {
        IReadOnlyList<SectorReport> reports = RecoveryRun.Recover(context, settings, facts, refresh: null, out IReadOnlyList<Advice> advice);
        next.AddRange(advice.Where(step => step.Send is null)); // What the miner owes is said once, of all storage paths together.
        OtherCopies others = new(settings, context.Host.Time);
        return reports.Select(report => report.Result is SectorResult.Installed or SectorResult.AlreadyThere
            ? MendOthers(context, others, facts.First(fact => fact.Sector == report.Sector), report)
            : report);
    }

    private static SectorReport MendOthers(CommandContext context, OtherCopies others, SectorFacts facts, SectorReport report)
    {
        try
        {
            context.View.Live(() =>
            {
                others.Mend(facts, context.Events, context.Cancellation);
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
