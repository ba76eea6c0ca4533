using Filecoin.Sealing.Files;

namespace SealerRecover.Tests;

/// <summary>
/// The real file system with a record of everything that changes below a folder, from which <see cref="After"/> tells what a power cut at
/// any operation leaves. Files opened elsewhere, and those made without this interface (locks), are not recorded.
/// </summary>
public sealed class RecordingFileSystem : WatchedFileSystem
{
    private readonly Lock _gate = new();
    private readonly string _root;
    private readonly FolderImage _before;
    private readonly RecordedDisk _now;
    private readonly List<(string What, Action<RecordedDisk> Change)> _record = [];

    /// <summary>Begins a record; what is in the folder counts as flushed.</summary>
    public RecordingFileSystem(string root)
    {
        _root = root;
        _before = FolderImage.Of(root);
        _now = new RecordedDisk(_before);
    }

    /// <summary>Whether this disk forgets what it is told to keep: flushing does nothing.</summary>
    public bool IgnoresFlushes { get; init; }

    /// <summary>Operations recorded.</summary>
    public int Operations => _record.Count;

    /// <summary>What an operation was, counted from 1.</summary>
    public string Describe(int operation) => operation == 0 ? "the start" : _record[operation - 1].What;

    /// <summary>What was there after so many operations.</summary>
    public FolderImage At(int operations) => Replay(operations).Now();

    /// <summary>What a power cut leaves.</summary>
    public FolderImage After(PowerCut cut) => Replay(cut.At).After(cut.Survival, cut.Seed);

    /// <inheritdoc/>
    protected override T Do<T>(FileOperation operation, string path, string? to, Func<T> work)
    {
        ArgumentNullException.ThrowIfNull(work);
        lock (_gate)
        {
            T result = work();
            if (Relative(path) is { } at && Effect(operation, at, to, result) is { } change)
            {
                Add($"{operation} {at}{(to is null ? string.Empty : $" to {Relative(to)}")}", change);
            }

            return result;
        }
    }

    /// <inheritdoc/>
    protected override IOpenFile Wrap(string path, IOpenFile opened, FileOperation how)
    {
        lock (_gate)
        {
            return Relative(path) is { } at && (how != FileOperation.OpenToRead || _now.Knows(at)) ? new RecordedFile(this, at, _now.FileAt(at), opened) : opened;
        }
    }

    private Action<RecordedDisk>? Effect(FileOperation operation, string at, string? to, object? result) => operation switch
    {
        FileOperation.Create => disk => disk.Create(at),
        FileOperation.MakeFolder => disk => disk.MakeFolder(at),
        FileOperation.Move when result is not MoveResult.Moved => null,
        FileOperation.Move or FileOperation.Replace when Relative(to!) is { } target => disk => disk.Rename(at, target),
        FileOperation.SyncFolder when IgnoresFlushes => null,
        FileOperation.SyncFolder => disk => disk.SyncFolder(at),
        FileOperation.DeleteFile => disk => disk.Delete(at),
        FileOperation.DeleteFolder when result is true => disk => disk.Delete(at),
        _ => null,
    };

    private void Add(string what, Action<RecordedDisk> change)
    {
        change(_now);
        _record.Add((what, change));
    }

    private RecordedDisk Replay(int operations)
    {
        RecordedDisk disk = new(_before);
        foreach ((_, Action<RecordedDisk> change) in _record.Take(operations))
        {
            change(disk);
        }

        return disk;
    }

    private string? Relative(string path) =>
        path == _root ? string.Empty
        : path.StartsWith(_root + '/', StringComparison.Ordinal) ? path[(_root.Length + 1)..]
        : null;

    private sealed class RecordedFile(RecordingFileSystem files, string name, int number, IOpenFile opened) : IOpenFile
    {
        public long Length => opened.Length;

        public int Read(long offset, Span<byte> destination) => opened.Read(offset, destination);

        public void Write(long offset, ReadOnlySpan<byte> bytes)
        {
            byte[] copy = bytes.ToArray();
            lock (files._gate)
            {
                opened.Write(offset, bytes);
                files.Add($"Write {copy.Length} bytes of {name}", disk => disk.Write(number, offset, copy));
            }
        }

        public void SetLength(long length)
        {
            lock (files._gate)
            {
                opened.SetLength(length);
                files.Add($"SetLength of {name}", disk => disk.SetLength(number, length));
            }
        }

        public void Flush()
        {
            lock (files._gate)
            {
                opened.Flush();
                if (!files.IgnoresFlushes)
                {
                    files.Add($"Flush {name}", disk => disk.Flush(number));
                }
            }
        }

        public void Dispose() => opened.Dispose();
    }
}
