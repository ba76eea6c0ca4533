using Filecoin.Primitives;
using SealerRecover.Recovery.Files;
using SealerRecover.Recovery.Workspace;

namespace SealerRecover.Recovery.Install;

/// <summary>
/// Where everything of one sector is in a result folder. sealed/ and cache/ are read by Lotus and Curio, which take any name that
/// begins like a sector's for that sector and stop at any other; so nothing but finished sectors ever stands there. What this tool
/// needs beside them, on the same file system, is in .sealer-recover/: staging/ (files on their way), installed/ (receipts),
/// replaced/ (what --force moved aside) and locks/.
/// </summary>
internal sealed class ResultLayout(string resultFolder, SectorId sector)
{
    /// <summary>The folder Lotus and Curio do not look into.</summary>
    public const string OwnFolder = ".sealer-recover";

    /// <summary>The result folder.</summary>
    public string Root { get; } = resultFolder;

    /// <summary>sealed/, made when the first sector comes.</summary>
    public string SealedParent => Path.Combine(Root, "sealed");

    /// <summary>cache/, made when the first sector comes.</summary>
    public string CacheParent => Path.Combine(Root, "cache");

    /// <summary>The replica.</summary>
    public string SealedFile => Path.Combine(SealedParent, sector.FileName);

    /// <summary>The folder of p_aux, t_aux and trees.</summary>
    public string CacheFolder => Path.Combine(CacheParent, sector.FileName);

    /// <summary>What was installed, and its digests.</summary>
    public string ReceiptFile => Path.Combine(Root, OwnFolder, "installed", sector.FileName);

    /// <summary>Keeps a second process, with whatever temporary folder, away from the sector.</summary>
    public string LockFile => Path.Combine(Root, OwnFolder, "locks", sector.FileName);

    /// <summary>Where --force keeps old files.</summary>
    public string ReplacedParent => Path.Combine(Root, OwnFolder, "replaced");

    /// <summary>Files on their way, of work for these inputs.</summary>
    public string StagingFolder(WorkInputs inputs) => Path.Combine(Root, OwnFolder, "staging", $"{sector.FileName}.{inputs.Fingerprint}");

    /// <summary>Where a file ends up.</summary>
    public string Target(ManifestFile file) => file.IsSealed ? SealedFile : Path.Combine(CacheFolder, file.Name);

    /// <summary>Where a file waits.</summary>
    public string Staged(WorkInputs inputs, ManifestFile file) => file.IsSealed
        ? Path.Combine(StagingFolder(inputs), ManifestFile.Sealed)
        : Path.Combine(StagingFolder(inputs), "cache", file.Name);

    /// <summary>Disk already taken by this sector.</summary>
    public long AllocatedBytes() => FileLook.At(SealedFile).Allocated + FileLook.AllocatedBelow(CacheFolder);
}
