using Filecoin.Primitives;
using SealerRecover.Recovery.Workspace;

namespace SealerRecover.Recovery.Reconcile;

/// <summary>A file or folder of a sector, as an index has it.</summary>
/// <param name="StorageId">The storage path.</param>
/// <param name="Sector">The sector.</param>
/// <param name="FileType">One bit: 1 unsealed, 2 sealed, 4 cache, 8 update, 16 update-cache (lotus storage/sealer/storiface/filetype.go); others are none of a storage path's areas.</param>
public sealed record IndexedFile(string StorageId, SectorId Sector, int FileType)
{
    /// <summary>The area it is in; null for a kind that no area is for.</summary>
    internal InstallArea? Area => FileType switch
    {
        1 => InstallArea.Unsealed,
        2 => InstallArea.Sealed,
        4 => InstallArea.Cache,
        8 => InstallArea.Update,
        16 => InstallArea.UpdateCache,
        _ => null,
    };
}

/// <summary>What lotus-miner or Curio believe to be where.</summary>
/// <param name="Name">Whose it is, in sentences.</param>
/// <param name="StorageIds">The storage paths it has, those of other machines with them.</param>
/// <param name="Files">What it has in them.</param>
public sealed record SectorIndex(string Name, IReadOnlySet<string> StorageIds, IReadOnlyList<IndexedFile> Files);
