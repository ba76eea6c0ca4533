using Filecoin.Primitives;
using Filecoin.Sealing.Files;
using SealerRecover.Recovery.Workspace;

namespace SealerRecover.Recovery.Survey;

/// <summary>A folder that was named as a storage path and is a part of one, or holds several.</summary>
/// <param name="Sentence">What it is, without the full stop.</param>
/// <param name="Meant">The storage paths that must have been meant; empty where they cannot be told.</param>
public sealed record StoragePathMistake(string Sentence, IReadOnlyList<string> Meant)
{
    /// <summary>Deeper than that nobody mounts disks below the folder of all of them.</summary>
    private const int MostLevels = 2;

    private static readonly string[] Areas = [.. Enum.GetValues<InstallArea>().Select(ResultLayout.NameOf)];

    /// <summary>What is wrong with a path as a storage path; null if it may be one. Only names are looked at.</summary>
    /// <param name="path">Absolute.</param>
    /// <exception cref="OperatorException">Storage: it cannot be looked into.</exception>
    public static StoragePathMistake? In(string path) => Within(path) ?? StorageFailure.Explain($"looking at {path}", () => Above(path));

    /// <summary>As <see cref="In"/>, of a folder that may yet become a storage path, wherever it is: only whether it is a part of one.</summary>
    /// <param name="path">Absolute.</param>
    /// <exception cref="OperatorException">Storage: it cannot be looked into.</exception>
    public static StoragePathMistake? Within(string path) => StorageFailure.Explain($"looking at {path}", () =>
    {
        string given = Path.TrimEndingDirectorySeparator(path);
        string name = Path.GetFileName(given);
        string? parent = Path.GetDirectoryName(given);
        if (SectorId.TryParseFileName(name, out SectorId sector) && Areas.Contains(Path.GetFileName(parent)) && Path.GetDirectoryName(parent) is { } above)
        {
            return new StoragePathMistake($"{path} is what the storage path {above} holds of {sector}, not a storage path", [above]);
        }

        if (FileLook.TryThrough(given).Kind != FileKind.Folder || HasArea(given))
        {
            return null;
        }

        bool holdsSectors = HoldsSectors(given);
        if (Areas.Contains(name) && parent is not null && (holdsSectors || IsStoragePath(parent)))
        {
            return new StoragePathMistake($"{path} is the folder {name} of the storage path {parent}, not a storage path", [parent]);
        }

        return holdsSectors
            ? new StoragePathMistake($"{path} holds files of sectors itself, so it is a folder of a storage path, not a storage path", [])
            : null;
    });

    private static StoragePathMistake? Above(string path)
    {
        string given = Path.TrimEndingDirectorySeparator(path);
        string[] below = FileLook.TryThrough(given).Kind == FileKind.Folder && !HasArea(given) ? [given] : [];
        for (int level = 0; level < MostLevels; level++)
        {
            below = [.. below.SelectMany(FoldersIn)];
            string[] meant = [.. below.Where(IsStoragePath)];
            if (meant.Length > 0)
            {
                return new StoragePathMistake(
                    $"{path} is no storage path but holds {(meant.Length == 1 ? "one" : "several")}: {string.Join(", ", meant)}", meant);
            }
        }

        return null;
    }

    private static bool HasArea(string folder) =>
        Array.Exists(Areas, area => FileLook.TryThrough(Path.Combine(folder, area)).Kind == FileKind.Folder);

    /// <summary>Whether a folder is surely a storage path: other things have a folder called cache, too.</summary>
    private static bool IsStoragePath(string folder) => Array.Exists(Areas, area => HoldsSectors(Path.Combine(folder, area)))
        || (HasArea(folder) && FileLook.TryThrough(Path.Combine(folder, "sectorstore.json")).Kind == FileKind.File);

    private static bool HoldsSectors(string folder) =>
        Array.Exists(EntriesOf(folder), entry => SectorId.TryParseFileName(Path.GetFileName(entry), out _));

    private static IEnumerable<string> FoldersIn(string folder) =>
        EntriesOf(folder).Where(entry => !Path.GetFileName(entry).StartsWith('.') && FileLook.TryThrough(entry).Kind == FileKind.Folder);

    /// <summary>Below and beside what was named, what cannot be looked into is no storage path that was meant.</summary>
    private static string[] EntriesOf(string folder)
    {
        try
        {
            return FileLook.EntriesOf(folder);
        }
        catch (UnauthorizedAccessException)
        {
            return [];
        }
        catch (IOException)
        {
            return [];
        }
    }
}
