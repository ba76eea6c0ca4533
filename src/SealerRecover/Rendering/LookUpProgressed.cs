using Filecoin.Chain.Progress;
using SealerRecover.Recovery.Events;

namespace SealerRecover.Rendering;

/// <summary>How far asking a node is: looking sectors up, and what goes before it.</summary>
/// <param name="At">When.</param>
/// <param name="Done">Sectors done, failed ones included.</param>
/// <param name="Total">Of so many.</param>
/// <param name="Failed">Of those done.</param>
/// <param name="Rate">Sectors a second over the whole time; null before the first.</param>
/// <param name="Left">Until the end, by that rate; null while unknown.</param>
/// <param name="Task">What is done; deadlines or answers are counted instead where there are no sectors yet.</param>
internal sealed record LookUpProgressed(
    DateTimeOffset At, int Done, int Total, int Failed, double? Rate, TimeSpan? Left, LookupTask Task = LookupTask.LookUp) : RecoveryEvent(At)
{
    /// <summary>Its name in JSON, among the phases.</summary>
    public string Phase => Words.Of(Task);

    /// <summary>What is counted, in JSON and in words.</summary>
    public Unit Unit => Task switch
    {
        LookupTask.Connect => Unit.Answers,
        LookupTask.List => Unit.Deadlines,
        LookupTask.Order or LookupTask.LookUp => Unit.Sectors,
        _ => throw new ArgumentOutOfRangeException(nameof(Task), Task, "a task without a unit"),
    };

    /// <summary>"120 of 500 sectors looked up, 3 failed (40.0 sectors/s, 10 s left)".</summary>
    public string InWords
    {
        get
        {
            string what = Task switch
            {
                LookupTask.Connect => "of the chain node are there",
                LookupTask.List => "asked for their sectors",
                LookupTask.Order => "asked when they end",
                _ => "looked up",
            };
            string failed = Failed > 0 && Task == LookupTask.LookUp ? FormattableString.Invariant($", {Failed} failed") : "";
            return FormattableString.Invariant($"{Done} of {Total} {Words.Of(Unit)} {what}{failed}") + Quantities.Pace(Rate, Unit, Left);
        }
    }

    /// <summary>Of a report.</summary>
    public static LookUpProgressed Of(DateTimeOffset at, LookupCount count)
    {
        (double? rate, TimeSpan? left) = Quantities.PaceOf(count.Done, count.Total, count.Elapsed);
        return new LookUpProgressed(at, count.Done, count.Total, count.Failed, rate, left, count.Task);
    }
}
