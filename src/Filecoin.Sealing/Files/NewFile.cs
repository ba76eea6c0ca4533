using Filecoin.Primitives;

namespace Filecoin.Sealing.Files;

/// <summary>
/// A file made for its user, which appears under its name whole and flushed, or not at all, and never in the place of another: other than a
/// <see cref="DurableFile"/>, which is a job's own.
/// </summary>
internal static class NewFile
{
    /// <summary>Writes the file under a name of its own, then gives it <paramref name="path"/>.</summary>
    /// <param name="files">Where.</param>
    /// <param name="path">The name; nothing may stand there.</param>
    /// <param name="length">Its length; the disk may turn out to be full at once.</param>
    /// <param name="write">Writes the content.</param>
    /// <exception cref="OperatorException">TargetExists, or Storage with the file's name.</exception>
    public static void Write(IFileSystem files, string path, long length, Action<IOpenFile> write)
    {
        string full = Path.GetFullPath(path);
        if (Path.Exists(full))
        {
            throw Exists(full);
        }

        string temporary = TemporaryNames.For(full);
        bool renamed = false;
        try
        {
            using (IOpenFile file = files.CreateNew(temporary))
            {
                file.SetLength(length);
                write(file);
                file.Flush();
            }

            if (files.Move(temporary, full) != MoveResult.Moved)
            {
                throw Exists(full);
            }

            renamed = true;
            files.SyncFolder(Path.GetDirectoryName(full)!);
        }
        catch (Exception failure) when (StorageFailure.Is(failure))
        {
            throw StorageFailure.From(failure, $"writing {full} ({length} bytes)");
        }
        finally
        {
            if (!renamed)
            {
                files.TryDelete(temporary);
            }
        }
    }

    private static OperatorException Exists(string path) => new(
        FailureKind.TargetExists,
        $"{path} exists already and is not overwritten",
        "Move it away or choose another place.");
}
