using System.Collections.Immutable;
using System.Globalization;
using Filecoin.Primitives;
using SealerRecover.Recovery.Metrics;

namespace SealerRecover.Recovery.Site;

/// <summary>What of one machine's run needs a person. Pure.</summary>
internal static class RunConcerns
{
    /// <summary>The most pressing first.</summary>
    /// <param name="state">How the run stands.</param>
    /// <param name="isGone">Whether its process is gone and has not told an end.</param>
    /// <param name="standstill">For how long nothing has moved on; null where something has.</param>
    public static ImmutableArray<SiteConcern> Of(SiteState state, bool isGone, TimeSpan? standstill)
    {
        IEnumerable<SiteConcern?> all =
        [
            .. state.Sectors.Where(sector => sector.Stage == SectorStage.Failed).GroupBy(sector => sector.ExitCode).OrderBy(group => group.Key).Select(group => Failed([.. group])),
            isGone ? new SiteConcern(ConcernLevel.Urgent, "run_gone", [], state.Machines is [var machine, ..] ? machine.Name : null, "the run is gone and has not said how it ended; the same command goes on", []) : null,
            standstill is { } still ? new SiteConcern(
                ConcernLevel.Urgent, "nothing_moves", [], null, string.Create(CultureInfo.InvariantCulture, $"nothing has moved on for {still.TotalMinutes:0} minutes"), []) : null,
            Late([.. state.Sectors.Where(sector => sector.Late && !sector.Stage.HasEnded())]),
        ];
        return [.. all.OfType<SiteConcern>()];
    }

    private static SiteConcern Failed(SiteSector[] sectors) => new(
        ConcernLevel.Urgent, "failed", Ids(sectors), null, sectors.Length == 1 && sectors[0].Message is { } message ? message : $"{Names(sectors)} failed: {sectors[0].Message}", []);

    private static SiteConcern? Late(SiteSector[] sectors) => sectors.Length == 0 ? null : new SiteConcern(
        ConcernLevel.Warning, "late", Ids(sectors), null, $"{Names(sectors)} {(sectors.Length == 1 ? "is" : "are")} going to be done too late for the next deadline", []);

    private static ImmutableArray<SectorId> Ids(SiteSector[] sectors) => [.. sectors.Select(sector => sector.Sector)];

    private static string Names(SiteSector[] sectors) => SectorId.Names([.. sectors.Select(sector => sector.Sector)]);
}
