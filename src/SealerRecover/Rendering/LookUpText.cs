using Filecoin.Chain.Progress;
using Filecoin.Chain.Rpc;

namespace SealerRecover.Rendering;

/// <summary>What asking nodes is at, in words.</summary>
internal static class LookUpText
{
    /// <summary>What a task counts.</summary>
    public static Unit UnitOf(LookupTask task) => task switch
    {
        LookupTask.Connect => Unit.Answers,
        LookupTask.List => Unit.Deadlines,
        LookupTask.Order or LookupTask.LookUp => Unit.Sectors,
        _ => throw new ArgumentOutOfRangeException(nameof(task), task, "a task without a unit"),
    };

    /// <summary>What a search counts in JSON.</summary>
    public static Unit UnitOf(SearchKind kind) => kind == SearchKind.UpdateStates ? Unit.States : Unit.Blocks;

    /// <summary>Of each kind of report.</summary>
    public static string Of(LookupReport report) => report switch
    {
        LookupCount count => Of(count),
        LookupSearch search => Of(search),
        EndpointPaused paused => $"{paused.Endpoint} {paused.Why}; all calls to it wait for {Quantities.Duration(paused.Wait)}",
        CallRepeated { Tries: 1 } last => $"{last.Why}; it is asked once more, in {Quantities.Duration(last.Wait)}",
        CallRepeated repeated => FormattableString.Invariant($"{repeated.Why}; it is asked again in {Quantities.Duration(repeated.Wait)}, up to {repeated.Tries} times"),
        _ => throw new ArgumentOutOfRangeException(nameof(report), report, "a report without words"),
    };

    // "120 of 500 sectors looked up, 3 failed (40.0 sectors/s, 10 s left)"
    private static string Of(LookupCount count)
    {
        string what = count.Task switch
        {
            LookupTask.Connect => "of the chain node are there",
            LookupTask.List => "asked for their sectors",
            LookupTask.Order => "asked when they end",
            _ => "looked up",
        };
        string failed = count.Failed > 0 && count.Task == LookupTask.LookUp ? FormattableString.Invariant($", {count.Failed} failed") : "";
        Unit unit = UnitOf(count.Task);
        return FormattableString.Invariant($"{count.Done} of {count.Total} {Words.Of(unit)} {what}{failed}")
            + Quantities.Pace(Quantities.PaceOf(count.Done, count.Total, count.Elapsed), unit);
    }

    // "searching messages to f01000 for the pre-commit of sector 7: epoch 4,100,320, 12 of up to 120 blocks of six hours (…)"
    private static string Of(LookupSearch search)
    {
        (string what, string steps) = search.Kind switch
        {
            SearchKind.PreCommitMessages => ($"searching messages to {search.Sector.Miner} for the pre-commit", "blocks of six hours"),
            SearchKind.PreCommitEvents => ($"searching events of {search.Sector.Miner} for the pre-commit", "blocks of a day"),
            SearchKind.UpdateStates => ($"searching states of {search.Sector.Miner} for the update", "states"),
            _ => throw new ArgumentOutOfRangeException(nameof(search), search.Kind, "a search without words"),
        };
        string whose = FormattableString.Invariant($"{(search.Others > 0 ? "s" : "")} of sector {search.Sector.Number}");
        string others = search.Others switch
        {
            0 => "",
            1 => " and another",
            int more => FormattableString.Invariant($" and {more} others"),
        };
        return what + whose + others + (search.OfArchive ? " on the archive node" : "")
            + FormattableString.Invariant($": epoch {search.Epoch:N0}, {search.Done} of up to {search.Most} {steps}")
            + Quantities.Pace(Quantities.PaceOf(search.Done, search.Most, search.Elapsed), UnitOf(search.Kind), "at most ");
    }
}
