using Filecoin.Primitives;
using Filecoin.Sealing.Files;
using SealerRecover.Recovery.Workspace;

namespace SealerRecover.Recovery.Survey;

/// <summary>Something in a storage folder that is not called as a sector's file or folder is.</summary>
/// <param name="Path">Where.</param>
/// <param name="DeclaredAs">The sector Lotus declares it as; null where Lotus refuses to declare the whole storage path because of it.</param>
public sealed record StrayEntry(string Path, SectorId? DeclaredAs);

/// <summary>
/// Storage paths as Lotus and Curio lay them out: folders with sealed/, cache/, update/, update-cache/ and unsealed/ in them, and in those
/// entries called s-t0…-…. One sector may lie in several of them, in parts or twice. What recover installs into has the same layout.
/// </summary>
public sealed class StorageRoots
{
    private readonly Dictionary<(SectorId Sector, InstallArea Area), List<string>> _places = [];
    private readonly List<(InstallArea Area, string Path)> _halfMoved = [];
    private readonly List<StrayEntry> _strays = [];
    private readonly List<string> _remarks = [];

    private StorageRoots(IReadOnlyList<string> folders) => Folders = folders;

    /// <summary>The storage paths, each once.</summary>
    public IReadOnlyList<string> Folders { get; }

    /// <summary>Entries that are called otherwise, by path.</summary>
    public IReadOnlyList<StrayEntry> Strays => _strays;

    /// <summary>Sentences about folders that could not be looked into, or hold nothing to look at.</summary>
    public IReadOnlyList<string> Remarks => _remarks;

    /// <summary>Lists storage paths. Nothing is opened or changed.</summary>
    /// <param name="folders">Absolute paths.</param>
    /// <exception cref="OperatorException">BadInput: none given, or one is no folder.</exception>
    public static StorageRoots Read(IEnumerable<string> folders)
    {
        ArgumentNullException.ThrowIfNull(folders);
        HashSet<(ulong, ulong)> seen = [];
        List<string> distinct = [];
        foreach (string folder in folders)
        {
            FileLook look = StorageFailure.Explain($"looking at {folder}", () => FileLook.Through(folder));
            if (look.Kind != FileKind.Folder)
            {
                throw new OperatorException(
                    FailureKind.BadInput,
                    $"{folder} {(look.Kind == FileKind.Missing ? "does not exist" : "is not a folder")}",
                    "name the storage paths that hold sealed/ and cache/, as `lotus-miner storage list` prints them");
            }

            if (seen.Add((look.Device, look.Inode)))
            {
                distinct.Add(folder);
            }
        }

        StorageRoots roots = new(distinct);
        distinct.ForEach(roots.List);
        return roots;
    }

    /// <summary>The sectors of a miner that anything is there of, in order.</summary>
    public IReadOnlyList<ulong> NumbersOf(ActorId miner) =>
        [.. _places.Keys.Select(key => key.Sector).Where(sector => sector.Miner == miner).Select(sector => sector.Number).Distinct().Order()];

    /// <summary>Where a sector's file or folder of an area is: paths, in the order of the storage paths.</summary>
    internal IReadOnlyList<string> PlacesOf(SectorId sector, InstallArea area) => _places.GetValueOrDefault((sector, area)) ?? [];

    /// <summary>Everything of an area, whatever sector's name it has; what a crash left between two places with it.</summary>
    internal IReadOnlyList<string> All(InstallArea area) =>
    [
        .. _places.Where(entry => entry.Key.Area == area).SelectMany(entry => entry.Value),
        .. _halfMoved.Where(entry => entry.Area == area).Select(entry => entry.Path),
    ];

    /// <summary>Whether what <see cref="All"/> names stands in an area of a storage path, and not between two places.</summary>
    internal bool IsInArea(string path) => !_halfMoved.Exists(entry => entry.Path == path);

    /// <summary>The sector that the name says of what <see cref="All"/> names.</summary>
    internal static SectorId SectorAt(string path) =>
        SectorId.TryParseFileName(Path.GetFileName(path), out SectorId sector) ? sector : throw new ArgumentException($"{path} has no sector's name", nameof(path));

    /// <summary>The storage path that something stands in, by its full path.</summary>
    public string FolderOf(string path) => Folders
        .Where(folder => path.StartsWith(folder.TrimEnd('/') + '/', StringComparison.Ordinal)).MaxBy(folder => folder.Length)!;

    /// <summary>The storage paths that hold anything of a sector, in their order.</summary>
    public IReadOnlyList<string> FoldersOf(SectorId sector)
    {
        HashSet<string> there = [.. Enum.GetValues<InstallArea>().SelectMany(area => PlacesOf(sector, area)).Select(FolderOf)];
        return [.. Folders.Where(there.Contains)];
    }

    /// <summary>Entries that Lotus takes for this sector's though they are called otherwise.</summary>
    public IReadOnlyList<StrayEntry> StraysOf(SectorId sector) => [.. _strays.Where(stray => stray.DeclaredAs == sector)];

    private void List(string root)
    {
        bool any = false;
        foreach (InstallArea area in Enum.GetValues<InstallArea>())
        {
            string folder = Path.Combine(root, ResultLayout.NameOf(area));
            if (TargetLook.OfFolder(folder).Trouble is { } trouble)
            {
                any = true;
                _remarks.Add($"{folder} {trouble}");
                continue;
            }

            try
            {
                if (FileLook.Through(folder).Kind == FileKind.Folder)
                {
                    any = true;
                    Array.ForEach(FileLook.EntriesOf(folder), entry => Take(entry, area));
                }
            }
            catch (Exception failure) when (StorageFailure.Is(failure))
            {
                any = true;
                _remarks.Add($"{folder} cannot be looked into: {failure.Message}");
            }
        }

        foreach (InstallArea area in Enum.GetValues<InstallArea>())
        {
            string folder = MovePlan.FolderBetween(root, area);
            if (FileLook.TryThrough(folder).Kind == FileKind.Folder)
            {
                _halfMoved.AddRange(FileLook.EntriesOf(folder).Where(path => SectorId.TryParseFileName(Path.GetFileName(path), out _)).Select(path => (area, path)));
            }
        }

        if (!any)
        {
            _remarks.Add($"{root} holds none of the folders sealed, cache, update, update-cache and unsealed: it is no storage path, or an empty one");
        }
    }

    private void Take(string entry, InstallArea area)
    {
        string name = Path.GetFileName(entry);
        if (SectorId.TryParseFileName(name, out SectorId sector))
        {
            if (!_places.TryGetValue((sector, area), out List<string>? places))
            {
                _places[(sector, area)] = places = [];
            }

            places.Add(entry);
        }
        else if (name != DeclaredName.Fetching)
        {
            _strays.Add(new StrayEntry(entry, DeclaredName.TryParse(name, out SectorId declared) ? declared : null));
        }
    }
}
