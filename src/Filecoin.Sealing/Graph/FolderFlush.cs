using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Filecoin.Sealing.Graph;

/// <summary>Makes renames and new names in a folder survive a power cut: fsync on the folder itself, which .NET does not offer.</summary>
internal static partial class FolderFlush
{
    private const int ReadOnly = 0;
    private const int InvalidArgument = 22;

    /// <summary>Flushes <paramref name="folder"/>. Does nothing outside Linux.</summary>
    /// <exception cref="IOException">The system refused.</exception>
    public static void Flush(string folder)
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        int descriptor = Open(folder, ReadOnly);
        if (descriptor < 0)
        {
            throw Failure(folder);
        }

        int result = FSync(descriptor);

        // Some network file systems cannot flush a folder and say so with EINVAL; they have nothing to flush.
        IOException? failure = result < 0 && Marshal.GetLastPInvokeError() != InvalidArgument ? Failure(folder) : null;
        _ = Close(descriptor);
        if (failure is not null)
        {
            throw failure;
        }
    }

    private static IOException Failure(string folder)
    {
        Win32Exception cause = new(Marshal.GetLastPInvokeError());
        return new IOException($"flushing the folder {folder} to disk failed: {cause.Message}", cause);
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int FSync(int descriptor);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);
}
