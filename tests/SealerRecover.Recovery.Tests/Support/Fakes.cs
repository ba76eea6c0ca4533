using SealerRecover.Recovery.Events;
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

    public double BlocksPerSecond() => 20e6;
}

/// <summary>Keeps what it is told; complains if it is told two things at once.</summary>
internal sealed class RecordingObserver : IRecoveryObserver
{
    private int _inside;

    /// <summary>What a run is told to tell it through.</summary>
    public EventSink Sink => field ??= new EventSink(this, TimeProvider.System);

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

/// <summary>A clock that stands still.</summary>
internal sealed class StoppedClock(DateTimeOffset now) : TimeProvider
{
    public override DateTimeOffset GetUtcNow() => now;
}
