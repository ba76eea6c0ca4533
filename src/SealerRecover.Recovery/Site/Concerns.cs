using System.Collections.Immutable;
using System.Globalization;
using Filecoin.Primitives;
using SealerRecover.Recovery.Metrics;

namespace SealerRecover.Recovery.Site;

/// <summary>How a failure is called and what mends concerns is typed: known where the command line is.</summary>
public interface IConcernWords
{
    /// <summary>What an exit code means, half a sentence.</summary>
    string Failure(int exitCode);

    /// <summary>The commands that mend a concern, or show more, in the order in which they are typed.</summary>
    /// <param name="kind">The concern's kind.</param>
    /// <param name="exitCode">Of failed sectors, what they failed with; null for none or another kind.</param>
    /// <param name="sectors">Which it is about.</param>
    /// <param name="isFleet">Whether it is a fleet's.</param>
    ImmutableArray<string> Commands(string kind, int? exitCode, IReadOnlyList<SectorId> sectors, bool isFleet);

    /// <summary>The commands that have a check made again that failed.</summary>
    ImmutableArray<string> Again(SiteCheck check);
}

/// <summary>Names no commands, and failures by their number.</summary>
public sealed class NoConcernWords : IConcernWords
{
    /// <summary>The one there is.</summary>
    public static NoConcernWords Instance { get; } = new();

    /// <inheritdoc/>
    public string Failure(int exitCode) => "see what it says";

    /// <inheritdoc/>
    public ImmutableArray<string> Commands(string kind, int? exitCode, IReadOnlyList<SectorId> sectors, bool isFleet) => [];

    /// <inheritdoc/>
    public ImmutableArray<string> Again(SiteCheck check) => [];
}

/// <summary>What needs a person, from how things stand. Pure.</summary>
public static class Concerns
{
    /// <summary>A debt has to be paid.</summary>
    public const string Debt = "debt";

    /// <summary>Sectors failed.</summary>
    public const string Failed = "failed";

    /// <summary>Sectors come too late.</summary>
    public const string Late = "late";

    /// <summary>A machine is gone.</summary>
    public const string MachineGone = "machine_gone";

    /// <summary>Nothing moves.</summary>
    public const string NothingMoves = "nothing_moves";

    /// <summary>No machine works.</summary>
    public const string NoMachine = "no_machine";

    /// <summary>A machine cannot hold what waits.</summary>
    public const string CannotHold = "cannot_hold";

    /// <summary>Checks found sectors damaged, and nothing is done about them yet.</summary>
    public const string Damaged = "damaged";

    /// <summary>A check failed.</summary>
    public const string CheckFailed = "check_failed";

    /// <summary>What does not move for so long stands still.</summary>
    public static readonly TimeSpan Still = TimeSpan.FromMinutes(10);

    /// <summary>Names of sectors that a sentence has at most.</summary>
    private const int MostNamed = 12;

    /// <summary>The concerns, the most pressing first.</summary>
    /// <param name="state">How it stands; its own concerns are left out of account.</param>
    /// <param name="words">How they are worded.</param>
    /// <param name="debts">What miners owe, as sentences, with how it is paid.</param>
    public static ImmutableArray<SiteConcern> Of(SiteState state, IConcernWords words, IReadOnlyList<(string Text, ImmutableArray<string> Commands)> debts)
    {
        ArgumentNullException.ThrowIfNull(state);
        ArgumentNullException.ThrowIfNull(words);
        ArgumentNullException.ThrowIfNull(debts);
        SiteConcern[] all =
        [
            .. debts.Select(debt => new SiteConcern(ConcernLevel.Urgent, Debt, [], null, debt.Text, debt.Commands)),
            .. state.IsFleet ? OfNoMachine(state, words) : [],
            .. OfStandstill(state, words),
            .. state.IsFleet ? OfMachinesGone(state, words) : [],
            .. OfLate(state, words),
            .. OfFailures(state, words),
            .. state.IsFleet ? OfShortages(state, words) : [],
            .. OfDamages(state, words),
        ];
        return [.. all.OrderBy(concern => concern.Level)];
    }

    private static IEnumerable<SiteConcern> OfNoMachine(SiteState state, IConcernWords words)
    {
        SectorId[] waiting = [.. Waiting(state)];
        if (waiting.Length > 0 && !state.Machines.Any(machine => machine is { Alive: true, Draining: false }))
        {
            yield return Make(
                state, words, ConcernLevel.Urgent, NoMachine, waiting, null,
                $"{Count(waiting.Length)} {(waiting.Length == 1 ? "waits" : "wait")} and no machine takes any"
                    + (state.Machines.Any(machine => machine.Alive) ? ": those that work finish what they have" : ""));
        }
    }

    private static IEnumerable<SiteConcern> OfStandstill(SiteState state, IConcernWords words)
    {
        foreach (IGrouping<string?, SiteSector> group in state.Sectors.Where(sector => sector.Stage.IsAtWork()).GroupBy(sector => sector.Machine))
        {
            SiteMachine? machine = state.Machines.FirstOrDefault(machine => machine.Name == group.Key);
            DateTimeOffset? moved = group.Max(sector => sector.Moved ?? sector.Since);
            if (machine is { Alive: false } || moved is not { } last || state.At - last < Still || state.Run.Ended is not null)
            {
                continue;
            }

            SectorId[] sectors = [.. group.Select(sector => sector.Sector)];
            SiteConcern still = Make(
                state, words, ConcernLevel.Urgent, NothingMoves, sectors, group.Key,
                $"nothing has moved for {Minutes(state.At - last)}{(group.Key is null ? "" : $" on {group.Key}")}: {Names(sectors)}");
            yield return still with { Minutes = Whole(state.At - last) };
        }
    }

    private static IEnumerable<SiteConcern> OfMachinesGone(SiteState state, IConcernWords words)
    {
        foreach (SiteMachine machine in state.Machines.Where(machine => machine is { Alive: false, Ended: false }))
        {
            SectorId[] has = [.. state.Sectors.Where(sector => sector.Machine == machine.Name && (sector.Stage.IsAtWork() || (sector is { Stage: SectorStage.Queued, Phase: not null }))).Select(sector => sector.Sector)];
            TimeSpan silence = TimeSpan.FromSeconds(machine.HeardSecondsAgo ?? 0);
            string text = $"{machine.Name} was not heard of for {Minutes(silence)}{(has.Length == 0 ? "" : $" and has {Count(has.Length)}: {Names(has)}")}";
            yield return Make(state, words, has.Length == 0 ? ConcernLevel.Warning : ConcernLevel.Urgent, MachineGone, has, machine.Name, text) with { Minutes = Whole(silence) };
        }
    }

    private static IEnumerable<SiteConcern> OfLate(SiteState state, IConcernWords words)
    {
        SiteSector[] late = [.. state.Sectors.Where(sector => sector.Late && !sector.Cancelled && !sector.Stage.HasEnded())];
        if (late.Length > 0)
        {
            SectorId[] sectors = [.. late.Select(sector => sector.Sector)];
            yield return Make(
                state, words, ConcernLevel.Urgent, Late, sectors, null,
                $"{Count(late.Length)} {(late.Length == 1 ? "comes" : "come")} after the deadline by the pace so far: {Names(sectors)}");
        }
    }

    private static IEnumerable<SiteConcern> OfFailures(SiteState state, IConcernWords words)
    {
        foreach (IGrouping<int?, SiteSector> group in state.Sectors.Where(sector => sector.Stage == SectorStage.Failed).GroupBy(sector => sector.ExitCode).OrderBy(group => group.Key))
        {
            SectorId[] sectors = [.. group.Select(sector => sector.Sector)];
            string why = group.Key is { } code ? string.Create(CultureInfo.InvariantCulture, $": {words.Failure(code)} (exit code {code})") : "";
            yield return Make(state, words, ConcernLevel.Urgent, Failed, sectors, null, $"{Count(sectors.Length)} failed{why}: {Names(sectors)}", group.Key);
        }
    }

    private static IEnumerable<SiteConcern> OfShortages(SiteState state, IConcernWords words)
    {
        SectorId[] waiting = [.. Waiting(state)];
        SiteMachine[] alive = [.. state.Machines.Where(machine => machine is { Alive: true, Draining: false })];
        HashSet<string?> atWork = [.. state.Sectors.Where(sector => sector.Stage.IsAtWork()).Select(sector => sector.Machine)];
        SiteMachine[] cannot = [.. alive.Where(machine => machine.Note is not null && !atWork.Contains(machine.Name))];
        foreach (SiteMachine machine in waiting.Length == 0 ? [] : cannot)
        {
            SiteConcern shortage = Make(
                state, words, cannot.Length == alive.Length ? ConcernLevel.Urgent : ConcernLevel.Warning, CannotHold, waiting, machine.Name,
                $"{machine.Name} takes nothing of what waits: {machine.Note}");
            yield return shortage with { Detail = machine.Note };
        }
    }

    private static IEnumerable<SiteConcern> OfDamages(SiteState state, IConcernWords words)
    {
        HashSet<SectorId> onList = [.. state.Sectors.Where(sector => !sector.Cancelled).Select(sector => sector.Sector)];
        foreach (IGrouping<string, SiteCheck> group in state.Checks.Where(check => check.Stage != SectorStage.Stopped).GroupBy(check => check.Place))
        {
            SectorId[] damaged = [.. group.SelectMany(check => check.Damaged).Select(damage => damage.Sector).Distinct().Where(sector => !onList.Contains(sector))];
            if (damaged.Length > 0)
            {
                yield return Make(state, words, ConcernLevel.Warning, Damaged, damaged, null, $"{Count(damaged.Length)} in {group.Key} {(damaged.Length == 1 ? "is" : "are")} damaged: {Names(damaged)}") with { Place = group.Key };
            }
        }

        foreach (SiteCheck failed in state.Checks.Where(check => check.Stage == SectorStage.Failed))
        {
            string why = failed.ExitCode is { } code ? string.Create(CultureInfo.InvariantCulture, $" ({words.Failure(code)}, exit code {code})") : "";
            yield return new SiteConcern(ConcernLevel.Warning, CheckFailed, [], failed.Machine, $"a look at {failed.Place} failed{why}: {failed.Message}", words.Again(failed))
            {
                Place = failed.Place,
                ExitCode = failed.ExitCode,
                Detail = failed.Message,
            };
        }
    }

    private static SiteConcern Make(
        SiteState state, IConcernWords words, ConcernLevel level, string kind, SectorId[] sectors, string? machine, string text, int? exitCode = null) =>
        new(level, kind, [.. sectors], machine, text, words.Commands(kind, exitCode, sectors, state.IsFleet)) { ExitCode = exitCode };

    private static IEnumerable<SectorId> Waiting(SiteState state) =>
        state.Sectors.Where(sector => sector is { Stage: SectorStage.Queued, Paused: false, Cancelled: false }).Select(sector => sector.Sector);

    private static string Count(int count) => string.Create(CultureInfo.InvariantCulture, $"{count} sector{(count == 1 ? "" : "s")}");

    private static int Whole(TimeSpan time) => Math.Max(1, (int)time.TotalMinutes);

    private static string Minutes(TimeSpan time) => time.TotalHours >= 2
        ? string.Create(CultureInfo.InvariantCulture, $"{time.TotalHours:0.#} hours")
        : string.Create(CultureInfo.InvariantCulture, $"{Whole(time)} minute{(Whole(time) == 1 ? "" : "s")}");

    private static string Names(SectorId[] sectors) => string.Join(", ", sectors.Take(MostNamed).Select(sector => sector.ToString()))
        + (sectors.Length > MostNamed ? string.Create(CultureInfo.InvariantCulture, $" and {sectors.Length - MostNamed} more") : "");
}
