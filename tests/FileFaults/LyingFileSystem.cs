using Filecoin.Sealing.Files;

namespace SealerRecover.Tests;

/// <summary>The real file system until a fault happens. For one run; safe from several threads.</summary>
/// <param name="fault">What happens, and when.</param>
/// <param name="of">Only operations on paths with this text in them are counted and can fail; null for all.</param>
public sealed class LyingFileSystem(FileFault fault = default, string? of = null) : WatchedFileSystem
{
    private const int InputOutput = 5;
    private const int NoSpace = 28;
    private const int ReadOnly = 30;

    private readonly List<string> _changes = [];
    private readonly Lock _gate = new();
    private readonly Dictionary<FaultKind, int> _counts = FileFault.Kinds.ToDictionary(kind => kind, _ => 0);
    private volatile bool _dead;
    private bool _fromNowOn;

    /// <summary>What the fault happened to; null if it has not.</summary>
    public string? Happened { get; private set; }

    /// <summary>What the changing operations so far were, in their order.</summary>
    public IReadOnlyList<string> Changes => _changes;

    /// <summary>At how many operations so far a fault of this kind could happen.</summary>
    public int Count(FaultKind kind)
    {
        lock (_gate)
        {
            return _counts[kind];
        }
    }

    /// <inheritdoc/>
    protected override T Do<T>(FileOperation operation, string path, string? to, Func<T> work)
    {
        ArgumentNullException.ThrowIfNull(work);
        FaultKind happens = Next(operation, path, to);
        if (happens == FaultKind.DiesAfter)
        {
            _ = work();
        }

        Fail(happens, path);
        return work();
    }

    /// <inheritdoc/>
    protected override IOpenFile Wrap(string path, IOpenFile opened, FileOperation how) => new LyingFile(this, path, opened);

    private static void Fail(FaultKind kind, string path)
    {
        switch (kind)
        {
            case FaultKind.DiskFull or FaultKind.WritesHalf:
                throw new IOException($"No space left on device : '{path}'", NoSpace);
            case FaultKind.TurnsReadOnly:
                throw new IOException($"Read-only file system : '{path}'", ReadOnly);
            case FaultKind.NoAccess:
                throw new UnauthorizedAccessException($"Access to the path '{path}' is denied.");
            case FaultKind.WriteFails or FaultKind.ChangeFails or FaultKind.FlushFails or FaultKind.ReadFails
                or FaultKind.Dies or FaultKind.DiesAfter or FaultKind.DiesWriting:
                throw new IOException($"Input/output error : '{path}'", InputOutput);
            default:
                break;
        }
    }

    /// <summary>Counts an operation and says what happens at it.</summary>
    private FaultKind Next(FileOperation operation, string path, string? to = null)
    {
        lock (_gate)
        {
            if (_dead)
            {
                return FaultKind.Dies;
            }

            bool isCounted = of is null || path.Contains(of, StringComparison.Ordinal);
            foreach (FaultKind kind in FileFault.Kinds.Where(kind => isCounted && FileFault.CanHappenAt(kind, operation)))
            {
                _counts[kind]++;
            }

            string what = $"{operation} {path}{(to is null ? string.Empty : $" to {to}")}";
            if (FileFault.CanHappenAt(FaultKind.ChangeFails, operation))
            {
                _changes.Add(what);
            }

            if (!isCounted || !FileFault.CanHappenAt(fault.Kind, operation) || (_counts[fault.Kind] != fault.At && !_fromNowOn))
            {
                return FaultKind.None;
            }

            Happened ??= what;
            _fromNowOn = fault.Kind is FaultKind.DiskFull or FaultKind.TurnsReadOnly;
            _dead = fault.Kind is FaultKind.Dies or FaultKind.DiesAfter or FaultKind.DiesWriting;
            return fault.Kind;
        }
    }

    private sealed class LyingFile(LyingFileSystem files, string path, IOpenFile opened) : IOpenFile
    {
        private long _end = long.MaxValue;

        public long Length => opened.Length;

        public int Read(long offset, Span<byte> destination)
        {
            FaultKind happens = files.Next(FileOperation.Read, path);
            Fail(happens, path);
            if (happens == FaultKind.EndsEarly)
            {
                _end = Math.Min(_end, offset);
            }

            int read = offset >= _end ? 0 : opened.Read(offset, destination[..(int)Math.Min(destination.Length, _end - offset)]);
            if (happens == FaultKind.BitFlips && read > 0)
            {
                destination[(int)((offset + 37) % read)] ^= 4;
            }

            return read;
        }

        public void Write(long offset, ReadOnlySpan<byte> bytes)
        {
            FaultKind happens = files.Next(FileOperation.Write, path);
            if (happens is FaultKind.WritesHalf or FaultKind.DiesWriting)
            {
                opened.Write(offset, bytes[..(bytes.Length / 2)]);
            }

            if (happens == FaultKind.DiesAfter)
            {
                opened.Write(offset, bytes);
            }

            Fail(happens, path);
            opened.Write(offset, bytes);
        }

        public void SetLength(long length)
        {
            Fail(files.Next(FileOperation.SetLength, path), path);
            opened.SetLength(length);
        }

        public void Flush()
        {
            Fail(files.Next(FileOperation.Flush, path), path);
            opened.Flush();
        }

        public void Dispose() => opened.Dispose();
    }
}
