using System.Text;
using Filecoin.Chain.Progress;
using Filecoin.Primitives;
using SealerRecover.Hosting;
using SealerRecover.Recovery.Events;
using SealerRecover.Recovery.PieceSources;
using Spectre.Console;

namespace SealerRecover.Rendering;

/// <summary>
/// A terminal: one moving line for each sector at work and for the parent cache, everything else scrolls above them. Nothing here is
/// parsed as markup: names and messages are foreign text.
/// </summary>
internal sealed class TerminalView : PlainView
{
    private readonly IAnsiConsole _console;
    private readonly ProgressBook _book = new();
    private readonly Dictionary<string, ProgressTask> _tasks = [];
    private ProgressContext? _live;

    /// <summary>Makes a view.</summary>
    /// <param name="host">Standard output, standard error and the clock.</param>
    /// <param name="verbose">Whether to show exceptions in full.</param>
    public TerminalView(ConsoleHost host, bool verbose)
        : base(host.Output, host.Error, host.Time, verbose) =>
        _console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = AnsiSupport.Yes,
            Interactive = InteractionSupport.Yes,
            Out = new TerminalOutput(host.Output),
        });

    /// <inheritdoc/>
    public override T Live<T>(Func<T> work) =>
        _console.Progress()
            .AutoClear(true)
            .HideCompleted(true)
            .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn { Width = 24 })
            .Start(context =>
            {
                Volatile.Write(ref _live, context);
                try
                {
                    return work();
                }
                finally
                {
                    Volatile.Write(ref _live, null);

                    // The next display has lines of its own.
                    _tasks.Clear();
                }
            });

    /// <inheritdoc/>
    public override void Diagnostic(string line)
    {
        // Standard error is most likely the same terminal: a line written behind the live display's back would tear it.
        if (Volatile.Read(ref _live) is not null)
        {
            _console.WriteLine(SafeText.Clean(line));
        }
        else
        {
            base.Diagnostic(line);
        }
    }

    /// <inheritdoc/>
    public override void On(RecoveryEvent happened)
    {
        if (happened is PhaseProgressed progressed)
        {
            Move(progressed);
            return;
        }

        if (happened is PieceProgressed pieces)
        {
            Move(pieces);
            return;
        }

        if (happened is RunProgressed run)
        {
            Move("run", ProgressText.Of(run), run.Reading.Fraction);
            return;
        }

        if (happened is LookUpReported { Report: LookupCount count })
        {
            Move(Words.Of(count.Task), LookUpText.Of(count), (double)count.Done / count.Total);
            return;
        }

        if (happened is LookUpReported { Report: LookupSearch search })
        {
            if (search.IsOver)
            {
                Drop(Words.Of(search.Kind));
            }
            else
            {
                Move(Words.Of(search.Kind), LookUpText.Of(search), (double)search.Done / search.Most);
            }

            return;
        }

        if (happened is SectorEnded ended)
        {
            _book.Forget(ended.Outcome.Sector);
            Drop(PiecesOf(ended.Outcome.Sector));
            Drop(ended.Outcome.Sector.ToString());
        }

        base.On(happened);
    }

    /// <inheritdoc/>
    protected override void Stamped(DateTimeOffset at, string text) =>
        _console.WriteLine($"{Quantities.Instant(at)} {SafeText.Clean(text)}");

    /// <inheritdoc/>
    protected override void Draw(TextTable table)
    {
        Table drawn = new Table().Border(TableBorder.Rounded);
        foreach (string heading in table.Headings)
        {
            drawn.AddColumn(new TableColumn(new Text(heading)));
        }

        foreach (IReadOnlyList<string> row in table.Rows)
        {
            drawn.AddRow(row.Select(cell => new Text(cell)));
        }

        _console.Write(drawn);
    }

    private void Move(PhaseProgressed happened)
    {
        if (Volatile.Read(ref _live) is not { } live)
        {
            return;
        }

        PhaseReading reading = _book.Read(happened);
        string subject = Quantities.Subject(happened);
        if (!_tasks.TryGetValue(subject, out ProgressTask? task))
        {
            _tasks[subject] = task = live.AddTask(Markup.Escape(subject), maxValue: 1);
        }

        task.Description = Markup.Escape($"{subject}: {ProgressText.Of(reading)}");

        // A task that reaches its maximum counts as finished and is hidden; a sector is not finished when one of its phases is.
        task.Value = Math.Min(reading.Fraction, happened.Sector is null ? 1 : 0.999);
        if (happened.Sector is null && reading.Fraction >= 1)
        {
            _tasks.Remove(subject);
        }
    }

    private void Move(string phase, string words, double fraction)
    {
        if (Volatile.Read(ref _live) is not { } live)
        {
            return;
        }

        if (!_tasks.TryGetValue(phase, out ProgressTask? task))
        {
            // A line without words is refused.
            _tasks[phase] = task = live.AddTask(Markup.Escape(words), maxValue: 1);
        }

        task.Description = Markup.Escape(words);
        task.Value = Math.Min(fraction, 0.999);
    }

    /// <summary>Takes a line off the display.</summary>
    private void Drop(string subject)
    {
        if (_tasks.Remove(subject, out ProgressTask? task))
        {
            task.StopTask();
            task.Value = task.MaxValue;
        }
    }

    private static string PiecesOf(SectorId sector) => $"{sector} pieces";

    // A line of its own beside the sector's: pieces come while it is labelled.
    private void Move(PieceProgressed happened)
    {
        if (Volatile.Read(ref _live) is not { } live)
        {
            return;
        }

        string subject = PiecesOf(happened.Sector);
        if (!_tasks.TryGetValue(subject, out ProgressTask? task))
        {
            _tasks[subject] = task = live.AddTask(Markup.Escape(subject), maxValue: 1);
        }

        PieceProgress progress = happened.Progress;
        task.Description = Markup.Escape($"{happened.Sector}: {ProgressText.Of(progress)}");
        task.Value = progress.Total > 0 ? Math.Min((double)progress.Done / progress.Total, 0.999) : 0;
    }

    private sealed class TerminalOutput(TextWriter writer) : IAnsiConsoleOutput
    {
        private const int AssumedWidth = 100;
        private const int AssumedHeight = 40;

        public TextWriter Writer => writer;

        public bool IsTerminal => true;

        // A terminal that reports no size (some serial consoles) says 0.
        public int Width => Console.WindowWidth is > 20 and int width ? width : AssumedWidth;

        public int Height => Console.WindowHeight is > 2 and int height ? height : AssumedHeight;

        public void SetEncoding(Encoding encoding)
        {
            // The host's writer is UTF-8 already.
        }
    }
}
