using System.Collections.Concurrent;
using Filecoin.Sealing.Files;

namespace SealerRecover.Recovery.Tests.Scrub;

/// <summary>The real file system with a count of what is read, by file: bytes, and the stretches they are of.</summary>
internal sealed class CountingFileSystem : WatchedFileSystem
{
    private readonly ConcurrentDictionary<string, ConcurrentBag<(long Offset, int Length)>> _read = [];
    private readonly Action<string, long>? _onRead;

    /// <param name="onRead">Told of each reading, before it: the file, and where.</param>
    public CountingFileSystem(Action<string, long>? onRead = null) => _onRead = onRead;

    /// <summary>The stretches that were read of each file, in order.</summary>
    public Dictionary<string, (long Offset, int Length)[]> Read => _read.ToDictionary(file => file.Key, file => file.Value.Order().ToArray());

    protected override T Do<T>(FileOperation operation, string path, string? to, Func<T> work) =>
        operation == FileOperation.OpenToRead ? work() : throw new InvalidOperationException($"{operation} of {path}, but nothing may be changed");

    protected override IOpenFile Wrap(string path, IOpenFile opened, FileOperation how) => new Counted(this, path, opened);

    private sealed class Counted(CountingFileSystem files, string path, IOpenFile opened) : IOpenFile
    {
        public long Length => opened.Length;

        public int Read(long offset, Span<byte> destination)
        {
            files._onRead?.Invoke(path, offset);
            int read = opened.Read(offset, destination);
            files._read.GetOrAdd(path, _ => []).Add((offset, read));
            return read;
        }

        public void Write(long offset, ReadOnlySpan<byte> bytes) => throw new InvalidOperationException("nothing may be changed");

        public void SetLength(long length) => throw new InvalidOperationException("nothing may be changed");

        public void Flush() => throw new InvalidOperationException("nothing may be changed");

        public void Dispose() => opened.Dispose();
    }
}
