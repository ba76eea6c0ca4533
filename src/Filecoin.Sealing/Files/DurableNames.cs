using System.Globalization;
using System.Runtime.InteropServices;

namespace Filecoin.Sealing.Files;

/// <summary>
/// What it takes for a file to appear whole or not at all, power cut included: a temporary name beside it, fsync of the file
/// (RandomAccess.FlushToDisk), rename, fsync of the folder, which .NET does not offer.
/// </summary>
public static partial class DurableNames
{
    private const int ReadOnlyCloseOnExec = 0x80000;
    private const int Interrupted = 4;
    private const int InvalidArgument = 22;

    /// <summary>A new name beside <paramref name="path"/> that nobody else uses: process id for people, a random part for machines.</summary>
    public static string TemporaryFor(string path) =>
        string.Create(CultureInfo.InvariantCulture, $"{path}.{Environment.ProcessId}-{Random.Shared.NextInt64():x}.tmp");

    /// <summary>Flushes the names in <paramref name="folder"/>. Does nothing outside Linux.</summary>
    /// <exception cref="IOException">The system refused; HResult is the errno.</exception>
    public static void FlushFolder(string folder)
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        int errno = Repeat(() => Open(folder, ReadOnlyCloseOnExec), out int descriptor);
        if (errno != 0)
        {
            throw Failure(folder, errno);
        }

        errno = Repeat(() => FSync(descriptor), out _);
        _ = Close(descriptor);

        // Some network file systems cannot flush a folder and say so with EINVAL; they have nothing to flush.
        if (errno is not (0 or InvalidArgument))
        {
            throw Failure(folder, errno);
        }
    }

    private static int Repeat(Func<int> call, out int result)
    {
        int errno;
        do
        {
            result = call();
            errno = result < 0 ? Marshal.GetLastPInvokeError() : 0;
        }
        while (errno == Interrupted);

        return errno;
    }

    private static IOException Failure(string folder, int errno) =>
        new($"flushing the folder {folder} to disk failed: {Marshal.GetPInvokeErrorMessage(errno)}", errno);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int FSync(int descriptor);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);
}
