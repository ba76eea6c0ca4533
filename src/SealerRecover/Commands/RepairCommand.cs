using System.Collections.Immutable;
using System.CommandLine;
using Filecoin.Chain.Facts;
using Filecoin.Chain.Lookup;
using Filecoin.Primitives;
using SealerRecover.Recovery;
using SealerRecover.Recovery.Events;
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
    private readonly KnownSectors _sectors = new();
    private readonly RecoveryOptions _recovery = new();
    private readonly StorageOption _storage = new();
    private readonly SurveyOption _survey = new();
    private readonly Option<bool> _dryRun = new("--dry-run")
    {
        Description = "Say what would be made of what, and stop there.",
    };

    /// <summary>Makes the command.</summary>
    public RepairCommand()
    {
        Syntax = new Command("repair", "Mend sectors in storage paths: make what is missing or damaged, from what is left.") { _storage.Folders, _survey.File, _dryRun };
        _sectors.AddTo(Syntax);
        _sectors.Selection.AddTo(Syntax);
        _recovery.AddRepairTo(Syntax);
        Common.AddLongTo(Syntax);
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
        RecoverySettings settings = Mending.In(paths, _recovery.Read(context, _sectors.Node));
        IReadOnlyList<SectorLookupResult> found = await _sectors.FindAsync(context, worth: true);
        if (_sectors.MetadataPath(context) is { } file)
        {
            found = await ChainCrossCheck.CompareAsync(context, _sectors.Node, found, file);
        }

        bool dryRun = context.Parsed.GetValue(_dryRun);
        Mending mending = new(context, settings, [.. _sectors.AllInFile(context).Select(SurveyFacts.From)]);
        SectorFacts[] all = [.. found.Select(result => result.Facts).OfType<SectorFacts>()];
        Dictionary<SectorId, SectorReport> moved = mending.Move(all, dryRun);
        SectorFacts[] left = [.. found.Where(result => result.Failure is null && !moved.ContainsKey(result.Sector)).Select(result => result.Facts!)];
        mending.Know(_survey.Read(context));
        mending.Look(left);
        SectorRepair[] repairs = mending.Choose(left);
        (SectorRepair Repair, RepairCost Cost)[] costs = mending.Cost(repairs);
        if (repairs.Length > 0)
        {
            context.View.Answered(new RepairAnswer(costs));
        }

        Dictionary<SectorId, SectorReport> reports = found
            .Where(result => result.Failure is not null)
            .ToDictionary(result => result.Sector, result => SectorReport.Failed(result.Sector, result.Failure!));
        foreach (SectorReport report in moved.Values)
        {
            reports.Add(report.Sector, report);
        }

        List<Advice> next = [.. NextAdvice.Debt([.. repairs.Select(repair => repair.Facts)], context.Host.Time.GetUtcNow())];
        DateTimeOffset now = context.Host.Time.GetUtcNow();
        using IDisposable? following = dryRun ? null : context.Events.Follow(new RunForecast(costs.GroupBy(repair => repair.Repair.StoragePath)
            .SelectMany((place, i) => place.Select(repair => repair.Cost.TimeOf(repair.Repair.Facts.Sector, i, Due.Of(repair.Repair.Facts.Status, now))))));
        foreach (IGrouping<string, SectorRepair> place in repairs.GroupBy(repair => repair.StoragePath))
        {
            SectorFacts[] facts = [.. place.Select(repair => repair.Facts)];
            foreach (SectorReport report in dryRun ? mending.Plan(place.Key, facts) : mending.Mend(place.Key, facts, next))
            {
                reports.Add(report.Sector, report);
            }
        }

        return new Report { Command = Name, Sectors = [.. found.Select(result => reports[result.Sector])], Next = next };
    }
}
