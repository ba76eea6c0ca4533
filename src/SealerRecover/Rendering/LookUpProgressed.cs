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
    public string Phase => Task switch
    {
        LookupTask.Connect => "connect",
        LookupTask.List => "list_sectors",
        LookupTask.Order => "order_sectors",
        _ => "look_up",
    };

    /// <summary>What is counted, in JSON and in words.</summary>
    public string Unit => Task switch
    {
        LookupTask.Connect => "answers",
        LookupTask.List => "deadlines",
        _ => "sectors",
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
            return FormattableString.Invariant($"{Done} of {Total} {Unit} {what}{failed}") + Quantities.Pace(Rate, Unit, Left);
        }
    }

    /// <summary>Of a report.</summary>
    public static LookUpProgressed Of(DateTimeOffset at, LookupCount count)
    {
        (double? rate, TimeSpan? left) = Quantities.PaceOf(count.Done, count.Total, count.Elapsed);
        return new LookUpProgressed(at, count.Done, count.Total, count.Failed, rate, left, count.Task);
    }
}
