using System.Globalization;
using Filecoin.Primitives;
using SealerRecover.Recovery.Events;
using SealerRecover.Recovery.Survey;
using SealerRecover.Recovery.Workspace;

namespace SealerRecover.Recovery.Scrub;

/// <summary>A sector that is due.</summary>
/// <param name="Sector">Which.</param>
/// <param name="LookedAt">When it was looked at last, as it is now; null for never.</param>
/// <param name="IsBegun">Whether the reading of one of its files was begun.</param>
/// <param name="Large">Its large files: replicas and unsealed copies.</param>
/// <param name="Bytes">Length of them.</param>
internal sealed record DueSector(SectorId Sector, DateTimeOffset? LookedAt, bool IsBegun, IReadOnlyList<string> Large, long Bytes);

/// <summary>
/// Which sectors are looked at, and when: what was begun first, then what was never looked at or was changed since, then what was looked at longest
/// ago; what was looked at lately is not.
/// </summary>
/// <param name="roots">Where sectors lie.</param>
/// <param name="known">What was seen of them.</param>
/// <param name="unfinished">What was begun.</param>
/// <param name="time">The clock.</param>
/// <param name="events">Told how far looking at names and times is, where it takes long: a million files are minutes on a disk.</param>
internal sealed class ScrubOrder(
    StorageRoots roots, IReadOnlyList<ScrubbedSector> known, IReadOnlyList<UnfinishedReading> unfinished, TimeProvider time, EventSink events)
{
    private static readonly TimeSpan Often = TimeSpan.FromSeconds(10);

    private static readonly InstallArea[] Files = [InstallArea.Sealed, InstallArea.Update, InstallArea.Unsealed];

    private readonly Dictionary<SectorId, ScrubbedSector> _known = known.ToDictionary(seen => seen.Sector);
    private readonly HashSet<string> _begun = [.. unfinished.Select(reading => reading.Path)];

    /// <summary>The sectors that are due, in order.</summary>
    /// <param name="sectors">Those that may be.</param>
    /// <param name="before">Those looked at since are not.</param>
    public IReadOnlyList<DueSector> Of(IReadOnlyCollection<SectorId> sectors, DateTimeOffset before) =>
    [
        .. Told(sectors).Select(Look)
            .Where(due => due.LookedAt is not { } lookedAt || lookedAt <= before)
            .OrderByDescending(due => due.IsBegun)
            .ThenBy(due => due.LookedAt ?? DateTimeOffset.MinValue)
            .ThenBy(due => due.Sector.Number),
    ];

    /// <summary>The sectors that were not whole when they were looked at and were not touched since.</summary>
    public IReadOnlyList<ScrubbedSector> StillDamaged(IEnumerable<SectorId> sectors) =>
        [.. sectors.Select(sector => _known.GetValueOrDefault(sector)).OfType<ScrubbedSector>().Where(seen => !seen.IsWhole && IsUntouched(seen))];

    private IEnumerable<SectorId> Told(IReadOnlyCollection<SectorId> sectors)
    {
        long told = time.GetTimestamp();
        int done = 0;
        foreach (SectorId sector in sectors)
        {
            yield return sector;
            done++;
            if (time.GetElapsedTime(told) >= Often)
            {
                told = time.GetTimestamp();
                events.Notice(string.Create(CultureInfo.InvariantCulture, $"looked whether files have changed: {done} of {sectors.Count} sectors"));
            }
        }
    }

    private DueSector Look(SectorId sector)
    {
        string[] large = [.. Files.SelectMany(area => roots.PlacesOf(sector, area))];
        return new DueSector(
            sector,
            _known.TryGetValue(sector, out ScrubbedSector? seen) && IsUntouched(seen) ? seen.LookedAt : null,
            large.Any(_begun.Contains),
            large,
            large.Sum(path => FileIdentity.Of(path)?.Length ?? 0));
    }

    /// <summary>Whether every file is as it was seen, and no copy came to them.</summary>
    private bool IsUntouched(ScrubbedSector seen)
    {
        HashSet<string> places = [.. seen.Files.SelectMany(file => new[] { file.Path, Path.GetDirectoryName(file.Path)! })];
        return seen.IsUntouched
            && Enum.GetValues<InstallArea>().SelectMany(area => roots.PlacesOf(seen.Sector, area)).All(places.Contains);
    }
}
