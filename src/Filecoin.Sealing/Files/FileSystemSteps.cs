using Filecoin.Primitives;
using Filecoin.Sealing.Steps;

namespace Filecoin.Sealing.Files;

/// <summary>What is done in several operations of an <see cref="IFileSystem"/>, each of which may fail.</summary>
public static class FileSystemSteps
{
    /// <summary>Far more than anybody who cleans up can undo; where the file system itself says so every time, that has to end.</summary>
    private const int MostTries = 100;

    private const int CopyBuffer = 4 * SegmentDigests.SegmentBytes;

    /// <summary>
    /// Makes a folder and its missing parents, each flushed into its parent. An existing one is fine. Others may meanwhile delete a parent that
    /// is still empty, as those do who clean up a folder that several share; then it is made again.
    /// </summary>
    public static void CreateFolder(this IFileSystem files, string path)
    {
        ArgumentNullException.ThrowIfNull(files);
        string? parent = Path.GetDirectoryName(path);
        for (int tries = 1; FileLook.Through(path).Kind != FileKind.Folder; tries++)
        {
            if (parent is null)
            {
                files.MakeFolder(path);
                return;
            }

            files.CreateFolder(parent);
            try
            {
                files.MakeFolder(path);
            }
            catch (IOException gone) when (tries < MostTries && (gone is FileNotFoundException or DirectoryNotFoundException || gone.HResult is LinuxNative.Stale or LinuxNative.Exists))
            {
                // Exists: it did when it was made, and was deleted before it was looked at.
                continue;
            }

            files.SyncFolder(parent);
            return;
        }
    }

    /// <summary>All of a small file.</summary>
    /// <exception cref="IOException">It cannot be read, or ends before its length.</exception>
    public static byte[] ReadAll(this IFileSystem files, string path)
    {
        ArgumentNullException.ThrowIfNull(files);
        using IOpenFile file = files.OpenToRead(path);
        byte[] content = new byte[file.Length];
        for (int done = 0; done < content.Length;)
        {
            int read = file.Read(done, content.AsSpan(done));
            done += read > 0 ? read : throw new IOException($"{path} became shorter while it was read");
        }

        return content;
    }

    /// <summary>Writes a whole small file, replacing one of that name, and flushes its content. Only for names this tool owns.</summary>
    public static void Write(this IFileSystem files, string path, ReadOnlyMemory<byte> content)
    {
        ArgumentNullException.ThrowIfNull(files);
        using IOpenFile file = files.Create(path);
        file.Write(0, content.Span);
        file.Flush();
    }

    /// <summary>
    /// Writes a whole small file under another name, flushes it and gives it its name, replacing one there: after a crash or a failure there is
    /// the old one or the new one, whole. Only for names this tool owns.
    /// </summary>
    /// <param name="files">Where.</param>
    /// <param name="path">The name.</param>
    /// <param name="content">All of it.</param>
    /// <param name="suffix">What the other name has behind the name; a file that a crash left there is written over.</param>
    public static void WriteDurably(this IFileSystem files, string path, ReadOnlyMemory<byte> content, string suffix = ".tmp")
    {
        string temporary = path + suffix;
        try
        {
            files.Write(temporary, content);
            files.Publish(temporary, path);
        }
        catch (Exception failure) when (StorageFailure.Is(failure))
        {
            files.TryDelete(temporary);
            throw;
        }
    }

    /// <summary>Gives a file whose content is flushed another name, replacing one there, and flushes the folder.</summary>
    public static void Publish(this IFileSystem files, string from, string path)
    {
        ArgumentNullException.ThrowIfNull(files);
        files.Replace(from, path);
        files.SyncFolder(Path.GetDirectoryName(path)!);
    }

    /// <summary>Flushes a file's content and length to the device.</summary>
    public static void SyncFile(this IFileSystem files, string path)
    {
        ArgumentNullException.ThrowIfNull(files);
        using IOpenFile file = files.OpenToRead(path);
        file.Flush();
    }

    /// <summary>
    /// Copies a file's content to <paramref name="to"/>, a name this tool owns, and flushes it. A copy that fails or is cancelled is deleted.
    /// </summary>
    /// <returns>The digest of the bytes that were written, as they passed: what was read may be other bytes than another reading gave.</returns>
    /// <exception cref="OperatorException">Storage: the source cannot be read.</exception>
    /// <exception cref="IOException">The copy cannot be written.</exception>
    public static FileDigest Copy(this IFileSystem files, string from, string to, IProgress<long>? copied, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(files);
        bool whole = false;
        try
        {
            using IOpenFile source = StorageFailure.Naming(from, "reading", () => files.OpenToRead(from, inOrder: true));
            SegmentDigests digests = new(source.Length);
            using IOpenFile target = files.Create(to, digests.FileLength);
            byte[] buffer = new byte[(int)Math.Clamp(digests.FileLength, 1, CopyBuffer)];
            for (long offset = 0; offset < digests.FileLength;)
            {
                cancellation.ThrowIfCancellationRequested();
                Span<byte> part = buffer.AsSpan(0, (int)Math.Min(buffer.Length, digests.FileLength - offset));
                ExactRead.At(source, offset, part, from);
                digests.SetAll(offset, part);
                target.Write(offset, part);
                offset += part.Length;
                copied?.Report(part.Length);
            }

            target.Flush();
            whole = true;
            return digests.ToFileDigest();
        }
        finally
        {
            if (!whole)
            {
                files.TryDelete(to);
            }
        }
    }

    /// <summary>
    /// Deletes what a failure left unfinished. That this may fail as well tells nothing new, while the first failure tells the operator what
    /// is wrong; whoever does the work again overwrites or deletes what is left.
    /// </summary>
    public static void TryDelete(this IFileSystem files, string path)
    {
        ArgumentNullException.ThrowIfNull(files);
        try
        {
            files.DeleteFile(path);
        }
        catch (Exception second) when (StorageFailure.Is(second))
        {
        }
    }
}
