using Microsoft.Win32.SafeHandles;

namespace Filecoin.Sealing.Files;

/// <summary>
/// A file that appears under its name whole and flushed, or not at all: written under a temporary name in the same folder, flushed to
/// disk, renamed, and the folder flushed. Replaces an earlier file of that name, which is one of this job's own.
/// </summary>
/// <remarks>What can fail: every call. A failure or a crash leaves at most "name.tmp", which the next attempt truncates.</remarks>
internal sealed class DurableFile : IDisposable
{
    private const int UnspecificHResult = unchecked((int)0x80131620);

    private readonly string _path;
    private readonly string _temporary;
    private bool _published;

    private DurableFile(string path, long length)
    {
        _path = path;
        _temporary = path + ".tmp";
        try
        {
            Handle = File.OpenHandle(
                _temporary, FileMode.Create, FileAccess.ReadWrite, FileShare.Read, FileOptions.None, preallocationSize: length);
        }
        catch (IOException failure) when (failure.HResult == UnspecificHResult)
        {
            // .NET reports that it could not reserve the space with a message alone; the code is what tells a full disk from a broken one.
            throw new IOException(failure.Message, StorageFailure.NoSpace);
        }
    }

    /// <summary>The open file, for writing at any offset from any thread.</summary>
    public SafeFileHandle Handle { get; }

    /// <summary>Starts a file of <paramref name="length"/> bytes; the space is reserved, so a full disk shows now.</summary>
    public static DurableFile Create(string path, long length) =>
        StorageFailure.Naming(path, "creating", () => new DurableFile(path, length));

    /// <summary>Writes all of a small file.</summary>
    public static void Write(string path, ReadOnlySpan<byte> content)
    {
        byte[] copy = content.ToArray();
        using DurableFile file = Create(path, copy.Length);
        file.WriteAt(0, copy);
        file.Publish();
    }

    /// <summary>Writes bytes at an offset.</summary>
    public void WriteAt(long offset, ReadOnlySpan<byte> bytes)
    {
        try
        {
            RandomAccess.Write(Handle, bytes, offset);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            StorageFailure.Naming(_path, "writing", () => throw failure);
        }
    }

    /// <summary>Flushes the content, gives the file its name and flushes the folder.</summary>
    public void Publish() => StorageFailure.Naming(_path, "finishing", () =>
    {
        RandomAccess.FlushToDisk(Handle);
        Handle.Dispose();
        File.Move(_temporary, _path, overwrite: true);
        DurableNames.FlushFolder(Path.GetDirectoryName(_path)!);
        _published = true;
    });

    /// <summary>Closes; an unpublished file is removed.</summary>
    public void Dispose()
    {
        Handle.Dispose();
        if (!_published && File.Exists(_temporary))
        {
            File.Delete(_temporary);
        }
    }
}
