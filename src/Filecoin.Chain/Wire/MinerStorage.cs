using System.Text.Json.Serialization;

namespace Filecoin.Chain.Wire;

/// <summary>A file of a sector that stands in a storage path, as lotus-miner's StorageList tells it (lotus storage/sealer/storiface/index.go Decl).</summary>
internal sealed record StoredFile
{
    /// <summary>Number of the miner.</summary>
    public required ulong Miner { get; init; }

    /// <summary>Number of the sector.</summary>
    public required ulong Number { get; init; }

    /// <summary>The kinds of files, one bit each (<see cref="Filecoin.Primitives.SectorFileType"/>).</summary>
    public required int SectorFileType { get; init; }

    /// <summary>Whether a replica or its cache folder is among them; unsealed copies are not what a disk takes a sector with.</summary>
    internal bool IsOfReplica => (SectorFileType & Primitives.SectorFileType.OfReplica) != 0;
}

/// <summary>Where files of a storage path can be fetched, as lotus-miner's StorageInfo tells it.</summary>
internal sealed record StorageUrls
{
    /// <summary>The URLs.</summary>
    [JsonPropertyName("URLs")]
    public IReadOnlyList<string>? Urls { get; init; }
}
