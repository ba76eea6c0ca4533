using Filecoin.Cryptography;
using Filecoin.Primitives;
using Filecoin.Sealing;
using Filecoin.Sealing.Files;
using Filecoin.Sealing.Pieces;
using SealerRecover.Recovery.Workspace;

namespace SealerRecover.Recovery.Install;

/// <summary>
/// A replica that stands in the result folder and was read and found to have the CommR it has to have: a snapped sector's key or its update,
/// when only the other one is lost. It is used where it stands and nothing of it is changed.
/// </summary>
/// <param name="File">The replica.</param>
/// <param name="CacheFolder">Its cache folder.</param>
/// <param name="Commitments">What it commits to.</param>
/// <param name="Files">All files of it that are there.</param>
internal sealed record StandingReplica(
    string File, string CacheFolder, SealedCommitments Commitments, IReadOnlyList<FinishedFile> Files)
{
    /// <summary>Files without which it is not complete.</summary>
    public required IReadOnlyList<string> Missing { get; init; }

    /// <summary>Looks for one, and reads all of it if p_aux is the right one's.</summary>
    /// <param name="files">Reads it.</param>
    /// <param name="layout">Where.</param>
    /// <param name="area">Sealed or Update.</param>
    /// <param name="porep">Its shape.</param>
    /// <param name="commD">What it is over.</param>
    /// <param name="expected">The CommR it has to have.</param>
    /// <param name="commR">CommR of a p_aux.</param>
    /// <param name="commRLast">Root of tree_r_last over a replica; costs minutes for a real one.</param>
    /// <returns>Null if there is none, or it is not intact.</returns>
    public static StandingReplica? Find(
        IFileSystem files,
        ResultLayout layout,
        InstallArea area,
        PorepParameters porep,
        CommD commD,
        CommR expected,
        Func<PAuxFile, CommR> commR,
        Func<ISectorData, Bytes32> commRLast)
    {
        (string file, string folder, string prefix, string name) = area == InstallArea.Sealed
            ? (layout.SealedFile, layout.CacheFolder, string.Empty, ManifestFile.Sealed)
            : (layout.UpdateFile, layout.UpdateCacheFolder, ManifestFile.InUpdateCache, ManifestFile.Update);
        string pAuxPath = Path.Combine(folder, CacheNames.PAux);
        if (FileLook.Through(file) is not { Kind: FileKind.File } look || look.Length != porep.SectorSize.Bytes
            || FileLook.Through(pAuxPath) is not { Kind: FileKind.File, Length: PAuxFile.Length })
        {
            return null;
        }

        PAuxFile pAux = PAuxFile.Read(files, pAuxPath);
        using PaddedFile replica = new(file, porep.SectorSize, files);
        if (commR(pAux) != expected || commRLast(replica) != pAux.CommRLast)
        {
            return null;
        }

        ILookup<bool, string> names = CacheNames.Finalized(porep)
            .ToLookup(cached => FileLook.Through(Path.Combine(folder, cached)).Kind == FileKind.File);
        return new StandingReplica(
            file,
            folder,
            new SealedCommitments(commD, pAux.CommC, pAux.CommRLast, expected),
            [
                .. names[true].Select(cached => FinishedFiles.Standing(files, prefix + cached, Path.Combine(folder, cached))),
                FinishedFiles.Standing(files, name, file),
            ])
        {
            Missing = [.. names[false].Where(cached => cached != CacheNames.TAux)],
        };
    }
}
