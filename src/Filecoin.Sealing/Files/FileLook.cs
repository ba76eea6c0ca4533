namespace Filecoin.Sealing.Files;

/// <summary>What stands at a path.</summary>
public enum FileKind
{
    /// <summary>Nothing.</summary>
    Missing,

    /// <summary>A regular file.</summary>
    File,

    /// <summary>A folder.</summary>
    Folder,

    /// <summary>A symbolic link, wherever it leads.</summary>
    Link,

    /// <summary>A device, pipe or socket.</summary>
    Other,
}

/// <summary>What is at a path at this moment. Looking changes nothing and follows no link.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Length">Length in bytes.</param>
/// <param name="Allocated">Bytes of disk it takes.</param>
/// <param name="Device">Number of the file system's device.</param>
/// <param name="Inode">Number of the file within the device.</param>
public readonly record struct FileLook(FileKind Kind, long Length, long Allocated, ulong Device, ulong Inode)
{
    /// <summary>Whether it is immutable or append-only (`chattr +i`, `+a`): nobody may rename it, nor names in it if it is a folder.</summary>
    public bool IsProtected { get; init; }

    /// <summary>How many names a file has (hard links).</summary>
    public long Names { get; init; }

    /// <summary>When its content or anything about it changed last, which nobody can set back.</summary>
    public DateTimeOffset Changed { get; init; }

    /// <summary>When its content changed last, as far as nobody has set it.</summary>
    public DateTimeOffset Modified { get; init; }

    /// <summary>Whether it is a regular file of this length, in bytes.</summary>
    public bool IsFileOf(long length) => Kind == FileKind.File && Length == length;

    /// <summary>Looks at <paramref name="path"/>.</summary>
    /// <exception cref="IOException">The answer is neither a file nor "no such file".</exception>
    public static FileLook At(string path) => Answer(path, LinuxNative.Stat(path, out FileLook look), look);

    /// <summary>As <see cref="At"/>, past what this machine remembers of a server's files, which others may have changed seconds ago.</summary>
    /// <exception cref="IOException">The answer is neither a file nor "no such file".</exception>
    internal static FileLook Anew(string path) => LinuxNative.StatAnew(path, out FileLook look) is var errno && errno == LinuxNative.Stale ? default : Answer(path, errno, look);

    /// <summary>Looks at <paramref name="path"/> and, if it is a link, at what it leads to.</summary>
    /// <exception cref="IOException">The answer is neither a file nor "no such file": links go in a circle, say.</exception>
    public static FileLook Through(string path) => Answer(path, LinuxNative.StatThrough(path, out FileLook look), look);

    /// <summary>As <see cref="Through"/>; nothing where it cannot be looked at, which whoever needs the file finds out and says.</summary>
    public static FileLook TryThrough(string path) => LinuxNative.StatThrough(path, out FileLook look) == 0 ? look : default;

    /// <summary>Bytes of disk taken by the files below <paramref name="folder"/>; 0 if there is none. Links are not followed.</summary>
    public static long AllocatedBelow(string folder)
    {
        if (At(folder).Kind != FileKind.Folder)
        {
            return 0;
        }

        long sum = 0;
        foreach (string entry in EntriesOf(folder))
        {
            FileLook look = At(entry);
            sum += look.Kind == FileKind.Folder ? AllocatedBelow(entry) : look.Allocated;
        }

        return sum;
    }

    private static FileLook Answer(string path, int errno, FileLook look) => errno switch
    {
        0 => look,
        LinuxNative.NoEntry or LinuxNative.NotAFolder => default,
        _ => throw new IOException($"cannot look at {path}: {LinuxNative.Describe(errno)}", errno),
    };

    /// <summary>Full paths of a folder's entries in ordinal order; empty if the folder vanished or is none.</summary>
    public static string[] EntriesOf(string folder)
    {
        try
        {
            string[] entries = Directory.GetFileSystemEntries(folder);
            Array.Sort(entries, StringComparer.Ordinal);
            return entries;
        }
        catch (DirectoryNotFoundException)
        {
            return [];
        }
    }
}
