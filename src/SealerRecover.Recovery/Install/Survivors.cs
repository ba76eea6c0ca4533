using Filecoin.Chain;
using Filecoin.Cryptography;
using Filecoin.Primitives;
using Filecoin.Sealing.Files;

namespace SealerRecover.Recovery.Install;

/// <summary>
/// What is left of a sector and spares work. A p_aux whose CommR is the chain's tells comm_c: then no columns have to be hashed and no
/// layers stored. Beside it the replica may stand, too; whether it is intact only its tree_r_last tells.
/// </summary>
/// <param name="CommC">comm_c, which CommR vouches for.</param>
/// <param name="CommRLast">comm_r_last of what was sealed; null if only an update's p_aux is left, which has another.</param>
/// <param name="Replica">The sealed file, if it stands in the result folder with its length.</param>
internal sealed record Survivors(Bytes32 CommC, Bytes32? CommRLast, string? Replica)
{
    /// <summary>Looks for a p_aux in the result folder, then in the other storage paths, and for the replica in the result folder.</summary>
    /// <param name="files">Reads it.</param>
    /// <param name="facts">The sector.</param>
    /// <param name="settings">Where.</param>
    /// <param name="commR">CommR of a p_aux.</param>
    /// <returns>Null if no p_aux is the sector's.</returns>
    public static Survivors? Find(IFileSystem files, SectorFacts facts, RecoverySettings settings, Func<PAuxFile, CommR> commR)
    {
        ResultLayout result = new(settings.ResultFolder, facts.Sector);
        ResultLayout[] all = [result, .. settings.StoragePaths.Select(path => new ResultLayout(path, facts.Sector))];
        if (all.Select(layout => PAuxOf(layout.CacheFolder, facts.SealedCid)).FirstOrDefault(found => found is not null) is { } pAux)
        {
            FileLook look = FileLook.Through(result.SealedFile);
            bool stands = look.Kind == FileKind.File && look.Length == facts.SealProof.SectorSize.Bytes;
            return new Survivors(pAux.CommC, pAux.CommRLast, stands ? result.SealedFile : null);
        }

        return facts.Update is { } update
            && all.Select(layout => PAuxOf(layout.UpdateCacheFolder, update.SealedCid)).FirstOrDefault(found => found is not null) is { } updated
                ? new Survivors(updated.CommC, CommRLast: null, Replica: null)
                : null;

        PAuxFile? PAuxOf(string folder, CommR expected)
        {
            string path = Path.Combine(folder, CacheNames.PAux);
            return FileLook.Through(path) is { Kind: FileKind.File, Length: PAuxFile.Length }
                && PAuxFile.Read(files, path) is var found && commR(found) == expected
                    ? found
                    : null;
        }
    }
}
