using Filecoin.Primitives;
using Filecoin.Sealing.Files;
using SealerRecover.Recovery.Workspace;

namespace SealerRecover.Recovery.Diagnosis;

/// <summary>
/// Where the files are that a mismatch left, and with what they were made. Finding them reads; nothing is locked, made or altered, so that a
/// diagnosis can be run beside a recovery.
/// </summary>
public sealed class KeptWork
{
    private readonly WorkspacePaths _paths;

    private KeptWork(UsedInputs? inputs, Journal? journal, WorkspacePaths paths, string sealedFile, string cacheFolder)
    {
        Inputs = inputs;
        Journal = journal;
        _paths = paths;
        SealedFile = sealedFile;
        CacheFolder = cacheFolder;
    }

    /// <summary>What the journal says it was made of; null without a journal.</summary>
    public UsedInputs? Inputs { get; }

    /// <summary>The workspace.</summary>
    public string Folder => _paths.Folder;

    /// <summary>The sealed file, whether or not it is there.</summary>
    public string SealedFile { get; }

    /// <summary>Its cache folder, whether or not it is there.</summary>
    public string CacheFolder { get; }

    /// <summary>The updated file.</summary>
    public string UpdateFile => _paths.UpdateFile;

    /// <summary>Its cache folder.</summary>
    public string UpdateCacheFolder => _paths.UpdateCacheFolder;

    /// <summary>What was recorded of the files; null where they are not the workspace's.</summary>
    internal Journal? Journal { get; }

    /// <summary>Finds the kept work of a sector.</summary>
    /// <param name="tempFolder">The folder of all workspaces.</param>
    /// <param name="sector">The sector.</param>
    /// <param name="sealedFile">The sealed file, if it is elsewhere.</param>
    /// <param name="cacheFolder">The cache folder, if it is elsewhere.</param>
    /// <exception cref="OperatorException">Storage, or BadInput: the journal is of a newer version.</exception>
    public static KeptWork Find(string tempFolder, SectorId sector, string? sealedFile, string? cacheFolder)
    {
        WorkspacePaths paths = WorkspacePaths.Of(tempFolder, sector);

        // Files from elsewhere were made of what somebody else knows; the journal says nothing about them.
        Journal? journal = sealedFile is not null || cacheFolder is not null
            ? null
            : StorageFailure.Explain(paths.Folder, () => Journal.Load(LinuxFileSystem.Instance, paths.Folder));
        return new KeptWork(
            journal is null ? null : UsedInputs.Of(journal.Inputs, sector, $"the journal in {paths.Folder}"),
            journal,
            paths,
            sealedFile ?? paths.SealedFile,
            cacheFolder ?? paths.CacheFolder);
    }
}
