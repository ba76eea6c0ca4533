using SealerRecover.Recovery.Files;
using SealerRecover.Recovery.Resources;

namespace SealerRecover.Recovery.Tests.Support;

/// <summary>A machine with as much of everything as the test says; folders are on one disk unless told otherwise.</summary>
internal sealed class FakeProbe : ISystemProbe
{
    public long? Memory { get; set; } = 1L << 50;

    public long? OpenFiles { get; set; } = 1 << 20;

    public Func<string, DiskSpace?> Disks { get; set; } = _ => new DiskSpace(1, 1L << 50);

    public long? AvailableMemory() => Memory;

    public DiskSpace? Disk(string path) => Disks(path);

    public long? OpenFilesLeft() => OpenFiles;

    /// <summary>Null: as many cores as the settings have threads, no place of which means anything.</summary>
    public CpuTopology? Machine { get; set; }

    public CpuTopology? Topology() => Machine;

    public bool? Pages { get; set; } = true;

    public bool? HugePages() => Pages;
}

/// <summary>Keeps what it is told; complains if it is told two things at once.</summary>
internal sealed class RecordingObserver : IRecoveryObserver
{
    private int _inside;

    public List<RecoveryEvent> Events { get; } = [];

    public bool CalledTwiceAtOnce { get; private set; }

    public bool Throws { get; set; }

    public IEnumerable<string> Notices => Events.OfType<Notice>().Select(notice => notice.Text);

    public void On(RecoveryEvent happened)
    {
        CalledTwiceAtOnce |= Interlocked.Increment(ref _inside) != 1;
        Events.Add(happened);
        Interlocked.Decrement(ref _inside);
        if (Throws)
        {
            throw new InvalidOperationException("the display broke");
        }
    }
}

/// <summary>How a <see cref="LyingFileSystem"/> misbehaves.</summary>
public enum Lie
{
    /// <summary>The operation fails before it does anything; the ones after it work.</summary>
    FailsOnce,

    /// <summary>From the operation on nothing works: what a killed process leaves behind.</summary>
    Dies,

    /// <summary>The operation is done, and then nothing works any more.</summary>
    DiesAfter,
}

/// <summary>The real file system until its <c>failAt</c>th changing operation (counted from 1; 0: never).</summary>
internal sealed class LyingFileSystem(int failAt = 0, Lie lie = Lie.FailsOnce, bool splitDisks = false) : IFileSystem
{
    private readonly LinuxFileSystem _real = new();
    private int _count;

    public int Operations => _count;

    public List<string> Log { get; } = [];

    public void CreateFolder(string path)
    {
        // Counted only when it changes something, or the number of operations would depend on what is there.
        if (Directory.Exists(path))
        {
            _real.CreateFolder(path);
            return;
        }

        Do($"create {path}", () => _real.CreateFolder(path));
    }

    public void Write(string path, ReadOnlyMemory<byte> content) => Do($"write {path}", () => _real.Write(path, content));

    public void Copy(string from, string to, IProgress<long> copied, CancellationToken cancellation) =>
        Do($"copy {from} {to}", () => _real.Copy(from, to, copied, cancellation));

    public MoveResult Move(string from, string to)
    {
        if (splitDisks && from.Contains("/temp/", StringComparison.Ordinal) && to.Contains("/result/", StringComparison.Ordinal))
        {
            return MoveResult.OtherFileSystem;
        }

        MoveResult result = MoveResult.Moved;
        Do($"move {from} {to}", () => result = _real.Move(from, to));
        return result;
    }

    public void Replace(string from, string to) => Do($"replace {from} {to}", () => _real.Replace(from, to));

    public void SyncFile(string path) => Do($"sync {path}", () => _real.SyncFile(path));

    public void SyncFolder(string path) => Do($"sync {path}", () => _real.SyncFolder(path));

    public void DeleteFile(string path) => Do($"delete {path}", () => _real.DeleteFile(path));

    public bool DeleteEmptyFolder(string path)
    {
        bool deleted = false;
        Do($"delete {path}", () => deleted = _real.DeleteEmptyFolder(path));
        return deleted;
    }

    private void Do(string what, Action work)
    {
        int number = Interlocked.Increment(ref _count);
        lock (Log)
        {
            Log.Add(what);
        }

        bool fails = failAt > 0 && (lie == Lie.FailsOnce ? number == failAt : number >= failAt);
        if (fails && !(lie == Lie.DiesAfter && number == failAt))
        {
            throw new IOException($"cannot {what}: No space left on device", LinuxNative.NoSpace);
        }

        work();
        if (fails)
        {
            throw new IOException("the process died", 5);
        }
    }
}

/// <summary>A clock that stands still.</summary>
internal sealed class StoppedClock(DateTimeOffset now) : TimeProvider
{
    public override DateTimeOffset GetUtcNow() => now;
}
