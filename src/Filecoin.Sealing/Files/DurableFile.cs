namespace Filecoin.Sealing.Files;

/// <summary>
/// A file that appears under its name whole and flushed, or not at all: written under a temporary name in the same folder, flushed to
/// disk, renamed, and the folder flushed. Replaces an earlier file of that name, which is one of this job's own.
/// </summary>
/// <remarks>What can fail: every call. A failure or a crash leaves at most "name.tmp", which the next attempt truncates.</remarks>
internal sealed class DurableFile : IDisposable
{
    private readonly IFileSystem _files;
    private readonly string _path;
    private readonly string _temporary;
    private readonly IOpenFile _file;
    private bool _renamed;

    private DurableFile(IFileSystem files, string path, long length)
    {
        _files = files;
        _path = path;
        _temporary = path + ".tmp";
        _file = files.Create(_temporary, length);
    }

    /// <summary>Starts a file of <paramref name="length"/> bytes; the space is reserved, so a full disk shows now.</summary>
    public static DurableFile Create(IFileSystem files, string path, long length) =>
        StorageFailure.Naming(path, "creating", () => new DurableFile(files, path, length));

    /// <summary>Writes all of a small file.</summary>
    public static void Write(IFileSystem files, string path, ReadOnlyMemory<byte> content) =>
        StorageFailure.Naming(path, "writing", () => files.WriteDurably(path, content));

    /// <summary>Writes bytes at an offset; from any thread.</summary>
    public void WriteAt(long offset, ReadOnlySpan<byte> bytes)
    {
        try
        {
            _file.Write(offset, bytes);
        }
        catch (Exception failure) when (StorageFailure.Is(failure))
        {
            throw StorageFailure.From(failure, $"writing {_path}");
        }
    }

    /// <summary>Gives the file a length; what was not written is a hole.</summary>
    public void SetLength(long length) => StorageFailure.Naming(_path, "writing", () => _file.SetLength(length));

    /// <summary>Flushes the content, gives the file its name and flushes the folder.</summary>
    public void Publish() => StorageFailure.Naming(_path, "finishing", () =>
    {
        _file.Flush();
        _file.Dispose();
        _files.Publish(_temporary, _path);
        _renamed = true;
    });

    /// <summary>Closes; a file that did not get its name is removed.</summary>
    public void Dispose()
    {
        _file.Dispose();
        if (!_renamed)
        {
            _files.TryDelete(_temporary);
        }
    }
}
