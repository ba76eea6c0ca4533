using Filecoin.Primitives;
using Microsoft.Win32.SafeHandles;

namespace Filecoin.Sealing.Files;

/// <summary>
/// A file somebody else made that is read at any place, by several threads, and must stay as long as it was. Opened when it is first read.
/// </summary>
/// <param name="path">The file.</param>
/// <param name="length">Its length.</param>
/// <param name="hint">What to do when it has changed or cannot be read: a sentence without its full stop.</param>
/// <param name="mayBeLonger">Whether what is behind <paramref name="length"/> is none of the reader's business.</param>
internal sealed class SteadyFile(string path, long length, string hint, bool mayBeLonger = false) : IDisposable
{
    private readonly Lock _opening = new();
    private SafeFileHandle? _handle;

    public string Path => path;

    public long Length => length;

    /// <summary>Fills <paramref name="destination"/> from <paramref name="offset"/>.</summary>
    /// <exception cref="OperatorException">Storage: the file cannot be read or has another length; the message names it.</exception>
    public void Read(long offset, Span<byte> destination)
    {
        SafeFileHandle handle = Volatile.Read(ref _handle) ?? Open();
        while (!destination.IsEmpty)
        {
            int read;
            try
            {
                read = RandomAccess.Read(handle, destination, offset);
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
            _handle?.Dispose();
            _handle = null;
        }
    }

    private SafeFileHandle Open()
    {
        lock (_opening)
        {
            if (_handle is not null)
            {
                return _handle;
            }

            SafeFileHandle handle = StorageFailure.Naming(path, "opening", () => File.OpenHandle(path));
            long found = RandomAccess.GetLength(handle);
            if (found < length || (found > length && !mayBeLonger))
            {
                handle.Dispose();
                throw Changed(found);
            }

            Volatile.Write(ref _handle, handle);
            return handle;
        }
    }

    private OperatorException Changed(long found) => new(
        FailureKind.Storage, $"{path} is {found} bytes long now, but should be {length}", $"{hint}.");
}
