namespace Filecoin.Primitives;

/// <summary>
/// Kinds of a sector's files as lotus-miner's index and Curio's database number them, a bit each (lotus storage/sealer/storiface/filetype.go; Curio
/// added pieces and keys).
/// </summary>
public static class SectorFileType
{
    /// <summary>The unsealed copy.</summary>
    public const int Unsealed = 1;

    /// <summary>The sealed file.</summary>
    public const int Sealed = 2;

    /// <summary>Its cache folder.</summary>
    public const int Cache = 4;

    /// <summary>The update.</summary>
    public const int Update = 8;

    /// <summary>Its cache folder.</summary>
    public const int UpdateCache = 16;

    /// <summary>A piece that Curio parks, which is no sector's.</summary>
    public const int Piece = 32;

    /// <summary>Replicas and their cache folders: what a lost disk takes a sector with. Unsealed copies are not it.</summary>
    public const int OfReplica = Sealed | Cache | Update | UpdateCache;
}
