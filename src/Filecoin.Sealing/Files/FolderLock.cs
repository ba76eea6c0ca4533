using System.Buffers.Text;
using System.Globalization;
using System.Text;
using Filecoin.Primitives;
using Microsoft.Win32.SafeHandles;

namespace Filecoin.Sealing.Files;

/// <summary>
/// An exclusive flock(2) on a small file that holds the owner's process id. The kernel drops it with the process, however that
/// ends, so a file left behind locks nobody out. It keeps out other processes and other handles of this one.
/// </summary>
public sealed class FolderLock : IDisposable
{
    /// <summary>How often another machine may delete what was just opened; where it always seems so, the mount is stale itself.</summary>
    private const int MostStale = 100;

    private readonly SafeFileHandle _handle;
    private readonly string _path;

    private FolderLock(SafeFileHandle handle, string path)
    {
        _handle = handle;
        _path = path;
    }

    /// <summary>Takes the lock at <paramref name="path"/>, whose folder is made if it is missing.</summary>
    /// <param name="files">Makes the folder.</param>
    /// <param name="path">The lock file.</param>
    /// <param name="subject">What is locked, for the message.</param>
    /// <param name="doing">What is done with it, for the message.</param>
    /// <exception cref="OperatorException">Busy: another process has it.</exception>
    /// <exception cref="IOException">The lock file cannot be made or the file system has no locks.</exception>
    public static FolderLock Take(IFileSystem files, string path, string subject, string doing = "recovered")
    {
        int stale = 0;
        while (true)
        {
            files.CreateFolder(Path.GetDirectoryName(path)!);
            int errno = LinuxNative.Open(path, out SafeFileHandle handle);
            if (errno == LinuxNative.NoEntry || (errno == LinuxNative.Stale && ++stale <= MostStale))
            {
                handle.Dispose();
                continue; // The owner of a moment ago has just removed the folder.
            }

            if (errno != 0)
            {
                handle.Dispose();
                throw new IOException($"cannot make the lock file {path}: {LinuxNative.Describe(errno)}", errno);
            }

            errno = LinuxNative.LockExclusively(handle);
            if (errno == LinuxNative.Stale && ++stale <= MostStale)
            {
                handle.Dispose();
                continue; // The owner of a moment ago, on another machine, has just deleted it.
            }

            if (errno != 0)
            {
                string owner = errno == LinuxNative.TryAgain ? Owner(handle) : string.Empty;
                handle.Dispose();
                throw errno == LinuxNative.TryAgain ? Busy(path, subject, doing, owner)
                    : new IOException($"cannot lock {path}: {LinuxNative.Describe(errno)}", errno);
            }

            try
            {
                // An owner deletes the file before it lets go: what was locked here may no longer be what the path names.
                if (LinuxNative.Stat(handle, out FileLook locked) == 0 && locked.Names > 0 && FileLook.Anew(path) is var named
                    && named.Inode == locked.Inode && named.Device == locked.Device)
                {
                    byte[] processId = Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessId}\n"));
                    RandomAccess.SetLength(handle, 0);
                    RandomAccess.Write(handle, processId, 0);
                    return new FolderLock(handle, path);
                }
            }
            catch
            {
                handle.Dispose(); // On a full disk, say: a lock that nobody knows of would last as long as the process.
                throw;
            }

            handle.Dispose();
        }
    }

    /// <summary>Deletes the lock file and lets go, which it does in any case. Without this, <see cref="Dispose"/> lets go and leaves the file.</summary>
    public void Remove(IFileSystem files)
    {
        ArgumentNullException.ThrowIfNull(files);
        try
        {
            files.DeleteFile(_path);
        }
        finally
        {
            Dispose();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _handle.Dispose();

    private static string Owner(SafeFileHandle handle)
    {
        Span<byte> text = stackalloc byte[20];
        int length = RandomAccess.Read(handle, text, 0);
        return Utf8Parser.TryParse(text[..length], out int processId, out _) && processId > 0
            ? string.Create(CultureInfo.InvariantCulture, $" (process {processId})")
            : string.Empty;
    }

    private static OperatorException Busy(string path, string subject, string doing, string owner) => new(
        FailureKind.Busy,
        $"{subject} is being {doing} by another sealer-recover{owner}, which holds {path}",
        "Wait for it or stop it; a process that has died holds nothing.");
}
