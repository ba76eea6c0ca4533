using Filecoin.Primitives;

namespace Filecoin.Chain.Nodes;

/// <summary>A storage path as a running lotus-miner knows it.</summary>
/// <param name="Id">Its storage ID.</param>
/// <param name="Path">Its folder on the machine of lotus-miner itself; null for a path of another machine, as of a worker.</param>
/// <param name="Urls">Where its files can be fetched.</param>
/// <param name="Sectors">Sectors of which a replica or its cache folder stands there, in order.</param>
public sealed record MinerStoragePath(string Id, string? Path, IReadOnlyList<string> Urls, IReadOnlyList<SectorId> Sectors)
{
    /// <summary>Everything that stands there, as lotus-miner believes.</summary>
    public IReadOnlyList<DeclaredFiles> Files { get; init; } = [];
}

/// <summary>Files of a sector in a storage path.</summary>
/// <param name="Sector">The sector.</param>
/// <param name="FileTypes">Which, a bit each (<see cref="SectorFileType"/>).</param>
public sealed record DeclaredFiles(SectorId Sector, int FileTypes);
