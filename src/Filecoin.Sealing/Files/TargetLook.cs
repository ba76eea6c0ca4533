namespace Filecoin.Sealing.Files;

/// <summary>
/// What stands where a file or a folder belongs, judged without reading it whole: names are looked at without following a link in them, then
/// where the link leads. A live link to a file or folder is as good as that.
/// </summary>
/// <param name="Look">What is there, links followed; nothing if it is absent, or of no use.</param>
/// <param name="Trouble">
/// Half a sentence that goes on from the path, with the system's own words: why what is there is of no use, so that it only stands in the
/// way; null if it is absent or may be used.
/// </param>
public readonly record struct TargetLook(FileLook Look, string? Trouble)
{
    /// <summary>What is read of a file to know whether it can be read at all: this much at both ends.</summary>
    private const int Probe = 4096;

    /// <summary>Whether nothing is there, not even a link that leads nowhere.</summary>
    public bool IsAbsent => Trouble is null && Look.Kind == FileKind.Missing;

    /// <summary>Looks at where a file belongs; reads nothing.</summary>
    public static TargetLook OfFile(string path) => Of(path, FileKind.File);

    /// <summary>Looks at where a folder belongs.</summary>
    public static TargetLook OfFolder(string path) => Of(path, FileKind.Folder);

    /// <summary>As <see cref="OfFile"/>, and tries to read both ends of the file.</summary>
    public static TargetLook OfReadableFile(IFileSystem files, string path)
    {
        ArgumentNullException.ThrowIfNull(files);
        TargetLook found = OfFile(path);
        if (found.Look.Kind != FileKind.File)
        {
            return found;
        }

        try
        {
            using IOpenFile file = files.OpenToRead(path);
            Span<byte> end = stackalloc byte[Probe];
            long length = file.Length;
            file.Read(0, end[..(int)Math.Min(Probe, length)]);
            if (length > Probe)
            {
                file.Read(Math.Max(Probe, length - Probe), end[..(int)Math.Min(Probe, length - Probe)]);
            }

            return found;
        }
        catch (Exception failure) when (StorageFailure.Is(failure))
        {
            return Unreadable(failure);
        }
    }

    /// <summary>The judgement of a file that could not be read.</summary>
    public static TargetLook Unreadable(Exception failure) => new(default, $"cannot be read: {StorageFailure.Words(failure)}");

    private static TargetLook Of(string path, FileKind wanted)
    {
        int errno = LinuxNative.Stat(path, out FileLook look);
        if (errno is LinuxNative.NoEntry or LinuxNative.NotAFolder)
        {
            return default;
        }

        if (errno != 0)
        {
            return new TargetLook(default, $"cannot be looked at: {LinuxNative.Describe(errno)}");
        }

        string link = string.Empty;
        if (look.Kind == FileKind.Link)
        {
            errno = LinuxNative.StatThrough(path, out look);
            link = $"a link{Destination(path)}";
            if (errno != 0)
            {
                return new TargetLook(default, $"is {link} that {Fate(errno)}: {LinuxNative.Describe(errno)}");
            }
        }

        string there = look.Kind switch
        {
            FileKind.Folder => "a folder",
            FileKind.File => "a file",
            _ => "a pipe, socket or device",
        };
        return look.Kind == wanted
            ? new TargetLook(look, null)
            : new TargetLook(default, $"is {(link.Length > 0 ? $"{link}, " : string.Empty)}{there} where a {(wanted == FileKind.Folder ? "folder" : "file")} belongs");
    }

    private static string Fate(int errno) => errno switch
    {
        LinuxNative.NoEntry or LinuxNative.NotAFolder => "leads nowhere",
        LinuxNative.TooManyLinks => "leads in a circle",
        _ => "cannot be followed",
    };

    private static string Destination(string path)
    {
        try
        {
            return new FileInfo(path).LinkTarget is { } target ? $" to {target}" : string.Empty;
        }
        catch (Exception failure) when (StorageFailure.Is(failure))
        {
            return string.Empty;
        }
    }
}
