using System.Globalization;
using Filecoin.Primitives;
using SealerRecover.Fleet.Claims;

namespace SealerRecover.Rendering;

/// <summary>Where the sectors of a fleet are, and its machines.</summary>
/// <param name="Sectors">The list.</param>
/// <param name="Workers">The machines.</param>
internal sealed record FleetAnswer(IReadOnlyList<ClaimView> Sectors, IReadOnlyList<WorkerView> Workers) : IAnswer
{
    /// <inheritdoc/>
    public JsonLine Json => new JsonFleet(
        [
            .. Sectors.Select(sector => new JsonFleetSector(
                JsonSector.Of(sector.Sector), sector.State, sector.Paused, sector.Priority, Iso(sector.Due), sector.Generation, sector.Worker, Quantities.Iso(sector.Since),
                sector.Worker is null ? null : Quantities.Iso(sector.Heard), sector.Progress.Placed, sector.Progress.Phase,
                sector.Progress.Phase is null ? null : sector.Progress.Step, sector.Progress.Phase is null ? null : sector.Progress.Steps,
                sector.Progress.Phase is null ? null : sector.Progress.Fraction, sector.Outcome, sector.ExitCode, sector.Message)),
        ],
        [
            .. Workers.Select(worker => new JsonFleetWorker(
                worker.Name, Quantities.Iso(worker.Since), Math.Round(worker.HeardSecondsAgo, 1), worker.Draining, worker.Ended, worker.Note)),
        ]);

    /// <inheritdoc/>
    public IEnumerable<TextBlock> Blocks()
    {
        yield return new TextLine(Sectors.Count == 0 ? "no sectors are on the list" : string.Join(", ", Sectors.GroupBy(sector => sector.State).OrderBy(group => group.Key)
            .Select(group => string.Create(CultureInfo.InvariantCulture, $"{group.Count()} {Word(group.Key)}"))));
        if (Sectors.Count > 0)
        {
            yield return new TextTable(
                ["sector", "state", "priority", "worker", "how far"],
                [.. Sectors.Select(sector => (IReadOnlyList<string>)
                [
                    sector.Sector.ToString(), Word(sector.State) + (sector.Paused ? ", paused" : ""), sector.Priority.ToString(CultureInfo.InvariantCulture),
                    SafeText.Clean(sector.Worker ?? ""), HowFar(sector),
                ])]);
        }

        if (Workers.Count > 0)
        {
            yield return new TextTable(
                ["worker", "last heard", "", ""],
                [.. Workers.Select(worker => (IReadOnlyList<string>)
                [
                    SafeText.Clean(worker.Name), $"{Quantities.Duration(TimeSpan.FromSeconds(worker.HeardSecondsAgo))} ago",
                    worker.Ended ? "ended" : worker.Draining ? "drains" : "", SafeText.Clean(worker.Note ?? ""),
                ])]);
        }
    }

    private static string HowFar(ClaimView sector) => sector switch
    {
        { State: ClaimState.Claimed, Progress: { Phase: { } phase } progress } => string.Create(
            CultureInfo.InvariantCulture, $"{phase} {progress.Step} of {progress.Steps}, {progress.Fraction:P0}"),
        { Message: { } message } => string.Create(CultureInfo.InvariantCulture, $"{(sector.ExitCode is > 0 ? $"exit code {sector.ExitCode}: " : "")}{SafeText.Clean(message)}"),
        { State: ClaimState.Queued, Progress.Placed: true } => "begun; its layers are with this worker",
        { Due: { } due, State: ClaimState.Queued } => $"due {Quantities.Instant(due)}",
        _ => sector.Outcome?.Replace('_', ' ') ?? "",
    };

    private static string Word(ClaimState state) => state switch
    {
        ClaimState.Queued => "queued",
        ClaimState.Claimed => "at work",
        ClaimState.Done => "done",
        ClaimState.Failed => "failed",
        _ => "cancelled",
    };

    private static string? Iso(DateTimeOffset? time) => time is { } known ? Quantities.Iso(known) : null;
}
