using System.Globalization;
using Filecoin.Primitives;
using Filecoin.Sealing.Files;
using SealerRecover.Recovery.Resources;

namespace SealerRecover.Recovery.Pipeline;

/// <summary>
/// Lets a sector begin only if the disk holds what it will write on top of what the sectors at work have yet to write. While it
/// does not, the sector waits for one of them to end.
/// </summary>
/// <param name="tempFolder">Where all of them write.</param>
/// <param name="probe">Knows the free space.</param>
/// <param name="ignore">Whether a sector that has the disk to itself begins although it will not fit.</param>
internal sealed class DiskGate(string tempFolder, ISystemProbe probe, bool ignore)
{
    private static readonly TimeSpan CheckInterval = TimeSpan.FromMilliseconds(250);
    private readonly Lock _gate = new();
    private readonly Dictionary<SectorId, Func<long>> _atWork = [];

    /// <summary>Counts a sector in that needs no admission because it only finishes what it has on disk.</summary>
    public void EnterUnasked(SectorId sector)
    {
        lock (_gate)
        {
            _atWork[sector] = () => 0;
        }
    }

    /// <summary>Waits until there is room for <paramref name="sector"/> to write <paramref name="bytes"/> in all.</summary>
    /// <param name="sector">Who.</param>
    /// <param name="bytes">Peak size of its workspace, what is there already included.</param>
    /// <param name="pieces">Asked for what its pieces may still take beside it.</param>
    /// <param name="waiting">Called once if it has to wait.</param>
    /// <param name="cancellation">Ends the waiting.</param>
    /// <exception cref="OperatorException">NotEnoughResources: it does not fit although nobody else is at work.</exception>
    public void Enter(SectorId sector, long bytes, Func<long> pieces, Action waiting, CancellationToken cancellation)
    {
        for (bool told = false; ; told = true)
        {
            cancellation.ThrowIfCancellationRequested();
            lock (_gate)
            {
                if (TryEnterLocked(sector, bytes, pieces, out long needed, out long free))
                {
                    return;
                }

                if (_atWork.Count == 0)
                {
                    throw NotEnough(sector, needed, free);
                }
            }

            if (!told)
            {
                waiting();
            }

            cancellation.WaitHandle.WaitOne(CheckInterval);
        }
    }

    /// <summary>Counts a sector in if there is room for it at once.</summary>
    /// <param name="sector">Who.</param>
    /// <param name="bytes">Peak size of its workspace, what is there already included.</param>
    /// <param name="pieces">Asked for what its pieces may still take beside it.</param>
    public bool TryEnter(SectorId sector, long bytes, Func<long> pieces)
    {
        lock (_gate)
        {
            return TryEnterLocked(sector, bytes, pieces, out _, out _);
        }
    }

    /// <summary>The sector has ended.</summary>
    public void Leave(SectorId sector)
    {
        lock (_gate)
        {
            _atWork.Remove(sector);
        }
    }

    private bool TryEnterLocked(SectorId sector, long bytes, Func<long> pieces, out long needed, out long free)
    {
        _atWork.Remove(sector);
        long? known = probe.Disk(tempFolder)?.FreeBytes;
        free = known ?? long.MaxValue;
        needed = ToWrite() + _atWork.Sum(other => other.Value());
        bool enters = needed <= free || (_atWork.Count == 0 && ignore);
        if (enters)
        {
            _atWork[sector] = ToWrite;
        }

        return enters;

        long ToWrite() => Unwritten(sector, bytes) + pieces();
    }

    private long Unwritten(SectorId sector, long bytes) =>
        Math.Max(0, bytes - FileLook.AllocatedBelow(Path.Combine(tempFolder, sector.FileName)));

    private OperatorException NotEnough(SectorId sector, long needed, long free) => new(
        FailureKind.NotEnoughResources,
        string.Create(CultureInfo.InvariantCulture, $"{sector} needs {needed} more bytes in {tempFolder}, where {free} are free"),
        $"Free disk space and run the same command again; {Setting.IgnoreResources} starts all the same.");
}
