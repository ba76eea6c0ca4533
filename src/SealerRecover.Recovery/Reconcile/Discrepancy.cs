using Filecoin.Primitives;

namespace SealerRecover.Recovery.Reconcile;

/// <summary>What chain, index and disks can disagree about.</summary>
public enum DiscrepancyKind
{
    /// <summary>The chain has a sector of which no storage path has anything that proves it.</summary>
    Lost,

    /// <summary>The chain has a sector of which a storage path has the replica or the cache folder, and none the other.</summary>
    Incomplete,

    /// <summary>Files of a sector that the chain does not have: no more, or not yet.</summary>
    Ended,

    /// <summary>The same file or folder of a sector in more than one storage path.</summary>
    Twice,

    /// <summary>Files of one sector in the place of another's.</summary>
    Misplaced,

    /// <summary>A name in an area of a storage path that is no sector's.</summary>
    Stray,

    /// <summary>The index has a file in a storage path that is here, and it is not there.</summary>
    EntryWithoutFile,

    /// <summary>A file in a storage path that the index has, and the file it has not.</summary>
    FileWithoutEntry,

    /// <summary>A storage path that the index does not have.</summary>
    PathWithoutEntry,
}

/// <summary>One thing about which they disagree.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Sector">The sector; null where it is about none.</param>
/// <param name="File">The kind of file by the name of its area: sealed, cache, update, update-cache or unsealed; null where it is about none.</param>
/// <param name="Path">Where it is, or should be; null where nobody knows.</param>
/// <param name="StorageId">The storage path's ID; null where it is about none, or has none.</param>
/// <param name="Why">Half a sentence.</param>
public sealed record Discrepancy(DiscrepancyKind Kind, SectorId? Sector, string? File, string? Path, string? StorageId, string Why);
