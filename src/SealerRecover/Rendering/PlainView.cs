using Filecoin.Chain.Progress;
using Filecoin.Primitives;
using Filecoin.Sealing.Steps;
using SealerRecover.Recovery.Events;
using SealerRecover.Recovery.PieceSources;

namespace SealerRecover.Rendering;

/// <summary>
/// Lines with time stamps, for log files and pipes. Progress of a sector appears at most every half minute, or at each tenth of a phase
/// where that is rarer than every five seconds; that of the whole run every five minutes, or at each tenth and each sector that ended.
/// </summary>
/// <param name="output">Where reports and progress go.</param>
/// <param name="error">Where the log and a failure of the whole command go.</param>
/// <param name="time">The clock for lines that carry none of their own.</param>
/// <param name="verbose">Whether to show exceptions in full.</param>
internal class PlainView(TextWriter output, TextWriter error, TimeProvider time, bool verbose) : IView
{
    private static readonly TimeSpan Often = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Rarest = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Rarely = TimeSpan.FromSeconds(5);

    private readonly ProgressBook _book = new();
    private readonly Throttle _throttle = new();

    /// <inheritdoc/>
    public void Answered(IAnswer answer) => Print(answer.Blocks());

    /// <inheritdoc/>
    public virtual T Live<T>(Func<T> work) => work();

    /// <inheritdoc/>
    public virtual void Diagnostic(string line) => error.WriteLine(SafeText.Clean(line));

    /// <inheritdoc/>
    public virtual void On(RecoveryEvent happened)
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
                Stamped(read.At, ProgressText.Of(read));
                break;
            case BytesRead or LookUpReported { Report: LookupSearch { IsOver: true } }:
                break;
            case LookUpReported { Report: LookupCount count } looking:
                Progress(Words.Of(count.Task), looking, count.Done, count.Total);
                break;
            case LookUpReported { Report: LookupSearch search } looking:
                Progress(Words.Of(search.Kind), looking, search.Done, search.Most);
                break;
            case LookUpReported waiting:
                Stamped(waiting.At, LookUpText.Of(waiting.Report));
                break;
            case RunProgressed run:
                if (_throttle.IsDue("run", run.At, (run.Reading.Ended, (int)(run.Reading.Fraction * 10)), Rarest, Often))
                {
                    Stamped(run.At, ProgressText.Of(run));
                }

                break;
            case SectorStarted started:
                Stamped(started.At, $"{started.Sector}: {(started.Resumed ? "goes on from an earlier run" : "starts")}");
                break;
            case SectorEnded ended:
                _book.Forget(ended.Outcome.Sector);
                Stamped(ended.At, Ending(ended.Outcome));
                break;
            case Notice notice:
                Stamped(notice.At, (notice.Sector is { } sector ? $"{sector}: " : "") + notice.Text);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(happened), happened, "an event that is not shown");
        }
    }

    /// <inheritdoc/>
    public void Reported(Report report)
    {
        if (report.Sectors.Count == 0 && report.Failure is { } failure && !report.Stopped)
        {
            foreach (TextLine line in ReportAnswer.Explain(failure, verbose))
            {
                error.WriteLine(line.Text);
            }

            return;
        }

        Print(new ReportAnswer(report, verbose).Blocks());
    }

    /// <summary>One line about how a sector ended.</summary>
    protected static string Ending(SectorOutcome outcome) => outcome.Sector + ": " + outcome.Kind switch
    {
        OutcomeKind.Installed => $"recovered in {Quantities.Duration(outcome.Elapsed)}, CommR equals the SealedCID",
        OutcomeKind.AlreadyThere => "already there with the same content",
        OutcomeKind.Stopped => "stopped",
        _ => "failed: " + (outcome.Failure is { } failure ? Failure.From(failure).Message : "no reason given"),
    };

    /// <summary>Shows a sentence with its time.</summary>
    protected virtual void Stamped(DateTimeOffset at, string text) => output.WriteLine($"{Quantities.Instant(at)} {SafeText.Clean(text)}");

    /// <summary>Shows a table.</summary>
    protected virtual void Draw(TextTable table)
    {
        foreach (string line in table.Lines())
        {
            output.WriteLine(line);
        }
    }

    private void Print(IEnumerable<TextBlock> blocks)
    {
        foreach (TextBlock block in blocks)
        {
            switch (block)
            {
                case TextTable table:
                    Draw(table);
                    break;
                case TextLine line:
                    output.WriteLine(line.Text);
                    break;
                case StampedLine line:
                    Stamped(time.GetUtcNow(), line.Text);
                    break;
                default:
                    throw new ArgumentOutOfRangeException(nameof(blocks), block, "a block that cannot be drawn");
            }
        }
    }

    private void Progress(string phase, LookUpReported looking, int done, int total)
    {
        if (_throttle.IsDue(phase, looking.At, 10 * done / total, Often, Rarely))
        {
            Stamped(looking.At, LookUpText.Of(looking.Report));
        }
    }

    private void Progress(PieceProgressed happened)
    {
        string subject = $"{happened.Sector} {happened.Progress.Piece.CommP}";
        PieceActivity activity = happened.Progress.Activity;
        bool isTold = activity is PieceActivity.Downloading or PieceActivity.Extracting;
        if (!isTold && _throttle.PassesFirst(subject, happened.At, activity))
        {
            return;
        }

        if (_throttle.IsDue(subject, happened.At, activity, Often, isTold ? default : Often))
        {
            Stamped(happened.At, $"{happened.Sector}: {ProgressText.Of(happened.Progress)}");
        }
    }

    private void Progress(PhaseProgressed happened)
    {
        PhaseReading reading = _book.Read(happened);
        string subject = Quantities.Subject(happened);
        (SealPhase, int) stage = (happened.Progress.Phase, (int)(reading.Fraction * 10));

        // A finished phase is told by what comes next.
        if (!_throttle.PassesFirst(subject, happened.At, stage) && reading.Fraction < 1 && _throttle.IsDue(subject, happened.At, stage, Often, Rarely))
        {
            Stamped(happened.At, $"{subject}: {ProgressText.Of(reading)}");
        }
    }
}
