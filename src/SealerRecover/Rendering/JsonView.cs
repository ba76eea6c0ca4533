using System.Text.Json;
using Filecoin.Chain.Progress;
using Filecoin.Primitives;
using Filecoin.Sealing.Steps;
using SealerRecover.Recovery.Events;
using SealerRecover.Recovery.PieceSources;

namespace SealerRecover.Rendering;

/// <summary>
/// One JSON object a line on standard output and nothing else there; the log and the sentence of a failure go to standard error. Progress
/// of a sector appears about once a second and at the beginning and end of every step.
/// </summary>
/// <param name="output">Where JSON goes.</param>
/// <param name="error">Where the log and failures go.</param>
/// <param name="time">The clock for lines that carry none of their own.</param>
/// <param name="verbose">Whether failures carry the exception in full.</param>
internal sealed class JsonView(TextWriter output, TextWriter error, TimeProvider time, bool verbose) : IView
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly ProgressBook _book = new();
    private readonly Throttle _throttle = new();

    /// <inheritdoc/>
    public void Answered(IAnswer answer) => Write(answer.Json, Now);

    /// <inheritdoc/>
    public T Live<T>(Func<T> work) => work();

    /// <inheritdoc/>
    public void Diagnostic(string line) => error.WriteLine(SafeText.Clean(line));

    /// <inheritdoc/>
    public void On(RecoveryEvent happened)
    {
        switch (happened)
        {
            case PhaseProgressed progressed:
                Progress(progressed);
                break;
            case PieceProgressed pieces:
                Progress(pieces);
                break;
            case BytesRead read when _throttle.IsDue(read):
                Write(new JsonNote(ProgressText.Of(read)), read.At);
                break;
            case BytesRead or LookUpReported { Report: LookupSearch { IsOver: true } }:
                break;
            case LookUpReported { Report: LookupCount count }:
                Progress(happened.At, Line(null, Words.Of(count.Task), count.Done, count.Total, LookUpText.UnitOf(count.Task), count.Elapsed));
                break;
            case LookUpReported { Report: LookupSearch search }:
                Progress(
                    happened.At,
                    Line(search.Sector, Words.Of(search.Kind), search.Done, search.Most, LookUpText.UnitOf(search.Kind), search.Elapsed) with
                    {
                        Epoch = search.Epoch,
                        OtherSectors = search.Others,
                        ArchiveNode = search.OfArchive,
                    });
                break;
            case LookUpReported waiting:
                Write(new JsonNote(LookUpText.Of(waiting.Report)), waiting.At);
                break;
            case RunProgressed run:
                Write(JsonRun.Of(run), run.At);
                break;
            case SectorStarted started:
                Write(new JsonSectorStarted(JsonSector.Of(started.Sector), started.Resumed), started.At);
                break;
            case SectorEnded ended:
                _book.Forget(ended.Outcome.Sector);
                Write(ReportAnswer.Line(SectorReport.From(ended.Outcome, sealedCid: null), verbose), ended.At);
                break;
            case Notice notice:
                Write(new JsonNote(notice.Text, JsonSector.Of(notice.Sector)), notice.At);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(happened), happened, "an event that is not shown");
        }
    }

    /// <inheritdoc/>
    public void Reported(Report report)
    {
        Answered(new ReportAnswer(report, verbose));
        foreach (Failure failure in report.Sectors.Select(sector => sector.Failure).Prepend(report.Failure).OfType<Failure>())
        {
            foreach (TextLine line in ReportAnswer.Explain(failure, verbose))
            {
                error.WriteLine(line.Text);
            }
        }
    }

    private DateTimeOffset Now => time.GetUtcNow();

    private static double? Seconds(TimeSpan? time) => time is { } known ? Math.Round(known.TotalSeconds, 3) : null;

    // What takes seconds for one has a rate of its own.
    private static JsonProgress Line(SectorId? sector, string phase, int done, int total, Unit unit, TimeSpan elapsed)
    {
        (double? rate, TimeSpan? left) = Quantities.PaceOf(done, total, elapsed);
        return new JsonProgress(
            JsonSector.Of(sector), phase, 1, 1, done, total, unit, rate is { } known ? Math.Round(known, known < 1 ? 4 : 1) : null, Seconds(left));
    }

    private void Progress(DateTimeOffset at, JsonProgress line)
    {
        if (_throttle.IsDue(line.Phase, at, "", Interval))
        {
            Write(line, at);
        }
    }

    private void Progress(PieceProgressed happened)
    {
        PieceProgress progress = happened.Progress;
        string piece = progress.Piece.CommP.ToString();
        bool isDone = progress.Done == progress.Total;
        if (!_throttle.IsDue($"{happened.Sector} {piece}", happened.At, (progress.Activity, progress.From), isDone ? default : Interval))
        {
            return;
        }

        Write(
            new JsonPieceProgress(
                JsonSector.Of(happened.Sector),
                piece,
                progress.Activity,
                progress.Done,
                progress.Total,
                progress.From.Length > 0 ? progress.From : null),
            happened.At);
    }

    private void Progress(PhaseProgressed happened)
    {
        PhaseReading reading = _book.Read(happened);
        SealProgress progress = happened.Progress;
        bool isDone = progress.Done == progress.Total;
        if (!_throttle.IsDue(Quantities.Subject(happened), happened.At, (progress.Phase, progress.Step), isDone ? default : Interval))
        {
            return;
        }

        Write(
            new JsonProgress(
                JsonSector.Of(happened.Sector),
                Words.Of(progress.Phase),
                progress.Step,
                progress.Steps,
                progress.Done,
                progress.Total,
                Quantities.CountsBytes(progress.Phase) ? Unit.Bytes : Unit.Nodes,
                reading.Rate is { } rate ? Math.Round(rate, 1) : null,
                Seconds(reading.Left)),
            happened.At);
    }

    private void Write(JsonLine line, DateTimeOffset at) =>
        output.WriteLine(JsonSerializer.Serialize(line.At(Quantities.Iso(at)), JsonLines.Default.JsonLine));
}
