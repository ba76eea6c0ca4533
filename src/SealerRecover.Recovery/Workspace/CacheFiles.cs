using Filecoin.Primitives;
using Filecoin.Sealing.Files;
using Filecoin.Sealing.Proofs.Synthetic;
using Filecoin.Sealing.Steps;

namespace SealerRecover.Recovery.Workspace;

/// <summary>Which files of a cache folder are this tool's and which of them are installed. Their content belongs to Filecoin.Sealing.</summary>
internal static class CacheFiles
{
    private const string Data = "sc-02-data-";
    private const string Extension = ".dat";

    /// <summary>Whether sealing makes files of this name: a final one, or one with a suffix, temporary or beside the file.</summary>
    public static bool IsOurs(string name) => name.StartsWith(Data, StringComparison.Ordinal)
        || name.StartsWith(CacheNames.PAux, StringComparison.Ordinal) || name.StartsWith(CacheNames.TAux, StringComparison.Ordinal)
        || name.StartsWith(CacheNames.SyntheticProofs, StringComparison.Ordinal);

    /// <summary>The files that belong into the result folder.</summary>
    /// <param name="porep">The sector's shape.</param>
    /// <param name="keepAll">Whether layers and all trees do.</param>
    /// <param name="synthetic">Whether synthetic proofs do.</param>
    public static IReadOnlyList<string> Installed(PorepParameters porep, bool keepAll, bool synthetic) =>
        [.. keepAll ? CacheNames.All(porep) : CacheNames.Finalized(porep), .. synthetic ? [CacheNames.SyntheticProofs] : Array.Empty<string>()];

    /// <summary>
    /// What was recorded when this file was written; false if nothing was. Steps are called as the files are, without what all
    /// file names share; a tree's always with its number.
    /// </summary>
    public static bool TryGetRecorded(IStepLog log, string name, out FileDigest recorded, StepsOf steps = StepsOf.Sealing)
    {
        recorded = default;
        if (name == CacheNames.SyntheticProofs)
        {
            return log.TryGet(SyntheticProofs.Step, out recorded);
        }

        if (!name.StartsWith(Data, StringComparison.Ordinal) || !name.EndsWith(Extension, StringComparison.Ordinal))
        {
            return false;
        }

        string step = name[Data.Length..^Extension.Length];
        return log.TryGet(SealStep.Parse(step) with { Of = steps }, out recorded) || log.TryGet(SealStep.Parse($"{step}-0") with { Of = steps }, out recorded);
    }
}
