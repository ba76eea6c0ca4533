using Filecoin.Primitives;

namespace Filecoin.Sealing.Files;

/// <summary>
/// A file somebody else made that is read at any place, by several threads, and must stay as long as it was. Opened when it is first read.
/// </summary>
/// <param name="path">The file.</param>
/// <param name="length">Its length.</param>
/// <param name="hint">What to do when it has changed or cannot be read: a sentence without its full stop.</param>
/// <param name="mayBeLonger">Whether what is behind <paramref name="length"/> is none of the reader's business.</param>
/// <param name="files">Opens it; null for the real file system.</param>
internal sealed class SteadyFile(string path, long length, Hint hint, bool mayBeLonger = false, IFileSystem? files = null) : IDisposable
{
    private readonly Lock _opening = new();
    private IOpenFile? _file;

    public string Path => path;

    public long Length => length;

    /// <summary>Fills <paramref name="destination"/> from <paramref name="offset"/>.</summary>
    /// <exception cref="OperatorException">Storage: the file cannot be read or has another length; the message names it.</exception>
    public void Read(long offset, Span<byte> destination)
    {
        IOpenFile file = Volatile.Read(ref _file) ?? Open();
        while (!destination.IsEmpty)
        {
            int read;
            try
            {
                read = file.Read(offset, destination);
            }
            catch (Exception failure) when (StorageFailure.Is(failure))
            {
                throw new OperatorException(
                    FailureKind.Storage,
                    $"reading {path} at byte {offset} failed: {failure.Message.TrimEnd('.')}",
                    $"Check the disk (dmesg, smartctl). {hint}.",
                    failure);
            }

            if (read == 0)
            {
                throw Changed(offset);
            }

            destination = destination[read..];
            offset += read;
        }
    }

    public void Dispose()
    {
        lock (_opening)
        {
            _file?.Dispose();
            _file = null;
        }
    }

    private IOpenFile Open()
    {
        lock (_opening)
        {
            if (_file is not null)
            {
                return _file;
            }

            IOpenFile file = StorageFailure.Naming(path, "opening", () => (files ?? LinuxFileSystem.Instance).OpenToRead(path));
            long found = file.Length;
            if (found < length || (found > length && !mayBeLonger))
            {
                file.Dispose();
                throw Changed(found);
            }

            Volatile.Write(ref _file, file);
            return file;
        }
    }

    private OperatorException Changed(long found) => new(
        FailureKind.Storage, $"{path} is {found} bytes long now, but should be {length}", $"{hint}.");
}
