using System.Globalization;
using System.Numerics;
using Filecoin.Chain.Rules;
using Filecoin.Primitives;
using SealerRecover.Recovery.Metrics;
using SealerRecover.Recovery.Site;

namespace SealerRecover.Rendering;

/// <summary>How a fleet stands: the whole, what needs a person, its sectors and its machines.</summary>
/// <param name="Site">It.</param>
internal sealed record SiteAnswer(SiteState Site) : IAnswer
{
    /// <inheritdoc/>
    public JsonLine Json => new JsonSite(Site);

    /// <inheritdoc/>
    public IEnumerable<TextBlock> Blocks()
    {
        foreach (string line in Whole())
        {
            yield return new TextLine(line);
        }

        foreach (SiteConcern concern in Site.Concerns)
        {
            yield return new TextLine($"{(concern.Level == ConcernLevel.Urgent ? "! " : "- ")}{SafeText.Clean(concern.Text)}");
            foreach (string command in concern.Commands)
            {
                yield return new TextLine($"    {command}");
            }
        }

        if (Site.Sectors.Length > 0)
        {
            yield return new TextTable(
                ["sector", "state", "priority", "due", "worker", "how far"],
                [.. Site.Sectors.Select(sector => (IReadOnlyList<string>)
                [
                    sector.Sector.ToString(), State(sector), sector.Priority.ToString(CultureInfo.InvariantCulture), sector.Due is { } due ? Minute(due) : "",
                    SafeText.Clean(sector.Machine ?? ""), HowFar(sector),
                ])]);
        }

        if (Site.Checks.Length > 0)
        {
            yield return new TextTable(
                ["check", "of", "state", "worker", "found"],
                [.. Site.Checks.Select(check => (IReadOnlyList<string>)
                [
                    Kind(check) + (check.Deadline is { } deadline ? string.Create(CultureInfo.InvariantCulture, $", deadline {deadline}, partition {check.Partition}") : ""),
                    SafeText.Clean(check.Place), State(check),
                    SafeText.Clean(check.Machine ?? ""), Found(check),
                ])]);
            foreach (SiteDamage damage in Site.Checks.SelectMany(check => check.Damaged))
            {
                yield return new TextLine($"  {damage.Sector}: {SafeText.Clean(damage.Text)}");
            }
        }

        if (Site.Machines.Length > 0)
        {
            yield return new TextTable(
                ["worker", "last heard", "", "cores", "memory left", "disk left", "labels/s", ""],
                [.. Site.Machines.Select(machine => (IReadOnlyList<string>)
                [
                    SafeText.Clean(machine.Name), $"{Quantities.Duration(TimeSpan.FromSeconds(machine.HeardSecondsAgo ?? 0))} ago",
                    machine.Ended ? "ended" : !machine.Alive ? "gone" : machine.Draining ? "drains" : "", Cores(machine),
                    machine.MemoryAvailable is { } memory ? ByteCount.Text(memory) : "", machine.DiskAvailable is { } disk ? ByteCount.Text(disk) : "", Labels(machine),
                    SafeText.Clean(machine.Note ?? ""),
                ])]);
        }
    }

    private IEnumerable<string> Whole()
    {
        SiteRun run = Site.Run;
        string states = string.Join(", ", Site.Sectors.GroupBy(State).OrderBy(group => group.Key, StringComparer.Ordinal)
            .Select(group => string.Create(CultureInfo.InvariantCulture, $"{group.Count()} {group.Key}")));
        yield return Site.Sectors.Length == 0 ? "no sectors are on the list"
            : states + (run.Fraction is { } fraction ? string.Create(CultureInfo.InvariantCulture, $"; {Math.Floor(fraction * 1000) / 10:0.#} % of the work is done") : "")
                + (run.DoneAt is { } done ? $", all of it about {Minute(done)} ({Quantities.Duration(done - Site.At)})" : "");
        if (run.LostPerDay is { } lost && run.SavedPerDay is { } saved)
        {
            yield return $"{Fil(lost)} a day are lost with sectors that are not back, {Fil(saved)} a day no longer"
                + (run.SavedTerminations is { } terminations && terminations != "0" ? $"; terminations of {Fil(terminations)} are averted" : "");
        }

        if (run.NextDue is { } next)
        {
            int late = Site.Sectors.Count(sector => sector.Late);
            yield return $"next deadline {Minute(next)}" + (late > 0 ? string.Create(CultureInfo.InvariantCulture, $"; {late} {(late == 1 ? "comes" : "come")} too late for theirs") : "");
        }
    }

    private static string HowFar(SiteSector sector) => sector switch
    {
        { Stage: SectorStage.Queued, Phase: not null } => "begun; its layers are with this worker",
        { Phase: { } phase, Step: { } step, Steps: { } steps } => string.Create(CultureInfo.InvariantCulture, $"{phase.Replace('_', ' ')} {step} of {steps}, {sector.Fraction ?? 0:P0}"),
        { Message: { } message } => string.Create(CultureInfo.InvariantCulture, $"{(sector.ExitCode is { } code ? $"exit code {code}: " : "")}{SafeText.Clean(message)}"),
        _ => sector.Outcome?.Replace('_', ' ') ?? "",
    };

    private static string State(SiteSector sector) => sector switch
    {
        { Cancelled: true } => "cancelled",
        { Stage: SectorStage.Queued, Paused: true } => "queued, paused",
        { Stage: SectorStage.Queued } => "queued",
        { Stage: SectorStage.Done } => "done",
        { Stage: SectorStage.Failed } => "failed",
        { Stage: SectorStage.Stopped } => "stopped",
        { Paused: true } => "at work, paused",
        _ => "at work",
    };

    /// <summary>"survey, deep, 100 stretches".</summary>
    private static string Kind(SiteCheck check) => check.Kind + (check.Quick ? ", quick" : "") + (check.Deep ? ", deep" : "")
        + (check.Sample is { } sample ? string.Create(CultureInfo.InvariantCulture, $", {sample} stretches") : "");

    private static string State(SiteCheck check) => check switch
    {
        { Stage: SectorStage.Checking } => string.Create(CultureInfo.InvariantCulture, $"{check.Done} of {check.Total}"),
        { Stage: SectorStage.Queued, Paused: true } => "queued, paused",
        _ => Words.Of(check.Stage),
    };

    private static string Found(SiteCheck check) => check.Message is { } message ? string.Create(CultureInfo.InvariantCulture, $"{(check.ExitCode is { } code ? $"exit code {code}: " : "")}{SafeText.Clean(message)}")
        : check.Done == 0 ? ""
        : string.Create(CultureInfo.InvariantCulture, $"{check.Good} good, {check.Damaged.Length} damaged, {check.Absent} not there")
            + (check is { Sample: not null, BlockChance: { } chance } ? $"; damage of one block is met with a chance of {Quantities.Chance(chance)}" : "");

    private static string Cores(SiteMachine machine) => machine.Cores is { } cores
        ? string.Create(CultureInfo.InvariantCulture, $"{cores}{(machine.Busy is { } busy ? $", {busy:P0} busy" : "")}")
        : "";

    private static string Labels(SiteMachine machine) => machine.LabelRate is { } rate
        ? string.Create(CultureInfo.InvariantCulture, $"{rate / 1e6:0.00} M{(machine.LabelRateExpected is { } expected ? $" of {expected / 1e6:0.00} M" : "")}")
        : "";

    private static string Minute(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm'Z'", CultureInfo.InvariantCulture);

    private static string Fil(string atto) => BigInteger.TryParse(atto, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out BigInteger amount)
        ? new Fil(amount).ToString()
        : atto;
}
