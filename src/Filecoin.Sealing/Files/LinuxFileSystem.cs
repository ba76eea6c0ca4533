using Microsoft.Win32.SafeHandles;

namespace Filecoin.Sealing.Files;

/// <summary>The real file system. Durable means: flushed with fsync, names included.</summary>
public sealed class LinuxFileSystem : IFileSystem
{
    /// <summary>
    /// The system keeps large files in folios of many pages, and forgets none of which only a part is named: so all is named that one may span.
    /// </summary>
    private const long LargestFolio = 2 << 20;

    private const FileShare Shared = FileShare.ReadWrite | FileShare.Delete;
    private const int UnspecificHResult = unchecked((int)0x80131620);

    private LinuxFileSystem()
    {
    }

    /// <summary>The one there is.</summary>
    public static LinuxFileSystem Instance { get; } = new();

    /// <inheritdoc/>
    public IOpenFile OpenToRead(string path, bool inOrder = false) => new OpenFile(File.OpenHandle(
        path, FileMode.Open, FileAccess.Read, Shared, inOrder ? FileOptions.SequentialScan : FileOptions.None));

    /// <inheritdoc/>
    public IOpenFile OpenToChange(string path) => new OpenFile(File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, Shared));

    /// <inheritdoc/>
    public IOpenFile Create(string path, long reserve = 0) => Make(path, FileMode.Create, reserve);

    /// <inheritdoc/>
    public IOpenFile CreateNew(string path, long reserve = 0) => Make(path, FileMode.CreateNew, reserve);

    /// <inheritdoc/>
    public void MakeFolder(string path) => Directory.CreateDirectory(path);

    /// <inheritdoc/>
    /// <remarks>
    /// renameat2 with RENAME_NOREPLACE where the file system knows it. NFS does not, nor do some others, and answer EINVAL: see
    /// <see cref="MoveByLink"/>.
    /// </remarks>
    public MoveResult Move(string from, string to)
    {
        int errno = LinuxNative.RenameNoReplace(from, to);
        return errno is LinuxNative.Invalid or LinuxNative.NoSystemCall ? MoveByLink(from, to, LinuxNative.Link) : ResultOf(errno, from, to);
    }

    /// <summary>
    /// As <see cref="Move"/>, without renameat2. A file gets a second name by link(2), which refuses a taken name in one step on whatever machine that
    /// was taken, and loses the first. Folders have no second names: rename(2) refuses a folder with anything in it, and a file, so that at worst an
    /// empty folder is replaced that another machine made since this one looked, up to half a minute ago over NFS. Where a file cannot have a second
    /// name either, the look has to do.
    /// </summary>
    /// <param name="from">Present path.</param>
    /// <param name="to">New path.</param>
    /// <param name="link">link(2), as a server answers it.</param>
    internal static MoveResult MoveByLink(string from, string to, Func<string, string, int> link)
    {
        if (FileLook.At(to).Kind != FileKind.Missing)
        {
            return MoveResult.TargetExists;
        }

        FileLook moved = FileLook.At(from);
        if (moved.Kind == FileKind.File && link(from, to) is var linked && linked is not (LinuxNative.NotPermitted or LinuxNative.NotSupported or LinuxNative.NoSystemCall))
        {
            // Over a network the answer may be lost, and the call made again finds its own work.
            FileLook stands = linked == LinuxNative.Exists ? FileLook.At(to) : default;
            if (linked == 0 || (stands.Kind == FileKind.File && stands.Names > 1 && (stands.Device, stands.Inode) == (moved.Device, moved.Inode)))
            {
                File.Delete(from);
                return MoveResult.Moved;
            }

            return ResultOf(linked, from, to);
        }

        return ResultOf(LinuxNative.Rename(from, to), from, to);
    }

    /// <inheritdoc/>
    public void Replace(string from, string to) => Check(LinuxNative.Rename(from, to), $"cannot rename {from} to {to}");

    /// <inheritdoc/>
    public void SyncFolder(string path)
    {
        int errno = LinuxNative.FlushFolder(path);

        // Some network file systems cannot flush a folder and say so with EINVAL; they have nothing to flush.
        if (errno != LinuxNative.Invalid)
        {
            Check(errno, $"cannot flush the names in {path} to disk");
        }
    }

    /// <inheritdoc/>
    public void DeleteFile(string path)
    {
        if (FileLook.At(path).Kind != FileKind.Missing)
        {
            File.Delete(path);
        }
    }

    /// <inheritdoc/>
    public bool DeleteEmptyFolder(string path)
    {
        if (FileLook.At(path).Kind != FileKind.Folder)
        {
            return true;
        }

        try
        {
            Directory.Delete(path, recursive: false);
            return true;
        }
        catch (DirectoryNotFoundException)
        {
            // Another sector's clean-up has deleted the folder they share since it was looked at.
            return true;
        }
        catch (IOException failure) when (failure.HResult == LinuxNative.NotEmpty || Directory.EnumerateFileSystemEntries(path).Any())
        {
            return false;
        }
    }

    private static OpenFile Make(string path, FileMode mode, long reserve)
    {
        try
        {
            return new OpenFile(File.OpenHandle(path, mode, FileAccess.ReadWrite, Shared, FileOptions.None, reserve));
        }
        catch (IOException failure) when (failure.HResult == UnspecificHResult && reserve > 0)
        {
            // .NET reports that it could not reserve the space with a message alone; the code is what tells a full disk from a broken one.
            throw new IOException(failure.Message, LinuxNative.NoSpace);
        }
    }

    private static MoveResult ResultOf(int errno, string from, string to) => errno switch
    {
        0 => MoveResult.Moved,

        // A folder that is not empty, or something else than a folder, stands there since it was looked.
        LinuxNative.Exists or LinuxNative.NotEmpty => MoveResult.TargetExists,
        LinuxNative.NotAFolder or LinuxNative.IsAFolder when FileLook.At(to).Kind != FileKind.Missing => MoveResult.TargetExists,
        LinuxNative.CrossDevice => MoveResult.OtherFileSystem,
        _ => throw Failure(errno, $"cannot rename {from} to {to}"),
    };

    private static void Check(int errno, string what)
    {
        if (errno != 0)
        {
            throw Failure(errno, what);
        }
    }

    private static IOException Failure(int errno, string what) => new($"{what}: {LinuxNative.Describe(errno)}", errno);

    private sealed class OpenFile(SafeFileHandle handle) : IOpenFile
    {
        public long Length => RandomAccess.GetLength(handle);

        public int Read(long offset, Span<byte> destination) => RandomAccess.Read(handle, destination, offset);

        public void Forget(long offset, long length)
        {
            long first = offset / LargestFolio * LargestFolio;
            long end = (offset + length + LargestFolio - 1) / LargestFolio * LargestFolio;
            _ = LinuxNative.ForgetPages(handle, first, end - first);
        }

        public int? ReadHeld(long offset, Span<byte> destination) => LinuxNative.ReadHeld(handle, offset, destination, out int read) switch
        {
            0 => read,
            LinuxNative.TryAgain => 0,
            _ => null,
        };

        public void Write(long offset, ReadOnlySpan<byte> bytes) => RandomAccess.Write(handle, bytes, offset);

        public void SetLength(long length) => RandomAccess.SetLength(handle, length);

        public void Flush() => RandomAccess.FlushToDisk(handle);

        public void Dispose() => handle.Dispose();
    }
}
