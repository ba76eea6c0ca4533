using System.ComponentModel;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Filecoin.Sealing.Files;

/// <summary>
/// What it takes for a file to appear whole or not at all, power cut included: a temporary name beside it, fsync of the file
/// (RandomAccess.FlushToDisk), rename, fsync of the folder, which .NET does not offer.
/// </summary>
internal static partial class DurableNames
{
    private const int ReadOnly = 0;
    private const int InvalidArgument = 22;

    /// <summary>A new name beside <paramref name="path"/> that nobody else uses: process id for people, a random part for machines.</summary>
    public static string TemporaryFor(string path) =>
        string.Create(CultureInfo.InvariantCulture, $"{path}.{Environment.ProcessId}-{Random.Shared.NextInt64():x}.tmp");

    /// <summary>Flushes the names in <paramref name="folder"/>. Does nothing outside Linux.</summary>
    /// <exception cref="IOException">The system refused.</exception>
    public static void FlushFolder(string folder)
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
