using Filecoin.Primitives;
using Filecoin.Sealing.Files;
using SealerRecover.Recovery.Settings;
using SealerRecover.Recovery.Workspace;

namespace SealerRecover.Recovery.Pipeline;

/// <summary>Checks the two folders of a run before anything is computed.</summary>
internal static class RunFolders
{
    private static readonly string[] SectorParents =
        [.. Enum.GetValues<InstallArea>().Select(ResultLayout.NameOf), ResultLayout.OwnFolder];

    /// <summary>Makes the folders, tries that they can be written, and refuses a pair that gets in each other's way.</summary>
    /// <exception cref="OperatorException">BadInput or Storage, naming the folder.</exception>
    public static void Prepare(RecoverySettings settings, IFileSystem files)
    {
        foreach (string folder in new[] { settings.TempFolder, settings.ResultFolder })
        {
            if (!Path.IsPathFullyQualified(folder))
            {
                throw new OperatorException(
                    FailureKind.BadInput, $"{folder} is not an absolute path", "Give the folder with its whole path.");
            }

            if (TargetLook.OfFolder(folder).Trouble is { } trouble)
            {
                throw new OperatorException(
                    FailureKind.BadInput, $"{folder} {trouble}", "Mount or repair what it is or leads to, or choose another folder.");
            }

            StorageFailure.Explain($"cannot write to {folder}", () => TryWriting(files, folder));
        }

        if (IsSame(settings.TempFolder, settings.ResultFolder))
        {
            throw new OperatorException(
                FailureKind.BadInput,
                $"the folder for temporary files and the one for results are the same, {settings.ResultFolder}",
                "Choose two folders; they may be on one disk, which saves copying.");
        }

        RefuseInside(
            settings.TempFolder,
            parent => SectorParents.Any(name => IsSame(parent, Path.Combine(settings.ResultFolder, name))),
            settings);
        RefuseInside(
            settings.ResultFolder,
            parent => SectorId.TryParseFileName(Path.GetFileName(parent), out _)
                && Path.GetDirectoryName(parent) is string above && IsSame(above, settings.TempFolder),
            settings);
    }

    private static void TryWriting(IFileSystem files, string folder)
    {
        files.CreateFolder(folder);
        string probe = Path.Combine(folder, ".sealer-recover.probe");
        files.Write(probe, "This file tells whether the folder can be written; it can be deleted.\n"u8.ToArray());
        files.DeleteFile(probe);
    }

    private static void RefuseInside(string folder, Func<string, bool> isForbidden, RecoverySettings settings)
    {
        for (string? parent = Path.TrimEndingDirectorySeparator(folder); parent is not null; parent = Path.GetDirectoryName(parent))
        {
            if (isForbidden(parent))
            {
                throw new OperatorException(
                    FailureKind.BadInput,
                    $"{folder} is inside {parent}, where only a sector's own files may be",
                    $"Choose folders that do not hold each other; now they are {settings.TempFolder} and {settings.ResultFolder}.");
            }
        }
    }

    private static bool IsSame(string a, string b)
    {
        FileLook left = FileLook.TryThrough(a);
        FileLook right = FileLook.TryThrough(b);
        return left.Kind != FileKind.Missing && left.Device == right.Device && left.Inode == right.Inode && right.Kind != FileKind.Missing;
    }
}
