using System.Text.Json;
using SealerRecover.Hosting;
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
    private readonly Dictionary<string, PhaseProgressed> _shown = [];
    private readonly Dictionary<string, (DateTimeOffset At, (PieceActivity, string) What)> _pieces = [];
    private readonly Dictionary<string, DateTimeOffset> _asked = [];

    /// <inheritdoc/>
    public void Said(string text) => Write(new JsonNote(text), Now);

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
            case LookUpProgressed looking:
                Progress(
                    looking.At,
                    new JsonProgress(null, looking.Phase, 1, 1, looking.Done, looking.Total, looking.Unit, Rounded(looking.Rate), Seconds(looking.Left)));
                break;
            case SearchProgressed { Search: { IsOver: false } search } searching:
                Progress(
                    searching.At,
                    new JsonProgress(
                        JsonSector.Of(search.Sector), searching.Phase, 1, 1, search.Done, search.Most, searching.Unit, Rounded(searching.Rate), Seconds(searching.Left))
                    {
                        Epoch = search.Epoch,
                        OtherSectors = search.Others,
                        ArchiveNode = search.OfArchive,
                    });
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
                break;
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

    /// <summary>What takes seconds for one has a rate of its own.</summary>
    private static double? Rounded(double? rate) => rate is { } known ? Math.Round(known, known < 1 ? 4 : 1) : null;

    private void Progress(DateTimeOffset at, JsonProgress line)
    {
        if (!_asked.TryGetValue(line.Phase, out DateTimeOffset last) || at - last >= Interval)
        {
            _asked[line.Phase] = at;
            Write(line, at);
        }
    }

    private void Progress(PieceProgressed happened)
    {
        PieceProgress progress = happened.Progress;
        string piece = progress.Piece.CommP.ToString();
        string subject = $"{happened.Sector} {piece}";
        (PieceActivity Activity, string From) now = (progress.Activity, progress.From);
        if (_pieces.TryGetValue(subject, out (DateTimeOffset At, (PieceActivity, string) What) last)
            && last.What == now && progress.Done != progress.Total && happened.At - last.At < Interval)
        {
            return;
        }

        _pieces[subject] = (happened.At, now);
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
        string subject = Quantities.Subject(happened);
        bool due = !_shown.TryGetValue(subject, out PhaseProgressed? last)
            || last.Progress.Phase != happened.Progress.Phase
            || last.Progress.Step != happened.Progress.Step
            || happened.Progress.Done == happened.Progress.Total
            || happened.At - last.At >= Interval;
        if (!due)
        {
            return;
        }

        _shown[subject] = happened;
        Filecoin.Sealing.Steps.SealProgress progress = happened.Progress;
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
