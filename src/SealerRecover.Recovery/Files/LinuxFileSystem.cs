using Filecoin.Sealing.Files;
using Microsoft.Win32.SafeHandles;

namespace SealerRecover.Recovery.Files;

/// <summary>The real file system. Durable means: flushed with fsync, names included.</summary>
internal sealed class LinuxFileSystem : IFileSystem
{
    private const int CopyBuffer = 4 << 20;

    public void CreateFolder(string path)
    {
        if (FileLook.Through(path).Kind == FileKind.Folder)
        {
            return;
        }

        string? parent = Path.GetDirectoryName(path);
        if (parent is not null)
        {
            CreateFolder(parent);
        }

        Directory.CreateDirectory(path);
        if (parent is not null)
        {
            SyncFolder(parent);
        }
    }

    public void Write(string path, ReadOnlyMemory<byte> content)
    {
        using SafeFileHandle handle = File.OpenHandle(path, FileMode.Create, FileAccess.Write, FileShare.Read);
        RandomAccess.Write(handle, content.Span, 0);
        RandomAccess.FlushToDisk(handle);
    }

    public void Copy(string from, string to, IProgress<long> copied, CancellationToken cancellation)
    {
        try
        {
            using SafeFileHandle source = File.OpenHandle(from, options: FileOptions.SequentialScan);
            long length = RandomAccess.GetLength(source);
            using SafeFileHandle target = File.OpenHandle(
                to, FileMode.Create, FileAccess.Write, FileShare.Read, preallocationSize: length);
            byte[] buffer = new byte[(int)Math.Clamp(length, 1, CopyBuffer)];
            for (long offset = 0; offset < length;)
            {
                cancellation.ThrowIfCancellationRequested();
                int read = RandomAccess.Read(source, buffer, offset);
                if (read == 0)
                {
                    throw new IOException($"{from} became shorter while it was copied");
                }

                RandomAccess.Write(target, buffer.AsSpan(0, read), offset);
                offset += read;
                copied.Report(read);
            }

            RandomAccess.FlushToDisk(target);
        }
        catch
        {
            File.Delete(to);
            throw;
        }
    }

    // renameat2 with RENAME_NOREPLACE where it exists. Elsewhere (some network file systems answer EINVAL) a file gets a second
    // name by link(2), which refuses a taken name in one step too, and loses the first. Folders have no second names: rename(2)
    // refuses a folder with anything in it, so that at worst an empty folder made in the instant after the look is replaced.
    public MoveResult Move(string from, string to)
    {
        int errno = LinuxNative.RenameNoReplace(from, to);
        if (errno is LinuxNative.Invalid or LinuxNative.NoSystemCall)
        {
            errno = MoveByLooking(from, to);
        }

        return errno switch
        {
            0 => MoveResult.Moved,
            LinuxNative.Exists => MoveResult.TargetExists,
            LinuxNative.CrossDevice => MoveResult.OtherFileSystem,
            _ => throw Failure(errno, $"cannot rename {from} to {to}"),
        };
    }

    public void Replace(string from, string to) => Check(LinuxNative.Rename(from, to), $"cannot rename {from} to {to}");

    public void SyncFile(string path)
    {
        using SafeFileHandle handle = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        RandomAccess.FlushToDisk(handle);
    }

    public void SyncFolder(string path) => DurableNames.FlushFolder(path);

    public void DeleteFile(string path)
    {
        if (FileLook.At(path).Kind != FileKind.Missing)
        {
            File.Delete(path);
        }
    }

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
        catch (IOException failure) when (failure.HResult == LinuxNative.NotEmpty || Directory.EnumerateFileSystemEntries(path).Any())
        {
            return false;
        }
    }

    private static int MoveByLooking(string from, string to)
    {
        if (FileLook.At(to).Kind != FileKind.Missing)
        {
            return LinuxNative.Exists;
        }

        if (FileLook.At(from).Kind == FileKind.File && LinuxNative.Link(from, to) is int linked
            && linked is 0 or LinuxNative.Exists or LinuxNative.CrossDevice)
        {
            if (linked == 0)
            {
                File.Delete(from);
            }

            return linked;
        }

        return LinuxNative.Rename(from, to);
    }

    private static void Check(int errno, string what)
    {
        if (errno != 0)
        {
            throw Failure(errno, what);
        }
    }

    private static IOException Failure(int errno, string what) => new($"{what}: {LinuxNative.Describe(errno)}", errno);
}
