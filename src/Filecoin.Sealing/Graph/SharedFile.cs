using Microsoft.Win32.SafeHandles;

namespace Filecoin.Sealing.Graph;

/// <summary>
/// Opens files that other programs use too. .NET's sharing modes are flock locks on Linux, and rust-fil-proofs locks a cache in the same
/// way: exclusively while it writes one, shared while it reads.
/// </summary>
internal static class SharedFile
{
    private static readonly TimeSpan Retry = TimeSpan.FromMilliseconds(200);

    /// <summary>Opens for reading, waiting while somebody writes; null if there is no such file.</summary>
    public static SafeFileHandle? OpenForReading(string path, CancellationToken cancellation)
    {
        try
        {
            return Wait(path, () => File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.Read, FileOptions.SequentialScan), cancellation);
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    /// <summary>
    /// Takes the lock file <paramref name="path"/>, waiting while another thread or process has it. The lock lasts as long as the handle
    /// and ends with the process; the empty file stays and means nothing.
    /// </summary>
    public static SafeFileHandle TakeLock(string path, CancellationToken cancellation) =>
        Wait(path, () => File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None), cancellation);

    /// <summary>Deletes <paramref name="path"/> unless somebody has it open or it is another user's.</summary>
    public static void DeleteIfAbandoned(string path)
    {
        try
        {
            using SafeFileHandle abandoned = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
            File.Delete(path);
        }
        catch (FileNotFoundException)
        {
            // Somebody else was quicker.
        }
        catch (IOException inUse) when (IsSharingViolation(inUse))
        {
            // Its owner lives.
        }
        catch (UnauthorizedAccessException)
        {
            // Another user's; it takes room and does no harm.
        }
    }

    private static SafeFileHandle Wait(string path, Func<SafeFileHandle> open, CancellationToken cancellation)
    {
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            try
            {
                return open();
            }
            catch (IOException busy) when (IsSharingViolation(busy))
            {
                cancellation.WaitHandle.WaitOne(Retry);
            }
        }
    }

    /// <summary>EWOULDBLOCK from flock, which .NET passes on as the errno in HResult.</summary>
    private static bool IsSharingViolation(IOException failure) => failure.HResult is 11 or unchecked((int)0x80070020);
}
