using Filecoin.Chain.Facts;
using Filecoin.Primitives;
using SealerRecover.Recovery.Events;
using SealerRecover.Recovery.Metrics;
using SealerRecover.Recovery.Site;

namespace SealerRecover.Rendering;

/// <summary>Another view, beside which the run says of itself how it stands, for whoever watches: at most every two seconds, and every ten at least.</summary>
/// <param name="inner">The other view.</param>
/// <param name="book">Adds it up.</param>
/// <param name="file">Where it says so.</param>
/// <param name="machine">How the machine is.</param>
/// <param name="time">The clock.</param>
internal sealed class RunSiteView(IView inner, RunSiteBook book, RunFile file, OwnMachine machine, TimeProvider time)
    : BookView(inner, $"how the run stands could not be written to {file.Path}", TimeSpan.FromMilliseconds(250), time)
{
    /// <summary>Between two changes of the file.</summary>
    private static readonly TimeSpan Often = TimeSpan.FromSeconds(2);

    /// <summary>A sign of life where nothing changes.</summary>
    private static readonly TimeSpan Seldom = TimeSpan.FromSeconds(10);

    /// <summary>Of a run of thousands of sectors it is written so seldom that writing takes a hundredth of the time.</summary>
    private const int MostOfTime = 100;

    private long _written;
    private long? _at;
    private TimeSpan _took;

    /// <inheritdoc/>
    public override void Answered(IAnswer answer)
    {
        base.Answered(answer);
        switch (answer)
        {
            case PlanAnswer plan:
                book.Expected(plan.Needs.Times);
                break;
            case HealAnswer heal:
                book.Expected(heal.Plan.Times);
                break;
            default:
                break;
        }
    }

    /// <inheritdoc/>
    protected override void Take(RecoveryEvent happened) => book.On(happened);

    /// <inheritdoc/>
    protected override void Planned(IEnumerable<SectorFacts> sectors) => book.Planned(sectors, Now);

    /// <inheritdoc/>
    protected override void Checked(SectorId sector, bool good) => book.Checked(sector, good, Now);

    /// <inheritdoc/>
    protected override void Ended(SectorReport sector, SectorStage stage) =>
        book.Ended(sector.Sector, stage, Metric.Word(sector.Result), sector.Failure is { } failure ? Told(failure) : null, Now);

    /// <inheritdoc/>
    protected override void Ended(Report report) => book.Ended(Now, report.Exit.Code);

    /// <inheritdoc/>
    protected override void More(IAnswer answer)
    {
        if (answer is UnsealPlanAnswer unseal)
        {
            book.Planned([unseal.Plan.Request.Facts], Now);
        }
    }

    /// <inheritdoc/>
    protected override bool Write(bool isEnd)
    {
        long changes = book.Changes;
        TimeSpan? since = _at is { } at ? Time.GetElapsedTime(at) : null;
        TimeSpan due = changes == _written ? Seldom : TimeSpan.FromTicks(Math.Clamp(_took.Ticks * MostOfTime, Often.Ticks, Seldom.Ticks));
        if (book.IsEmpty || !file.HasPlace || (!isEnd && since < due))
        {
            return false;
        }

        long began = Time.GetTimestamp();
        bool isWritten = file.Write(book.Read(file.Process, machine.Read(), Now));
        (_written, _at, _took) = (changes, began, Time.GetElapsedTime(began));
        return isWritten;
    }

    /// <summary>What whoever watches is told of a failure.</summary>
    public static SiteFailure Told(Failure failure)
    {
        string[] more =
        [
            .. failure.Evidence.Select(fact => $"{fact.Name}: {fact.Value}"),
            .. failure.Causes.Select(cause => $"likely: {cause}"),
            .. failure.Excluded.Select(cause => $"not the cause: {cause}"),
        ];
        return new SiteFailure(failure.Exit.Code, failure.Hint.Length == 0 ? failure.Message : $"{failure.Message}. {failure.Hint}", more.Length == 0 ? null : string.Join('\n', more));
    }
}
