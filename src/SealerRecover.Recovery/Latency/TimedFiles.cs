using Filecoin.Sealing.Files;

namespace SealerRecover.Recovery.Latency;

/// <summary>
/// A file system that times every reading of the files opened through it; for files that are only read. What the system holds of a stretch in
/// memory is forgotten before it is read, so files that are read from start to end are better opened elsewhere: of them the system would forget
/// what it has read ahead. From any thread.
/// </summary>
/// <param name="files">Opens them.</param>
/// <param name="time">The clock.</param>
public sealed class TimedFiles(IFileSystem files, TimeProvider time) : IFileSystem
{
    private readonly ReadTimer _timer = new(time);
    private readonly Lock _lock = new();
    private List<TimedRead> _reads = [];

    /// <summary>What was read since this was last asked, in the order in which it was there.</summary>
    public IReadOnlyList<TimedRead> Take()
    {
        lock (_lock)
        {
            List<TimedRead> taken = _reads;
            _reads = [];
            return taken;
        }
    }

    /// <inheritdoc/>
    public IOpenFile OpenToRead(string path, bool inOrder = false)
    {
        long started = _timer.Now;
        IOpenFile opened = files.OpenToRead(path, inOrder);
        return new TimedFile(this, path, opened, time.GetElapsedTime(started));
    }

    /// <inheritdoc/>
    public IOpenFile OpenToChange(string path) => files.OpenToChange(path);

    /// <inheritdoc/>
    public IOpenFile Create(string path, long reserve = 0) => files.Create(path, reserve);

    /// <inheritdoc/>
    public IOpenFile CreateNew(string path, long reserve = 0) => files.CreateNew(path, reserve);

    /// <inheritdoc/>
    public void MakeFolder(string path) => files.MakeFolder(path);

    /// <inheritdoc/>
    public MoveResult Move(string from, string to) => files.Move(from, to);

    /// <inheritdoc/>
    public void Replace(string from, string to) => files.Replace(from, to);

    /// <inheritdoc/>
    public void SyncFolder(string path) => files.SyncFolder(path);

    /// <inheritdoc/>
    public void DeleteFile(string path) => files.DeleteFile(path);

    /// <inheritdoc/>
    public bool DeleteEmptyFolder(string path) => files.DeleteEmptyFolder(path);

    private sealed class TimedFile(TimedFiles owner, string path, IOpenFile opened, TimeSpan opening) : IOpenFile
    {
        private long _opening = opening.Ticks;

        public long Length => opened.Length;

        public int Read(long offset, Span<byte> destination)
        {
            opened.Forget(offset, destination.Length);
            TimedRead read = owner._timer.Read(opened, path, offset, destination, owner._timer.Now);
            lock (owner._lock)
            {
                owner._reads.Add(read with { Took = read.Took + new TimeSpan(Interlocked.Exchange(ref _opening, 0)) });
            }

            return read.Bytes;
        }

        public void Write(long offset, ReadOnlySpan<byte> bytes) => opened.Write(offset, bytes);

        public void SetLength(long length) => opened.SetLength(length);

        public void Flush() => opened.Flush();

        public void Dispose() => opened.Dispose();
    }
}
