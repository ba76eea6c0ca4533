using Filecoin.Sealing.Files;

namespace SealerRecover.Recovery.Tests.Latency;

/// <summary>A clock that only moves when it is moved.</summary>
internal sealed class MovedClock : TimeProvider
{
    private long _ticks;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => Interlocked.Read(ref _ticks);

    public void Move(TimeSpan by) => Interlocked.Add(ref _ticks, by.Ticks);
}

/// <summary>Disks that take their time for what is not in memory. What was ever read is, until it is forgotten.</summary>
/// <param name="clock">What they move.</param>
/// <param name="takes">How long each reading of a file takes.</param>
internal sealed class SlowDisks(MovedClock clock, Func<string, TimeSpan> takes) : WatchedFileSystem
{
    /// <summary>Whether what is held is forgotten when that is asked for.</summary>
    public bool Forgets { get; init; } = true;

    /// <summary>Whether a reading brings all of its file into memory.</summary>
    public bool ReadsAhead { get; init; }

    /// <summary>Whether what is held is told.</summary>
    public bool Tells { get; init; } = true;

    protected override T Do<T>(FileOperation operation, string path, string? to, Func<T> work) => work();

    protected override IOpenFile Wrap(string path, IOpenFile opened, FileOperation how) => new SlowFile(this, path, opened);

    private sealed class SlowFile(SlowDisks disks, string path, IOpenFile opened) : IOpenFile
    {
        private readonly List<(long Begin, long End)> _forgotten = [];

        public long Length => opened.Length;

        public void Forget(long offset, long length)
        {
            if (disks.Forgets)
            {
                _forgotten.Add((offset, offset + length));
            }
        }

        public int? ReadHeld(long offset, Span<byte> destination) =>
            !disks.Tells ? null : IsHeld(offset, destination.Length) ? opened.Read(offset, destination) : 0;

        public int Read(long offset, Span<byte> destination)
        {
            if (!IsHeld(offset, destination.Length))
            {
                disks.Wait(path);
                long end = offset + destination.Length;
                _forgotten.RemoveAll(stretch => disks.ReadsAhead || (offset <= stretch.Begin && stretch.End <= end));
            }

            return opened.Read(offset, destination);
        }

        public void Write(long offset, ReadOnlySpan<byte> bytes) => opened.Write(offset, bytes);

        public void SetLength(long length) => opened.SetLength(length);

        public void Flush() => opened.Flush();

        public void Dispose() => opened.Dispose();

        private bool IsHeld(long offset, int length) => !_forgotten.Exists(stretch => stretch.Begin < offset + length && offset < stretch.End);
    }

    private void Wait(string path) => clock.Move(takes(path));
}
