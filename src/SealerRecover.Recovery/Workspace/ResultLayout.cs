using System.Globalization;
using Filecoin.Primitives;
using Filecoin.Sealing.Files;

namespace SealerRecover.Recovery.Workspace;

/// <summary>
/// Where everything of one sector is in a result folder. sealed/, cache/, update/, update-cache/ and unsealed/ are read by Lotus and Curio, which take any name that
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

    /// <summary>The replica.</summary>
    public string SealedFile => Of(InstallArea.Sealed);

    /// <summary>The folder of p_aux, t_aux and trees.</summary>
    public string CacheFolder => Of(InstallArea.Cache);

    /// <summary>The updated replica.</summary>
    public string UpdateFile => Of(InstallArea.Update);

    /// <summary>The folder of the update's p_aux, t_aux and trees.</summary>
    public string UpdateCacheFolder => Of(InstallArea.UpdateCache);

    /// <summary>The folder of what this tool needs beside them.</summary>
    public string Own => Path.Combine(Root, OwnFolder);

    /// <summary>What was installed, and its digests.</summary>
    public string ReceiptFile => Path.Combine(Own, "installed", sector.FileName);

    /// <summary>Keeps a second process, with whatever temporary folder, away from the sector.</summary>
    public string LockFile => Path.Combine(Own, "locks", sector.FileName);

    /// <summary>Where --force keeps old files.</summary>
    public string ReplacedParent => Path.Combine(Own, "replaced");

    /// <summary>A folder that is not there yet, for what is moved aside of this sector at one moment.</summary>
    public string NewAside(DateTimeOffset now)
    {
        string stamp = now.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
        string aside = Path.Combine(ReplacedParent, $"{sector.FileName}-{stamp}");
        for (int i = 2; FileLook.At(aside).Kind != FileKind.Missing; i++)
        {
            aside = Path.Combine(ReplacedParent, string.Create(CultureInfo.InvariantCulture, $"{sector.FileName}-{stamp}-{i}"));
        }

        return aside;
    }

    /// <summary>Folders of files on their way, each called like its sector, a point, and what tells its inputs from others.</summary>
    public string StagingParent => Path.Combine(Own, "staging");

    /// <summary>Files on their way, of work for these inputs.</summary>
    public string StagingFolder(WorkInputs inputs) => Path.Combine(StagingParent, $"{sector.FileName}.{inputs.Fingerprint}");

    /// <summary>sealed/, cache/ and so on, each made when the first sector comes.</summary>
    public string Parent(InstallArea area) => Path.Combine(Root, NameOf(area));

    /// <summary>The sector's file or folder there.</summary>
    public string Of(InstallArea area) => Path.Combine(Parent(area), sector.FileName);

    /// <summary>Where a file ends up.</summary>
    public string Target(ManifestFile file) => file.IsInFolder ? Path.Combine(Of(file.Area), file.NameInFolder) : Of(file.Area);

    /// <summary>Where a file waits.</summary>
    public string Staged(WorkInputs inputs, ManifestFile file) =>
        file.IsInFolder ? Path.Combine(Staged(inputs, file.Area), file.NameInFolder) : Staged(inputs, file.Area);

    /// <summary>Where an area's file or folder waits.</summary>
    public string Staged(WorkInputs inputs, InstallArea area) => Path.Combine(StagingFolder(inputs), NameOf(area));

    /// <summary>Disk already taken by this sector; what cannot be looked at does not count, since it is made again.</summary>
    public long AllocatedBytes()
    {
        return Enum.GetValues<InstallArea>().Sum(Allocated);

        long Allocated(InstallArea area)
        {
            try
            {
                return area is InstallArea.Cache or InstallArea.UpdateCache ? FileLook.AllocatedBelow(Of(area)) : FileLook.At(Of(area)).Allocated;
            }
            catch (Exception failure) when (StorageFailure.Is(failure))
            {
                return 0;
            }
        }
    }

    /// <summary>The area's folder in a storage path.</summary>
    public static string NameOf(InstallArea area) => area switch
    {
        InstallArea.Cache => "cache",
        InstallArea.UpdateCache => "update-cache",
        InstallArea.Unsealed => "unsealed",
        InstallArea.Sealed => "sealed",
        _ => "update",
    };
}
