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
/// <param name="chain">What the chain has; null where it was not asked.</param>
/// <param name="indexes">What lotus-miner and Curio believe; those that were asked.</param>
public sealed class Reconciler(ActorId miner, StorageRoots roots, ChainSectors? chain, IReadOnlyList<SectorIndex> indexes)
{
    private static readonly InstallArea[] Areas = Enum.GetValues<InstallArea>();

    private readonly Dictionary<string, string?> _ids = roots.Folders.ToDictionary(folder => folder, folder => SectorStore.Read(folder, out _)?.Id);

    /// <summary>All about which they disagree, by sector; what is about none comes last.</summary>
    /// <param name="settings">Kernels to tell with whose cache folders are.</param>
    public IReadOnlyList<Discrepancy> Find(SurveySettings settings)
    {
        Discrepancy[] found = [.. Chain(), .. Twice(), .. Misplaced(settings), .. Strays(), .. indexes.SelectMany(Index)];
        return [.. found.OrderBy(one => one.Sector is null).ThenBy(one => one.Sector?.Number).ThenBy(one => one.Kind).ThenBy(one => one.File, StringComparer.Ordinal)];
    }

    private SectorId Sector(ulong number) => new(miner, number);

    private IEnumerable<Discrepancy> Chain()
    {
        if (chain is null)
        {
            yield break;
        }

        HashSet<(SectorId Sector, InstallArea Area)> elsewhere = Elsewhere();
        foreach (ulong number in chain.Live.Order())
        {
            SectorId sector = Sector(number);
            bool isSnapped = chain.Known.GetValueOrDefault(number)?.SectorKeyCid is not null;
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

            foreach ((InstallArea area, string path) in PlacesOf(Sector(number)))
            {
                yield return new Discrepancy(
                    DiscrepancyKind.Ended, Sector(number), ResultLayout.NameOf(area), path, IdAt(path), known is null ? "the chain does not have its sector, or does not have it yet" : "its sector has expired or been terminated");
            }
        }
    }

    private IEnumerable<Discrepancy> Twice() =>
        from number in roots.NumbersOf(miner)
        from area in Areas
        let places = roots.PlacesOf(Sector(number), area)
        from path in places.Skip(1)
        select new Discrepancy(DiscrepancyKind.Twice, Sector(number), ResultLayout.NameOf(area), path, IdAt(path), $"it stands at {places[0]}, too");

    private IEnumerable<Discrepancy> Misplaced(SurveySettings settings)
    {
        if (chain is null)
        {
            return [];
        }

        MisplacedSearch search = new(roots, settings, [.. chain.Known.Values.Select(SurveyFacts.From)]);
        return roots.NumbersOf(miner).SelectMany(number => search.Under(Sector(number))
            .Select(sentence => new Discrepancy(DiscrepancyKind.Misplaced, Sector(number), null, null, null, sentence)));
    }

    private IEnumerable<Discrepancy> Strays() => roots.Strays.Select(stray => new Discrepancy(
        DiscrepancyKind.Stray,
        stray.DeclaredAs,
        null,
        stray.Path,
        IdAt(stray.Path),
        stray.DeclaredAs is null ? "it is not called as a sector's file is; Lotus refuses to declare a storage path with it" : "it is not called as a sector's file is; Lotus takes it for that sector's"));

    private IEnumerable<Discrepancy> Index(SectorIndex index)
    {
        HashSet<(string Id, SectorId Sector, InstallArea Area)> entries =
            [.. from file in index.Files where file is { Area: not null } && file.Sector.Miner == miner select (file.StorageId, file.Sector, file.Area!.Value)];
        foreach ((string folder, string? id) in _ids)
        {
            if (id is null || !index.StorageIds.Contains(id))
            {
                yield return new Discrepancy(DiscrepancyKind.PathWithoutEntry, null, null, folder, id, $"{index.Name} does not know this storage path");
                continue;
            }

            HashSet<(string Id, SectorId Sector, InstallArea Area)> files =
            [
                .. from number in roots.NumbersOf(miner)
                   from place in PlacesOf(Sector(number))
                   where roots.FolderOf(place.Path) == folder
                   select (id, Sector(number), place.Area),
            ];
            foreach ((string _, SectorId sector, InstallArea area) in entries.Where(entry => entry.Id == id).Except(files))
            {
                yield return new Discrepancy(
                    DiscrepancyKind.EntryWithoutFile, sector, ResultLayout.NameOf(area), new ResultLayout(folder, sector).Of(area), id, $"{index.Name} has it, and it is not there");
            }

            foreach ((string _, SectorId sector, InstallArea area) in files.Except(entries))
            {
                yield return new Discrepancy(
                    DiscrepancyKind.FileWithoutEntry, sector, ResultLayout.NameOf(area), new ResultLayout(folder, sector).Of(area), id, $"{index.Name} does not know that it is there");
            }
        }
    }

    /// <summary>What an index has in storage paths of other machines, about which nothing can be said here.</summary>
    private HashSet<(SectorId Sector, InstallArea Area)> Elsewhere() =>
    [
        .. from file in indexes.SelectMany(index => index.Files)
           where file.Area is not null && !_ids.ContainsValue(file.StorageId)
           select (file.Sector, file.Area!.Value),
    ];

    private IEnumerable<(InstallArea Area, string Path)> PlacesOf(SectorId sector) => Areas.SelectMany(area => roots.PlacesOf(sector, area).Select(path => (area, path)));

    private string? IdAt(string path) => _ids[roots.FolderOf(path)];
}
