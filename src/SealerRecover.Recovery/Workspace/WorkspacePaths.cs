using Filecoin.Primitives;

namespace SealerRecover.Recovery.Workspace;

/// <summary>Where the files of one sector's workspace are; whether they are there is another question.</summary>
/// <param name="Folder">The workspace.</param>
internal readonly record struct WorkspacePaths(string Folder)
{
    /// <summary>Name of the replica.</summary>
    public const string SealedName = "sealed";

    /// <summary>Name of the folder of layers, trees and auxiliary files.</summary>
    public const string CacheName = "cache";

    /// <summary>Name of the updated replica.</summary>
    public const string UpdateName = "update";

    /// <summary>Name of the folder of an update's trees and auxiliary files.</summary>
    public const string UpdateCacheName = "update-cache";

    /// <summary>Name of the unsealed copy.</summary>
    public const string UnsealedName = "unsealed";

    /// <summary>The replica.</summary>
    public string SealedFile => Path.Combine(Folder, SealedName);

    /// <summary>Layers, trees and auxiliary files.</summary>
    public string CacheFolder => Path.Combine(Folder, CacheName);

    /// <summary>The updated replica.</summary>
    public string UpdateFile => Path.Combine(Folder, UpdateName);

    /// <summary>An update's trees and auxiliary files.</summary>
    public string UpdateCacheFolder => Path.Combine(Folder, UpdateCacheName);

    /// <summary>An unsealed copy.</summary>
    public string UnsealedFile => Path.Combine(Folder, UnsealedName);

    /// <summary>The workspace of a sector in the folder of all.</summary>
    public static WorkspacePaths Of(string tempFolder, SectorId sector) => new(Path.Combine(tempFolder, sector.FileName));
}
