using Filecoin.Chain.Facts;
using Filecoin.Primitives;
using SealerRecover.Recovery.Storage;
using SealerRecover.Recovery.Survey;
using SealerRecover.Recovery.Workspace;

namespace SealerRecover.Recovery.Reconcile;

/// <summary>
/// Lays what the chain has of a miner's sectors, what indexes believe and what storage paths of this machine hold side by side. Only names are
/// looked at, and each cache folder's p_aux, which tells whose it is; how good files are a survey says. Nothing is changed.
/// </summary>
/// <param name="miner">Whose sectors.</param>
/// <param name="roots">The storage paths.</param>
/// <param name="indexes">What lotus-miner and Curio believe; those that were asked.</param>
public sealed class Reconciler(ActorId miner, StorageRoots roots, IReadOnlyList<SectorIndex> indexes)
{
    private static readonly InstallArea[] Areas = Enum.GetValues<InstallArea>();

    private readonly Dictionary<string, string?> _ids = roots.Folders.ToDictionary(folder => folder, folder => SectorStore.Read(folder, out _)?.Id);

    private readonly ILookup<SectorId, Place> _places =
    (
        from number in roots.NumbersOf(miner)
        let sector = new SectorId(miner, number)
        from area in Areas
        from path in roots.PlacesOf(sector, area)
        select new Place(sector, area, path, roots.FolderOf(path))
    ).ToLookup(place => place.Sector);

    /// <summary>All about which they disagree, by sector; what is about none comes last.</summary>
    /// <param name="chain">What the chain has; null where it was not asked.</param>
    /// <param name="settings">Kernels to tell with whose cache folders are.</param>
    public IReadOnlyList<Discrepancy> Find(ChainSectors? chain, SurveySettings settings)
    {
        Discrepancy[] found = [.. chain is null ? [] : Chain(chain), .. Twice(), .. chain is null ? [] : Misplaced(chain, settings), .. Strays(), .. indexes.SelectMany(Index)];
        return [.. found.OrderBy(one => one.Sector is null).ThenBy(one => one.Sector?.Number).ThenBy(one => one.Kind).ThenBy(one => one.File, StringComparer.Ordinal)];
    }

    private SectorId Sector(ulong number) => new(miner, number);

    private IEnumerable<Discrepancy> Chain(ChainSectors chain)
    {
        HashSet<(SectorId Sector, InstallArea Area)> elsewhere = Elsewhere();
        foreach (ulong number in chain.Live.Order())
        {
            SectorId sector = Sector(number);
            if (!chain.Known.TryGetValue(number, out SectorCommitments? commitments))
            {
                continue;
            }

            bool isSnapped = commitments.SectorKeyCid is not null;
            InstallArea[] needed = isSnapped ? [InstallArea.Update, InstallArea.UpdateCache] : [InstallArea.Sealed, InstallArea.Cache];
            InstallArea[] missing = [.. needed.Where(area => roots.PlacesOf(sector, area).Count == 0 && !elsewhere.Contains((sector, area)))];
            string names = string.Join(" and ", missing.Select(ResultLayout.NameOf));
            if (missing.Length == needed.Length)
            {
                yield return new Discrepancy(
                    DiscrepancyKind.Lost, sector, null, null, null, $"the chain has it, and no storage path its {names}{(isSnapped ? ", which it is proven with since it was snapped" : "")}");
            }
            else if (missing.Length > 0)
            {
                yield return new Discrepancy(DiscrepancyKind.Incomplete, sector, ResultLayout.NameOf(missing[0]), null, null, $"no storage path has its {names}");
            }
        }

        foreach (ulong number in roots.NumbersOf(miner).Where(number => !chain.Live.Contains(number)))
        {
            SectorCommitments? known = chain.Known.GetValueOrDefault(number);
            if (known is { IsUnproven: true })
            {
                continue;
            }

            foreach (Place place in _places[Sector(number)])
            {
                yield return Of(DiscrepancyKind.Ended, place, known is null ? "the chain does not have its sector, or does not have it yet" : "its sector has expired or been terminated");
            }
        }
    }

    private IEnumerable<Discrepancy> Twice() =>
        from sector in _places
        from same in sector.GroupBy(place => place.Area)
        from other in same.Skip(1)
        select Of(DiscrepancyKind.Twice, other, $"it stands at {same.First().Path}, too");

    private IEnumerable<Discrepancy> Misplaced(ChainSectors chain, SurveySettings settings) =>
        from folder in new MisplacedSearch(roots, settings, [.. chain.Known.Values.Select(SurveyFacts.From)]).CacheFolders()
        where folder.LiesAs.Miner == miner
        select new Discrepancy(DiscrepancyKind.Misplaced, folder.LiesAs, null, folder.Path, IdAt(folder.Path), $"its p_aux makes the CommR of {folder.Owner}");

    private IEnumerable<Discrepancy> Strays() => roots.Strays.Select(stray => new Discrepancy(
        DiscrepancyKind.Stray,
        stray.DeclaredAs,
        null,
        stray.Path,
        IdAt(stray.Path),
        stray.DeclaredAs is null ? "it is not called as a sector's file is; Lotus refuses to declare a storage path with it" : "it is not called as a sector's file is; Lotus takes it for that sector's"));

    private IEnumerable<Discrepancy> Index(SectorIndex index)
    {
        ILookup<string, (SectorId Sector, InstallArea Area)> entries = (
            from file in index.Files
            where file.Area is not null && file.Sector.Miner == miner
            select (file.StorageId, Entry: (file.Sector, file.Area!.Value))).ToLookup(file => file.StorageId, file => file.Entry);
        ILookup<string, (SectorId Sector, InstallArea Area)> files =
            _places.SelectMany(sector => sector).ToLookup(place => place.Folder, place => (place.Sector, place.Area));
        foreach ((string folder, string? id) in _ids)
        {
            if (id is null || !index.StorageIds.Contains(id))
            {
                yield return new Discrepancy(DiscrepancyKind.PathWithoutEntry, null, null, folder, id, $"{index.Name} does not know this storage path");
                continue;
            }

            foreach ((SectorId sector, InstallArea area) in entries[id].Except(files[folder]))
            {
                yield return Of(DiscrepancyKind.EntryWithoutFile, new Place(sector, area, new ResultLayout(folder, sector).Of(area), folder), $"{index.Name} has it, and it is not there");
            }

            foreach ((SectorId sector, InstallArea area) in files[folder].Except(entries[id]))
            {
                yield return Of(DiscrepancyKind.FileWithoutEntry, new Place(sector, area, new ResultLayout(folder, sector).Of(area), folder), $"{index.Name} does not know that it is there");
            }
        }
    }

    /// <summary>Live sectors that need not be asked about: nothing of them is here, and an index has them in storage paths of other machines.</summary>
    /// <param name="live">Those that are proven and have not ended.</param>
    public IEnumerable<ulong> HeldElsewhere(IEnumerable<ulong> live)
    {
        HashSet<(SectorId Sector, InstallArea Area)> elsewhere = Elsewhere();
        return live.Where(number => !_places[Sector(number)].Any() && (Has(number, InstallArea.Sealed, InstallArea.Cache) || Has(number, InstallArea.Update, InstallArea.UpdateCache)));

        bool Has(ulong number, params InstallArea[] areas) => areas.All(area => elsewhere.Contains((Sector(number), area)));
    }

    /// <summary>What an index has in storage paths of other machines, about which nothing can be said here.</summary>
    private HashSet<(SectorId Sector, InstallArea Area)> Elsewhere() =>
    [
        .. from file in indexes.SelectMany(index => index.Files)
           where file.Area is not null && !_ids.ContainsValue(file.StorageId)
           select (file.Sector, file.Area!.Value),
    ];

    private Discrepancy Of(DiscrepancyKind kind, Place place, string why) => new(kind, place.Sector, ResultLayout.NameOf(place.Area), place.Path, _ids[place.Folder], why);

    private string? IdAt(string path) => _ids[roots.FolderOf(path)];

    /// <summary>Something of a sector in a storage path.</summary>
    private sealed record Place(SectorId Sector, InstallArea Area, string Path, string Folder);
}
