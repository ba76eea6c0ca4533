using Filecoin.Primitives;
using Microsoft.Win32.SafeHandles;

namespace Filecoin.Sealing.Files;

/// <summary>
/// A file made for its user, which appears under its name whole and flushed, or not at all, and never in the place of another: other than a
/// <see cref="DurableFile"/>, which is a job's own.
/// </summary>
internal static class NewFile
{
    /// <summary>Writes the file under a name of its own, then gives it <paramref name="path"/>.</summary>
    /// <param name="path">Where; nothing may stand there.</param>
    /// <param name="length">Its length; the disk may turn out to be full at once.</param>
    /// <param name="write">Writes the content.</param>
    /// <exception cref="OperatorException">TargetExists, or Storage with the file's name.</exception>
    public static void Write(string path, long length, Action<SafeFileHandle> write)
    {
        string full = Path.GetFullPath(path);
        if (Path.Exists(full))
        {
            throw Exists(full);
        }

        string temporary = DurableNames.TemporaryFor(full);
        try
        {
            using (SafeFileHandle handle = File.OpenHandle(temporary, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.Read))
            {
                RandomAccess.SetLength(handle, length);
                write(handle);
                RandomAccess.FlushToDisk(handle);
            }

            File.Move(temporary, full, overwrite: false);
            DurableNames.FlushFolder(Path.GetDirectoryName(full)!);
        }
        catch (Exception failure) when (StorageFailure.Is(failure))
        {
            throw Path.Exists(full) && Path.Exists(temporary) ? Exists(full) : StorageFailure.From(failure, $"writing {full} ({length} bytes)");
        }
        finally
        {
            if (File.Exists(temporary))
            {
                File.Delete(temporary);
            }
        }
    }

    private static OperatorException Exists(string path) => new(
        FailureKind.TargetExists,
        $"{path} exists already and is not overwritten",
        "Move it away or choose another place.");
}
