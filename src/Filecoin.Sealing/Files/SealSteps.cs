using System.Globalization;
using Filecoin.Sealing.Steps;

namespace Filecoin.Sealing.Files;

/// <summary>Names of the steps sealing records.</summary>
internal static class SealSteps
{
    /// <summary>Every base tree is finished, p_aux and t_aux are written; digest of p_aux.</summary>
    public const string Trees = "trees";

    /// <summary>tree_d is written; digest of the file.</summary>
    public const string TreeD = "tree-d";

    /// <summary>A layer file is written; digest of the file.</summary>
    public static string Layer(int layer) => CacheNames.LayerId(layer);

    /// <summary>A base tree of tree_r_last is written; digest of the file.</summary>
    public static string TreeRLast(int tree) => string.Create(CultureInfo.InvariantCulture, $"tree-r-last-{tree}");

    /// <summary>A base tree of tree_c is done; in place of a digest its root.</summary>
    public static string TreeCRoot(int tree) => string.Create(CultureInfo.InvariantCulture, $"tree-c-root-{tree}");

    /// <summary>A base tree of tree_c is written; digest of the file.</summary>
    public static string TreeC(int tree) => string.Create(CultureInfo.InvariantCulture, $"tree-c-{tree}");

    /// <summary>Whether a step is recorded and its file is what was recorded.</summary>
    public static bool IsRecorded(IFileSystem files, IStepLog log, string step, string path) =>
        log.TryGet(step, out FileDigest digest)
        && FileLook.Through(path).IsFileOf(digest.Length)
        && SegmentDigests.OfFile(files, path) == digest;
}
