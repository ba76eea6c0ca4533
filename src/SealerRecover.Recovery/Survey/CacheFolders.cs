using Filecoin.Primitives;
using Filecoin.Sealing.Files;
using Filecoin.Sealing.Trees;

namespace SealerRecover.Recovery.Survey;

/// <summary>The copies of the files that finished sectors have in their cache folder, and what else is in there. Only names and lengths.</summary>
internal static class CacheFolders
{
    /// <summary>A file in every cache folder of a sector.</summary>
    /// <param name="folders">The cache folders.</param>
    /// <param name="name">The file.</param>
    /// <param name="length">The length it has to have; null for any.</param>
    /// <param name="remark">What another length may mean.</param>
    public static IReadOnlyList<FileCopy> CopiesOf(
        IReadOnlyList<string> folders, string name, long? length, Func<long, string?>? remark = null) =>
    [
        .. folders.Select(folder => Path.Combine(folder, name))
            .Select(path => new FileCopy(path, FileLooks.Of(path, length, remark))),
    ];

    /// <summary>What a tree_r_last file of an unexpected length may be.</summary>
    public static string? TreeOfOtherRows(BaseTreeLayout layout, long length) => layout.LowestRowOfFile(length) is { } row
        ? FormattableString.Invariant(
            $"it is as long as with {row - 1} rows discarded: if this miner proves so, set FIL_PROOFS_ROWS_TO_DISCARD={row - 1}")
        : null;

    /// <summary>Everything in the cache folders that a finished sector does not have.</summary>
    public static IReadOnlyList<ExtraFile> ExtrasIn(IReadOnlyList<string> folders, PorepParameters porep)
    {
        HashSet<string> own = [.. CacheNames.Finalized(porep)];
        HashSet<string> leftOver = [.. CacheNames.All(porep), CacheNames.SyntheticProofs];
        List<ExtraFile> extras = [];
        foreach (string path in folders.SelectMany(EntriesOf))
        {
            string name = Path.GetFileName(path);
            if (!own.Contains(name))
            {
                FileLook look = FileLook.At(path);
                extras.Add(new ExtraFile(path, look.Kind == FileKind.File ? look.Length : 0, leftOver.Contains(name)));
            }
        }

        return extras;
    }

    // What is no folder, or cannot be listed, is said of the files that belong in it.
    private static string[] EntriesOf(string folder)
    {
        try
        {
            return TargetLook.OfFolder(folder).Look.Kind == FileKind.Folder ? FileLook.EntriesOf(folder) : [];
        }
        catch (Exception failure) when (StorageFailure.Is(failure))
        {
            return [];
        }
    }
}
