using Filecoin.Primitives;
using SealerRecover.Recovery.Workspace;

namespace SealerRecover.Recovery.Reconcile;

/// <summary>A file or folder of a sector, as an index has it.</summary>
/// <param name="StorageId">The storage path.</param>
/// <param name="Sector">The sector.</param>
/// <param name="FileType">One bit (<see cref="SectorFileType"/>); some are none of a storage path's areas.</param>
public sealed record IndexedFile(string StorageId, SectorId Sector, int FileType)
{
    /// <summary>The area it is in; null for a kind that no area is for.</summary>
    internal InstallArea? Area => FileType switch
    {
        SectorFileType.Unsealed => InstallArea.Unsealed,
        SectorFileType.Sealed => InstallArea.Sealed,
        SectorFileType.Cache => InstallArea.Cache,
        SectorFileType.Update => InstallArea.Update,
        SectorFileType.UpdateCache => InstallArea.UpdateCache,
        _ => null,
    };
}

/// <summary>What lotus-miner or Curio believe to be where.</summary>
/// <param name="Name">Whose it is, in sentences.</param>
/// <param name="StorageIds">The storage paths it has, those of other machines with them.</param>
/// <param name="Files">What it has in them.</param>
public sealed record SectorIndex(string Name, IReadOnlySet<string> StorageIds, IReadOnlyList<IndexedFile> Files);
