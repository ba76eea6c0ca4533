using Filecoin.Primitives;
using SealerRecover.Recovery.Storage;

namespace SealerRecover.Settings;

/// <summary>A repository of Lotus or Curio in which a list of storage paths may stand.</summary>
/// <param name="Teller">Whose.</param>
/// <param name="Folder">The folder, absolute.</param>
/// <param name="IsNamed">Whether a variable named it, so that its absence is worth a word.</param>
/// <param name="Folders">Makes paths absolute.</param>
internal sealed record StorageRepository(StorageTeller Teller, string Folder, bool IsNamed, Folders Folders)
{
    private static readonly (StorageTeller Teller, string[] Variables, string Default)[] All =
    [
        (StorageTeller.LotusRepository, ["LOTUS_MINER_PATH", "LOTUS_STORAGE_PATH"], "~/.lotusminer"),
        (StorageTeller.LotusRepository, ["LOTUS_WORKER_PATH"], "~/.lotusworker"),
        (StorageTeller.CurioRepository, ["CURIO_REPO_PATH"], "~/.curio"),
    ];

    /// <summary>The variables with a meaning, for help and documentation.</summary>
    internal static IReadOnlyList<(string Name, string Meaning)> Documented { get; } =
    [
        ("LOTUS_MINER_PATH", "lotus-miner's repository, whose storage.json names storage paths; default ~/.lotusminer"),
        ("LOTUS_STORAGE_PATH", "the older name of that"),
        ("LOTUS_WORKER_PATH", "a Lotus worker's, likewise; default ~/.lotusworker"),
        ("CURIO_REPO_PATH", "a Curio node's, likewise; default ~/.curio"),
    ];

    /// <summary>Those of a machine.</summary>
    /// <param name="value">The value of a variable, null where it is not set or empty.</param>
    /// <param name="hasHome">Whether there is a home folder.</param>
    /// <param name="folders">Makes paths absolute.</param>
    internal static IReadOnlyList<StorageRepository> Read(Func<string, string?> value, bool hasHome, Folders folders)
    {
        List<StorageRepository> found = [];
        foreach ((StorageTeller teller, string[] variables, string otherwise) in All)
        {
            if (Array.Find(variables, name => value(name) is not null) is { } named)
            {
                found.Add(new StorageRepository(teller, folders.Absolute(value(named)!, named), true, folders));
            }
            else if (hasHome)
            {
                found.Add(new StorageRepository(teller, folders.Absolute(otherwise, "HOME"), false, folders));
            }
        }

        return found;
    }

    /// <summary>A path that the list names: Lotus and Curio expand "~", and take one that is not absolute from where they were started.</summary>
    internal string? Expand(string path)
    {
        try
        {
            return path.StartsWith('/') || path.StartsWith('~') ? Folders.Absolute(path, "storage.json") : null;
        }
        catch (OperatorException)
        {
            return null; // A home folder that this process has none of.
        }
    }
}
