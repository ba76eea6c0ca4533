using Filecoin.Chain.Facts;
using Filecoin.Cryptography;
using Filecoin.Primitives;
using Filecoin.Sealing.Files;
using SealerRecover.Recovery.Settings;
using SealerRecover.Recovery.Survey;
using SealerRecover.Recovery.Workspace;

namespace SealerRecover.Recovery.Install;

/// <summary>
/// What is left of a sector and spares work. A p_aux whose CommR is the chain's, or what a metadata file kept of it, tells comm_c: then no
/// columns have to be hashed and no layers stored. Beside it the replica may stand, too, in the result folder or in other storage paths; whether
/// a copy is intact only its tree_r_last tells.
/// </summary>
/// <param name="CommC">comm_c, which CommR vouches for; an update has that of its key.</param>
/// <param name="IsKept">Whether the metadata file tells it, since no p_aux is left.</param>
/// <param name="Sealed">Copies of the sealed file, of a snapped sector its key, by their length and that they can be read at both ends, but for those known to be damaged; the one in the result folder first.</param>
/// <param name="Updates">Copies of the update likewise.</param>
internal sealed record Survivors(Bytes32 CommC, bool IsKept, IReadOnlyList<string> Sealed, IReadOnlyList<string> Updates)
{
    /// <summary>Whether labels may be spared altogether.</summary>
    public bool HasReplica => Sealed.Count > 0 || Updates.Count > 0;

    /// <summary>
    /// As <see cref="Find"/>; nothing where what only Commit 1 needs is to be made, since then layers and columns have to be made whatever else
    /// is left: unless that stands already, with the replica, or layers do that synthetic proofs can be made of.
    /// </summary>
    public static Survivors? FindSparing(IFileSystem files, SectorFacts facts, RecoverySettings settings, Func<PAuxFile, CommR> commR) =>
        !settings.Of(facts).ForCommit1 ? Find(files, facts, settings, commR)
        : (Commit1FilesStand(facts, settings) || FolderOfLayers(facts, settings) is not null) && Find(files, facts, settings, commR) is { Sealed.Count: > 0 } left ? left
        : null;

    /// <summary>A cache folder with layers and trees, by names and lengths, of which the synthetic proofs can be made that are wanted; null if there is none.</summary>
    public static string? FolderOfLayers(SectorFacts facts, RecoverySettings settings) => settings.Of(facts) is { SyntheticProofs: true, KeepAll: not true }
        ? settings.StoragePaths.Prepend(settings.ResultFolder).Distinct()
            .Select(path => new ResultLayout(path, facts.Sector).CacheFolder)
            .FirstOrDefault(folder => Commit1Files.AreIn(folder, facts.SealProof.Porep, PorepVariant.V1_1))
        : null;

    /// <summary>Whether everything that Commit 1 reads is in the result folder, by names and lengths.</summary>
    public static bool Commit1FilesStand(SectorFacts facts, RecoverySettings settings)
    {
        RecoverySettings own = settings.Of(facts);
        string cacheFolder = new ResultLayout(settings.ResultFolder, facts.Sector).CacheFolder;
        return facts.Update is null
            && (own.KeepAll != true || Commit1Files.AreIn(cacheFolder, facts.SealProof.Porep, PorepVariant.V1_1))
            && (own.SyntheticProofs != true || Commit1Files.AreIn(cacheFolder, facts.SealProof.Porep, PorepVariant.Synthetic));
    }

    /// <summary>Looks for a p_aux and for replicas in the result folder, then in the other storage paths.</summary>
    /// <param name="files">Reads it.</param>
    /// <param name="facts">The sector.</param>
    /// <param name="settings">Where.</param>
    /// <param name="commR">CommR of a p_aux.</param>
    /// <returns>Null if no p_aux is the sector's and none was kept.</returns>
    public static Survivors? Find(IFileSystem files, SectorFacts facts, RecoverySettings settings, Func<PAuxFile, CommR> commR)
    {
        ResultLayout[] all =
        [
            .. settings.StoragePaths.Prepend(settings.ResultFolder).Distinct().Select(path => new ResultLayout(path, facts.Sector)),
        ];
        PAuxFile? pAux = PAuxOf(files, all.Select(layout => layout.CacheFolder), facts.SealedCid, commR)
            ?? (facts.Update is { } update ? PAuxOf(files, all.Select(layout => layout.UpdateCacheFolder), update.SealedCid, commR) : null);
        return (pAux?.CommC ?? KeptCommC(facts, commR)) is { } commC
            ? new Survivors(
                commC, pAux is null, CopiesOf(layout => layout.SealedFile), facts.Update is null ? [] : CopiesOf(layout => layout.UpdateFile))
            : null;

        string[] CopiesOf(Func<ResultLayout, string> file) =>
        [
            .. all.Select(file).Where(path => !settings.Damaged.ContainsKey(path)
                && TargetLook.OfReadableFile(files, path).Look.IsFileOf(facts.SealProof.SectorSize.Bytes)),
        ];
    }

    /// <summary>comm_c as the metadata file has it; null where it has none, or one that CommR does not vouch for.</summary>
    public static Bytes32? KeptCommC(SectorFacts facts, Func<PAuxFile, CommR> commR) =>
        facts.Roots is { } kept && commR(new PAuxFile(kept.CommC, kept.CommRLast)) == facts.SealedCid ? kept.CommC : null;

    /// <summary>The first p_aux that CommR vouches for.</summary>
    /// <param name="files">Reads it.</param>
    /// <param name="cacheFolders">Where to look, whether or not they are there.</param>
    /// <param name="expected">The CommR.</param>
    /// <param name="commR">CommR of a p_aux.</param>
    public static PAuxFile? PAuxOf(IFileSystem files, IEnumerable<string> cacheFolders, CommR expected, Func<PAuxFile, CommR> commR)
    {
        return cacheFolders
            .Select(folder => Path.Combine(folder, CacheNames.PAux))
            .Where(path => FileLook.TryThrough(path).IsFileOf(PAuxFile.Length))
            .Select(TryRead)
            .FirstOrDefault(found => found is { } pAux && commR(pAux) == expected);

        // One that cannot be read vouches for nothing; where it is in the way, installing says so.
        PAuxFile? TryRead(string path)
        {
            try
            {
                return PAuxFile.Read(files, path);
            }
            catch (OperatorException failure) when (failure.Kind == FailureKind.Storage)
            {
                return null;
            }
        }
    }
}
