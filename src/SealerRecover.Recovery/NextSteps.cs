using System.Globalization;
using Filecoin.Chain.Facts;
using Filecoin.Chain.Lookup;
using Filecoin.Chain.Rules;
using Filecoin.Primitives;
using SealerRecover.Recovery.Events;
using SealerRecover.Recovery.Storage;

namespace SealerRecover.Recovery;

/// <summary>What a piece of closing advice is about.</summary>
public enum NextStepKind
{
    /// <summary>Tell Lotus or Curio about the result folder.</summary>
    Declare,

    /// <summary>Have the files declared before a deadline opens, so that the fault ends with it.</summary>
    BeforeDeadline,

    /// <summary>Have the files readable before the challenge of a sector that is not faulty is drawn.</summary>
    BeforeChallenge,

    /// <summary>Pay the miner's fee debt, which stands in the way of everything else.</summary>
    PayDebt,

    /// <summary>The fault terminates the sector if it has not ended by then.</summary>
    BeforeTermination,

    /// <summary>Prove a pre-committed sector before its deposit is lost.</summary>
    Prove,

    /// <summary>Look whether the sectors can be proven.</summary>
    Check,

    /// <summary>Start the same command again.</summary>
    RunAgain,
}

/// <summary>One piece of advice for after a run.</summary>
/// <param name="Kind">What it is about.</param>
/// <param name="Text">One sentence, times in UTC.</param>
/// <param name="Commands">Command lines to choose from, ready for a shell; may be empty.</param>
/// <param name="Sectors">Whom it concerns.</param>
/// <param name="By">The latest time for it, where there is one.</param>
public sealed record NextStep(
    NextStepKind Kind, string Text, IReadOnlyList<string> Commands, IReadOnlyList<SectorId> Sectors, DateTimeOffset? By = null)
{
    /// <summary>What to send to the miner; null for other steps.</summary>
    public Fil? Send { get; init; }
}

/// <summary>
/// Says what to do after a run and by when. Lotus and Curio look for recovered sectors in the deadline before the next to last
/// and the declaration has to be on chain 70 epochs before the sector's deadline opens; files that stand 90 minutes before it
/// opens are in time, others wait a day (lotus storage/wdpost/wdpost_run_faults.go, FaultDeclarationCutoff).
/// </summary>
public static class NextSteps
{
    private const string Clock = "by this machine's clock";

    /// <summary>How long before a deadline opens files have to stand.</summary>
    internal static readonly TimeSpan Margin = Epochs.Span(SectorDue.Ahead);

    /// <summary>The advice, in the order to follow it.</summary>
    /// <param name="facts">The sectors of the run; those without a status get no times.</param>
    /// <param name="outcomes">How they ended.</param>
    /// <param name="resultFolder">Where they were installed.</param>
    /// <param name="now">The time to count from.</param>
    public static IReadOnlyList<NextStep> For(
        IReadOnlyList<SectorFacts> facts, IReadOnlyList<SectorOutcome> outcomes, string resultFolder, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(facts);
        ArgumentNullException.ThrowIfNull(outcomes);
        HashSet<SectorId> good =
            [.. outcomes.Where(outcome => outcome.Kind is OutcomeKind.Installed or OutcomeKind.AlreadyThere).Select(outcome => outcome.Sector)];
        SectorFacts[] recovered = [.. facts.Where(sector => good.Contains(sector.Sector))];
        now = Now(recovered.Select(sector => sector.Status), now);
        NextStep[] deadlines = [.. Deadlines(recovered, now)];
        NextStep[] challenges = [.. Challenges(recovered, now)];
        NextStep[] proofs = [.. Proofs(recovered, now)];
        List<NextStep> steps = [];
        if (recovered.Length > 0)
        {
            DateTimeOffset? first = deadlines.Concat(challenges).Concat(proofs).Where(step => step.By > now).Min(step => step.By);
            steps.Add(Declare(recovered, resultFolder, first));
        }

        steps.AddRange(proofs);
        steps.AddRange(deadlines);
        steps.AddRange(challenges);
        steps.AddRange(Terminations(recovered));
        if (deadlines.Length + challenges.Length > 0)
        {
            steps.Add(Check(recovered));
        }

        SectorId[] stopped = [.. outcomes.Where(outcome => outcome.Kind == OutcomeKind.Stopped).Select(outcome => outcome.Sector)];
        if (stopped.Length > 0)
        {
            steps.Add(new NextStep(
                NextStepKind.RunAgain,
                "Run the same command again; it carries on from the last finished layer or tree.",
                [],
                stopped));
        }

        return steps;
    }

    private static NextStep Declare(SectorFacts[] recovered, string resultFolder, DateTimeOffset? by)
    {
        SectorId[] sectors = [.. recovered.Select(facts => facts.Sector)];
        return Guid.TryParse(SectorStore.Read(resultFolder, out _)?.Id, out Guid id)
            ? new NextStep(
                NextStepKind.Declare,
                $"{resultFolder} is a storage path already; have it read again.",
                [$"lotus-miner storage redeclare --id {id}", $"curio cli --machine <host:port> storage redeclare {id}"],
                sectors,
                by)
            : new NextStep(
                NextStepKind.Declare,
                $"Attach {resultFolder} as a storage path, with the command of the software you run.",
                [
                    $"lotus-miner storage attach --init --store {Shell(resultFolder)}",
                    $"curio cli --machine <host:port> storage attach --init --store {Shell(resultFolder)}",
                ],
                sectors,
                by);
    }

    private static IEnumerable<NextStep> Deadlines(SectorFacts[] recovered, DateTimeOffset now) => recovered
        .Where(facts => facts.Status is { } status && Waits(status) && IsFaulty(status))
        .Select(facts => (facts.Sector, facts.Status!.Deadline, Opens: NextOpening(facts.Status, facts.Status.DeadlineOpens!.Value, now, Margin)))
        .GroupBy(sector => (sector.Deadline, sector.Opens))
        .OrderBy(group => group.Key.Opens)
        .Select(group =>
        {
            SectorId[] sectors = [.. group.Select(sector => sector.Sector)];
            string deadline = Deadline(group.Key.Deadline);
            return new NextStep(
                NextStepKind.BeforeDeadline,
                $"{SectorId.Names(sectors)}: to be declared by {Utc(group.Key.Opens - Margin)}, 90 minutes before {deadline} opens, "
                + "or the fault lasts another day; the recovery is then declared by itself, or by the command.",
                [$"lotus-miner proving recover-faults {Numbers(sectors)}"],
                sectors,
                group.Key.Opens - Margin);
        });

    private static IEnumerable<NextStep> Challenges(SectorFacts[] recovered, DateTimeOffset now) => recovered
        .Where(facts => facts.Status is { } status && Waits(status) && !IsFaulty(status))
        .Select(facts => (facts.Sector, Status: facts.Status!, Drawn: facts.Status!.DeadlineChallenge ?? facts.Status.DeadlineOpens!.Value))
        .GroupBy(sector => (sector.Status.Deadline, sector.Status.IsDeclaredRecovered, Drawn: NextOpening(sector.Status, sector.Drawn, now, TimeSpan.Zero)))
        .OrderBy(group => group.Key.Drawn)
        .Select(group =>
        {
            SectorId[] sectors = [.. group.Select(sector => sector.Sector)];
            return new NextStep(
                NextStepKind.BeforeChallenge,
                $"{SectorId.Names(sectors)}: {(group.Key.IsDeclaredRecovered ? "declared recovered already" : "not faulty on chain")}, so nothing is to be declared; "
                + $"to be readable before {Utc(group.Key.Drawn)}, when the challenge of {Deadline(group.Key.Deadline)} is drawn, or "
                + (group.Key.IsDeclaredRecovered ? "the fault lasts on." : "a fault begins."),
                [],
                sectors,
                group.Key.Drawn);
        });

    /// <summary>Whether it is proven and has a deadline to come: what was terminated or has expired has none.</summary>
    internal static bool Waits(ChainStatus status) =>
        status is { State: SectorState.Proven, DeadlineOpens: not null, IsTerminated: false } && (status.Expiration ?? long.MaxValue) > status.NowEpoch;

    /// <summary>Whether a recovery has to be declared for it; so where nobody told that it is not faulty.</summary>
    internal static bool IsFaulty(ChainStatus status) => status.IsFaulty != false && !status.IsDeclaredRecovered;

    private static string Deadline(int? deadline) =>
        deadline is int index ? string.Create(CultureInfo.InvariantCulture, $"deadline {index}") : "their deadline";

    private static IEnumerable<NextStep> Proofs(SectorFacts[] recovered, DateTimeOffset now) => recovered
        .Where(facts => facts.Status is { State: SectorState.PreCommitted, ProveBefore: not null })
        .GroupBy(facts => facts.Status!.TimeOf(facts.Status.ProveBefore!.Value))
        .OrderBy(group => group.Key)
        .Select(group =>
        {
            SectorId[] sectors = [.. group.Select(facts => facts.Sector)];
            return new NextStep(
                NextStepKind.Prove,
                group.Key > now
                    ? $"{SectorId.Names(sectors)}: pre-committed only; its proof has to be on chain before {Utc(group.Key)}, or the deposit is lost."
                    : $"{SectorId.Names(sectors)}: the time to prove it ended {Utc(group.Key)} {Clock}, so the pre-commit deposit is lost.",
                [],
                sectors,
                group.Key);
        });

    private static IEnumerable<NextStep> Terminations(SectorFacts[] recovered) => recovered
        .Where(facts => facts.Status is { FaultTerminatesAt: > 0 })
        .GroupBy(facts => facts.Status!.TimeOf(facts.Status.FaultTerminatesAt!.Value))
        .OrderBy(group => group.Key)
        .Select(group =>
        {
            SectorId[] sectors = [.. group.Select(facts => facts.Sector)];
            return new NextStep(
                NextStepKind.BeforeTermination,
                $"{SectorId.Names(sectors)}: terminated at {Utc(group.Key)} if the fault has not ended by then.",
                [],
                sectors,
                group.Key);
        });

    private static NextStep Check(SectorFacts[] recovered)
    {
        SectorFacts[] proven = [.. recovered.Where(facts => facts.Status is { Deadline: not null } status && Waits(status))];
        string[] lotus = [.. proven.Select(facts => (Deadline: facts.Status!.Deadline!.Value, OnlyFaulty: facts.Status.IsFaulty != false)).Distinct().Order()
            .Select(check => string.Create(
                CultureInfo.InvariantCulture, $"lotus-miner proving check --only-bad {(check.OnlyFaulty ? "--faulty " : "")}{check.Deadline}"))];
        return new NextStep(
            NextStepKind.Check,
            "Once declared, check that the sectors can be proven.",
            [.. lotus, "curio test window-post"],
            [.. proven.Select(facts => facts.Sector)]);
    }

    /// <summary>One clock for all: this machine's, as for <see cref="ChainStatus.NowEpoch"/>.</summary>
    internal static DateTimeOffset Now(IEnumerable<ChainStatus?> statuses, DateTimeOffset now) =>
        statuses.OfType<ChainStatus>().Select(status => status.HeadTime).Append(now).Max();

    /// <summary>The next time, at least so far ahead, at which what comes back every day comes: what was known at one head may be days old.</summary>
    internal static DateTimeOffset NextOpening(ChainStatus status, long opens, DateTimeOffset now, TimeSpan ahead)
    {
        TimeSpan late = now + ahead - status.TimeOf(opens);
        TimeSpan day = Epochs.Span(Epochs.PerDay);
        return status.TimeOf(opens) + (late > TimeSpan.Zero ? Math.Ceiling(late / day) * day : TimeSpan.Zero);
    }

    private static string Numbers(SectorId[] sectors) =>
        string.Join(' ', sectors.Select(sector => sector.Number.ToString(CultureInfo.InvariantCulture)));

    /// <summary>A time as advice tells it.</summary>
    internal static string Utc(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture);

    private static string Shell(string path) => path.All(next => char.IsAsciiLetterOrDigit(next) || next is '/' or '.' or '_' or '-')
        ? path
        : $"'{path.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
