using System.CommandLine;
using System.Globalization;
using Filecoin.Primitives;
using SealerRecover.Recovery.Survey;
using SealerRecover.Rendering;

namespace SealerRecover.Commands;

/// <summary>
/// Says how the files of sectors are that storage paths hold, and what repairs them. Nothing is written.
/// <code>sealer-recover survey --miner=f01000 --storage=/sector --storage=/sector2 --faulty --deep</code>
/// </summary>
internal sealed class SurveyCommand : ICommand
{
    /// <summary>
    /// Stretches read of each of several sectors: seconds each on a rotating disk, and damage of half a percent of a sector is missed less
    /// than once in a hundred times.
    /// </summary>
    private const int DefaultSample = 1000;

    private readonly InspectionOptions _inspection = new();
    private readonly Option<bool> _deep = new("--deep")
    {
        Description = "Read replicas and compare them with tree_r_last, and unsealed copies with CommD; says which byte ranges are bad.",
    };

    private readonly Option<int?> _sample = CommonOptions.Whole(
        "--sample",
        0,
        int.MaxValue,
        "count",
        $"With --deep: compare so many random stretches of each replica; 0 for all of it. Default: all of one sector, {DefaultSample} of several.");

    private readonly Option<bool> _quick = new("--quick")
    {
        Description = "Read only the upper rows of tree_r_last files: seconds for hundreds of sectors.",
    };

    /// <summary>Makes the command.</summary>
    public SurveyCommand()
    {
        Syntax = new Command("survey", "Check the files of sectors in storage paths and say what repairs them. Writes nothing.");
        _inspection.AddTo(Syntax, _quick, _deep, _sample);
        Common.AddTo(Syntax);
    }

    /// <inheritdoc/>
    public Command Syntax { get; }

    /// <inheritdoc/>
    public CommonOptions Common { get; } = new();

    /// <inheritdoc/>
    public string Name => "survey";

    /// <inheritdoc/>
    public bool GoesOn => false;

    /// <inheritdoc/>
    public async Task<Report> RunAsync(CommandContext context)
    {
        StorageRoots roots = _inspection.ReadRoots(context);
        foreach (StrayEntry stray in roots.Strays.Where(stray => stray.DeclaredAs is null))
        {
            context.View.Said($"{stray.Path} is no sector's: Lotus refuses to declare a storage path with such a name in it, so move it elsewhere");
        }

        (string comparedWith, IReadOnlyList<SurveyedSector> sectors) = await _inspection.Sectors.FindAsync(context, roots);
        if (comparedWith == SurveyAnswer.Nothing)
        {
            context.View.Said("no chain node was asked: files are only compared with each other, not with what the sectors have on chain");
        }

        SectorSurveyor surveyor = new(roots, ReadSettings(context, sectors.Count));
        List<SectorReport> reports = [];
        List<(SectorId Sector, IReadOnlyList<RepairAdvice> Repairs)> repairs = [];
        foreach (SurveyedSector sector in sectors)
        {
            if (sector.Facts is not { } facts)
            {
                reports.Add(SectorReport.Failed(sector.Sector, sector.Failure!));
                continue;
            }

            long started = context.Host.Time.GetTimestamp();
            SectorSurvey survey = context.View.Live(
                () => surveyor.Survey(facts, new PhaseProgress(context, sector.Sector), context.Cancellation));
            SurveyAnswer answer = new(survey, comparedWith, ShowGood: sectors.Count == 1);
            context.View.Answered(answer);
            repairs.Add((sector.Sector, answer.Repairs));
            reports.Add(new SectorReport(
                sector.Sector,
                answer.Complaint is null ? SectorResult.Good : SectorResult.Failed,
                facts.UpdateSealedCid ?? facts.SealedCid,
                Commitments: null,
                [.. survey.Files.Select(file => file.Best?.Path).OfType<string>()],
                context.Host.Time.GetElapsedTime(started),
                answer.Complaint is { } complaint ? Failure.From(complaint) : null));
        }

        return new Report { Command = Name, Sectors = reports, Next = [.. Next(context, roots, repairs)] };
    }

    private SurveySettings ReadSettings(CommandContext context, int sectors)
    {
        bool deep = context.Parsed.GetValue(_deep);
        int? sample = context.Parsed.GetValue(_sample);
        if (sample is not null && !deep)
        {
            throw new OperatorException(
                FailureKind.BadInput, $"{_sample.Name} was given without {_deep.Name}, so no replica is read", $"give {_deep.Name}, too");
        }

        if (deep && context.Parsed.GetValue(_quick))
        {
            throw new OperatorException(
                FailureKind.BadInput, $"{_quick.Name} and {_deep.Name} were both given", $"leave one of them out; {_sample.Name} makes a deep survey shorter");
        }

        return new SurveySettings
        {
            Deep = deep,
            Quick = context.Parsed.GetValue(_quick),
            Sample = sample switch { null => sectors > 1 ? DefaultSample : null, 0 => null, _ => sample },
            RowsToDiscard = _inspection.RowsToDiscard(context),
            Threads = _inspection.Threads(context),
            Kernels = _inspection.Kernels(context),
        };
    }

    private IEnumerable<Advice> Next(
        CommandContext context, StorageRoots roots, List<(SectorId Sector, IReadOnlyList<RepairAdvice> Repairs)> surveyed)
    {
        ulong[] numbers =
        [
            .. surveyed.Where(entry => entry.Repairs.Any(repair => repair.IsNeeded && repair.Kind != AdvisedRepair.UnsealAgain))
                .Select(entry => entry.Sector.Number).Order(),
        ];
        if (numbers.Length == 0)
        {
            yield break;
        }

        yield return new Advice(
            numbers.Length == 1
                ? "Repair the sector; the plan says what that takes before anything starts:"
                : string.Create(CultureInfo.InvariantCulture, $"Repair these {numbers.Length} sectors; the plan says what that takes before anything starts:"),
            [_inspection.Then(context, roots, "repair", surveyed[0].Sector.Miner, numbers)]);
    }
}
