using SealerRecover.Recovery.Events;
using SealerRecover.Recovery.PieceSources;

namespace SealerRecover.Rendering;

/// <summary>
/// Lines with time stamps, for log files and pipes. Progress of a sector appears at most every half minute, or at each tenth of a phase
/// where that is rarer than every five seconds.
/// </summary>
/// <param name="output">Where reports and progress go.</param>
/// <param name="error">Where the log and a failure of the whole command go.</param>
/// <param name="time">The clock for lines that carry none of their own.</param>
/// <param name="verbose">Whether to show exceptions in full.</param>
internal class PlainView(TextWriter output, TextWriter error, TimeProvider time, bool verbose) : IView
{
    private static readonly TimeSpan Often = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Rarely = TimeSpan.FromSeconds(5);

    private readonly ProgressBook _book = new();
    private readonly Dictionary<string, (DateTimeOffset At, int Tenth)> _shown = [];

    /// <summary>Standard output.</summary>
    protected TextWriter Output => output;

    /// <inheritdoc/>
    public void Said(string text) => Stamped(time.GetUtcNow(), text);

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
            case LookUpProgressed looking:
                Progress(looking.Phase, looking.At, looking.Done, looking.Total, () => looking.InWords);
                break;
            case SearchProgressed { Search: { IsOver: false } search } searching:
                Progress(searching.Phase, searching.At, search.Done, search.Most, () => searching.InWords);
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
                break;
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

    private void Progress(string phase, DateTimeOffset at, int done, int total, Func<string> words)
    {
        int tenth = 10 * done / total;
        bool known = _shown.TryGetValue(phase, out (DateTimeOffset At, int Tenth) last);
        if (!known || at - last.At >= Often || (tenth != last.Tenth && at - last.At >= Rarely))
        {
            _shown[phase] = (at, tenth);
            Stamped(at, words());
        }
    }

    private void Progress(PieceProgressed happened)
    {
        string subject = $"{happened.Sector} {happened.Progress.Piece.CommP}";
        int activity = (int)happened.Progress.Activity;
        bool known = _shown.TryGetValue(subject, out (DateTimeOffset At, int Activity) last);
        bool due = happened.Progress.Activity is PieceActivity.Downloading or PieceActivity.Extracting
            ? !known || last.Activity != activity || happened.At - last.At >= Often
            : known && happened.At - last.At >= Often;
        if (due || !known)
        {
            _shown[subject] = (happened.At, activity);
        }

        if (due)
        {
            Stamped(happened.At, $"{happened.Sector}: {ProgressText.Of(happened.Progress)}");
        }
    }

    private void Progress(PhaseProgressed happened)
    {
        PhaseReading reading = _book.Read(happened);
        string subject = Quantities.Subject(happened);
        int tenth = ((int)happened.Progress.Phase * 100) + (int)(reading.Fraction * 10);
        if (!_shown.TryGetValue(subject, out (DateTimeOffset At, int Tenth) last))
        {
            _shown[subject] = (happened.At, tenth);
            return;
        }

        // A finished phase is told by what comes next.
        TimeSpan since = happened.At - last.At;
        if (reading.Fraction >= 1)
        {
            return;
        }

        if (since >= Often || (tenth != last.Tenth && since >= Rarely))
        {
            _shown[subject] = (happened.At, tenth);
            Stamped(happened.At, $"{subject}: {ProgressText.Of(reading)}");
        }
    }
}
