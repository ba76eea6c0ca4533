namespace Filecoin.Sealing.Files;

/// <summary>
/// Whether names could be changed, as far as that can be known without changing any. Each answer is half a sentence that goes on from "cannot
/// be …:", with the system's own words, or null if nothing speaks against it; the renaming itself may still fail.
/// </summary>
public static class NameRights
{
    private const string Protected = "immutable or append-only (`lsattr` shows it, `chattr -i -a` takes it off)";

    /// <summary>Why no name can be made in a folder, or taken out of it.</summary>
    public static string? AgainstChangesIn(string folder)
    {
        int errno = LinuxNative.StatThrough(folder, out FileLook look);
        if (errno == 0 && look.IsProtected)
        {
            return $"{LinuxNative.Describe(LinuxNative.NotPermitted)}, {folder} is {Protected}";
        }

        errno = errno != 0 ? errno : LinuxNative.MayChangeNames(folder);
        return errno != 0 ? $"{LinuxNative.Describe(errno)} in {folder}" : null;
    }

    /// <summary>Why a file, folder or link cannot be given a name in another folder of its file system.</summary>
    public static string? AgainstMoving(string path)
    {
        string parent = Path.GetDirectoryName(path)!;
        if (AgainstChangesIn(parent) is { } why)
        {
            return why;
        }

        int errno = LinuxNative.Stat(path, out FileLook look);
        if (errno != 0)
        {
            return LinuxNative.Describe(errno);
        }

        if (look.IsProtected)
        {
            return $"{LinuxNative.Describe(LinuxNative.NotPermitted)}, {path} is {Protected}";
        }

        // A folder that changes its parent is written to: its entry ".." changes.
        return look.Kind != FileKind.Folder ? null
            : look.Device != FileLook.Through(parent).Device ? $"{path} is a mount point"
            : (errno = LinuxNative.MayChangeNames(path)) != 0 ? $"{LinuxNative.Describe(errno)} in {path}"
            : null;
    }
}
