using System.CommandLine;
using System.Globalization;
using Filecoin.Sealing.Files;
using SealerRecover.Recovery.Latency;
using SealerRecover.Recovery.Survey;
using SealerRecover.Rendering;

namespace SealerRecover.Commands;

/// <summary>
/// Says how the files of sectors are that storage paths hold, and what repairs them. Nothing is written.
/// <code>sealer-recover survey --miner=f01000 --storage=/sector --storage=/sector2 --faulty --deep</code>
/// </summary>
internal sealed class SurveyCommand : ICommand
{
    private readonly InspectionOptions _inspection = new();
    private readonly LatencyOptions _latency = new();
    private readonly SurveyDepth _depth = new();

    /// <summary>Makes the command.</summary>
    public SurveyCommand()
    {
        Syntax = new Command("survey", "Check the files of sectors in storage paths and say what repairs them. Writes nothing.");
        _inspection.AddTo(Syntax, [.. _depth.All, _latency.Slow, _latency.Page]);
        Common.AddLongTo(Syntax);
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
        string? page = _latency.ReadPage(context);
        StorageRoots roots = _inspection.ReadRoots(context);
        foreach (StrayEntry stray in roots.Strays.Where(stray => stray.DeclaredAs is null))
        {
            context.Events.Notice($"{stray.Path} is no sector's: Lotus refuses to declare a storage path with such a name in it, so move it elsewhere");
        }

        (ComparedWith comparedWith, IReadOnlyList<SurveyedSector> sectors, IReadOnlyList<SurveyFacts> others) =
            await _inspection.Sectors.FindAsync(context, roots, othersFor: _inspection.Kernels(context));
        if (comparedWith == ComparedWith.Nothing)
        {
            context.Events.Notice("no chain node was asked: files are only compared with each other, not with what the sectors have on chain");
        }

        SurveySettings settings = ReadSettings(context);
        TimedFiles timed = new(LinuxFileSystem.Instance, context.Host.Time);
        LatencyBook book = _latency.Open(context, roots);
        SectorSurveyor surveyor = new(roots, settings with { ScatteredFiles = timed });
        MisplacedSearch search = new(roots, settings, [.. sectors.Select(sector => sector.Facts).OfType<SurveyFacts>(), .. others]);
        List<HtmlSector> ended = [];
        List<SurveyAnswer> answers = [];
        foreach (SurveyedSector sector in sectors)
        {
            if (sector.Facts is not { } facts)
            {
                ended.Add(new HtmlSector(SectorReport.Failed(sector.Sector, sector.Failure!), Latency: null, roots.FoldersOf(sector.Sector)));
                foreach (string other in search.Under(sector.Sector))
                {
                    context.Events.Notice(other);
                }

                continue;
            }

            long started = context.Host.Time.GetTimestamp();
            SectorSurvey survey = context.View.Live(
                () => search.Complete(
                    surveyor.Survey(facts, context.Events.LongOf(sector.Sector), context.Cancellation),
                    context.Events.LongOf(sector.Sector),
                    context.Cancellation));
            SectorLatency? latency = book.Add(sector.Sector, place: null, [.. timed.Take().Select(read => new ReadStep(Node: null, [read]))]);
            SurveyAnswer answer = new(survey, comparedWith, ShowGood: sectors.Count == 1, latency);
            context.View.Answered(answer);
            answers.Add(answer);
            SectorReport report = new(
                sector.Sector,
                answer.Result,
                facts.UpdateSealedCid ?? facts.SealedCid,
                Commitments: null,
                [.. survey.Files.Select(file => file.Best?.Path).OfType<string>()],
                context.Host.Time.GetElapsedTime(started),
                answer.Complaint is { } complaint ? Failure.From(complaint) : null)
            {
                HowFar = SurveyAnswer.HowFar(survey),
                BlockChance = survey.BlockChance,
            };
            ended.Add(new HtmlSector(report, latency, roots.FoldersOf(sector.Sector)));
        }

        LatencyAnswer times = new(book, LatencyOf.Readings);
        if (book.Sectors.Count > 0)
        {
            context.View.Answered(times);
        }

        Report whole = new() { Command = Name, Sectors = [.. ended.Select(sector => sector.Report)], Next = [.. Next(context, roots, answers)] };
        return LatencyOptions.Write(page, new HtmlReport(Name, context.Host.Time.GetUtcNow(), ended, times), _latency.Judge(context, times, whole));
    }

    private SurveySettings ReadSettings(CommandContext context) => _depth.Read(context.Parsed) with
    {
        RowsToDiscard = _inspection.RowsToDiscard(context),
        Threads = _inspection.Threads(context),
        Kernels = _inspection.Kernels(context),
    };

    private IEnumerable<Advice> Next(CommandContext context, StorageRoots roots, List<SurveyAnswer> answers)
    {
        IReadOnlyList<MoveStep> moves = MovePlan.For(answers.SelectMany(answer => answer.Survey.Misplaced), context.Host.Time.GetUtcNow());
        if (moves.Count > 0)
        {
            yield return new Advice(
                "Move what lies in the place of something else; nothing is overwritten, and what stands in the way goes aside. repair does the same by itself:",
                [.. MoveCommands.For(moves)]);
        }

        ulong[] numbers =
        [
            .. answers.Where(answer => answer.Repairs.Any(repair => repair.IsNeeded && repair.Kind != AdvisedRepair.UnsealAgain))
                .Select(answer => answer.Survey.Sector.Number).Order(),
        ];
        if (numbers.Length == 0)
        {
            yield break;
        }

        yield return new Advice(
            numbers.Length == 1
                ? "Repair the sector; the plan says what that takes before anything starts:"
                : string.Create(CultureInfo.InvariantCulture, $"Repair these {numbers.Length} sectors; the plan says what that takes before anything starts:"),
            [_inspection.Then(context, roots, "repair", answers[0].Survey.Sector.Miner, numbers)]);
    }
}
