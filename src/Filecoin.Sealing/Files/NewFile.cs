using System.Globalization;
using Filecoin.Primitives;

namespace Filecoin.Sealing.Files;

/// <summary>
/// A file made for its user, which appears under its name whole and flushed, or not at all; until then under a name beside it that nobody
/// else uses. A <see cref="DurableFile"/> is a job's own.
/// </summary>
public static class NewFile
{
    /// <summary>Writes a file and gives it its name.</summary>
    /// <param name="files">Where.</param>
    /// <param name="path">The name.</param>
    /// <param name="write">Makes the file under the name that it is given, and may read it back; it is flushed then.</param>
    /// <param name="replaces">Whether a file of that name is replaced; otherwise nothing may stand there.</param>
    /// <exception cref="OperatorException">TargetExists.</exception>
    /// <exception cref="IOException">The disk failed.</exception>
    public static void Write(IFileSystem files, string path, Action<string> write, bool replaces = false)
    {
        ArgumentNullException.ThrowIfNull(files);
        ArgumentNullException.ThrowIfNull(write);

        // The process id for people, a random part for machines.
        string temporary = string.Create(CultureInfo.InvariantCulture, $"{path}.{Environment.ProcessId}-{Random.Shared.NextInt64():x}.tmp");
        bool renamed = false;
        try
        {
            write(temporary);
            files.SyncFile(temporary);
            if (replaces)
            {
                files.Replace(temporary, path);
            }
            else if (files.Move(temporary, path) != MoveResult.Moved)
            {
                throw Exists(path);
            }

            renamed = true;
            files.SyncFolder(Path.GetDirectoryName(path)!);
        }
        finally
        {
            if (!renamed)
            {
                files.TryDelete(temporary);
            }
        }
    }

    /// <summary>As <see cref="Write(IFileSystem, string, Action{string}, bool)"/>, for a name that has to be free, and of a length that is known.</summary>
    /// <exception cref="OperatorException">TargetExists, or Storage with the file's name.</exception>
    internal static void Write(IFileSystem files, string path, long length, Action<IOpenFile> write)
    {
        string full = Path.GetFullPath(path);
        if (Path.Exists(full))
        {
            throw Exists(full);
        }

        StorageFailure.Explain($"writing {full} ({length} bytes)", () => Write(files, full, temporary =>
        {
            using IOpenFile file = files.CreateNew(temporary);
            file.SetLength(length);
            write(file);
        }));
    }

    private static OperatorException Exists(string path) => new(
        FailureKind.TargetExists,
        $"{path} exists already and is not overwritten",
        "Move it away or choose another place.");
}
