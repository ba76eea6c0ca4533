using Filecoin.Primitives;
using Filecoin.Sealing.Files;
using SealerRecover.Recovery.Bench;
using SealerRecover.Recovery.Resources;

namespace SealerRecover.Recovery.Doctor;

/// <summary>A disk that is sealed on or that takes results: whether it can be written, what is free, how fast it is.</summary>
/// <param name="What">What it is for.</param>
/// <param name="Folder">The folder, absolute; it need not be there yet.</param>
/// <param name="Needed">Bytes that one sector takes there.</param>
/// <param name="Size">The size of that sector.</param>
/// <param name="MeasuredBytes">Bytes written and read to measure it; 0 where nothing is written, as in storage paths.</param>
/// <param name="Time">The clock.</param>
public sealed record DiskCheck(string What, string Folder, long Needed, SectorSize Size, long MeasuredBytes, TimeProvider Time) : ICheck
{
    /// <summary>What is measured takes so long at most, whatever the disk: what was read and written until then counts.</summary>
    private static readonly TimeSpan MostMeasuring = TimeSpan.FromSeconds(2);

    /// <summary>Labels are written at about this rate by one sector on a fast core; a disk slower than that is what is waited for.</summary>
    private const double Slow = 150e6;

    /// <summary>Left alone: what is this full is not filled further to measure it.</summary>
    private const long LeastFree = 4L << 30;

    /// <inheritdoc/>
    public Task<IReadOnlyList<Finding>> LookAsync(CancellationToken cancellation) => Task.FromResult(Look(new LinuxSystemProbe(), cancellation));

    internal IReadOnlyList<Finding> Look(ISystemProbe probe, CancellationToken cancellation)
    {
        DiskSpace? disk = probe.Disk(Folder);
        bool isMeasured = MeasuredBytes > 0 && disk is { FreeBytes: > LeastFree };
        string existing = Folder;
        while (!Directory.Exists(existing) && Path.GetDirectoryName(existing) is { } parent)
        {
            existing = parent;
        }

        if (NameRights.AgainstChangesIn(existing) is { } why)
        {
            return [Finding.Wrong(What, $"{Folder} cannot be written: {why}", $"give this user write permission there, or name another folder with {Setting.TempFolder} or {Setting.ResultFolder}")];
        }

        DiskSpeed? speed = isMeasured ? new DiskTrial(Folder, MeasuredBytes, Time) { Most = MostMeasuring }.Run(probe, cancellation) : null;
        string free = disk is { } known ? $"{ByteCount.Text(known.FreeBytes)} free" : "the system does not tell what is free";
        Finding room = disk is { } space && space.FreeBytes < Needed
            ? Finding.Wrong(
                What,
                $"{Folder}: {free}, and a sector of {Size} takes {ByteCount.Text(Needed)}",
                $"free disk space, or name another folder with {Setting.TempFolder} or {Setting.ResultFolder}; for smaller sectors, {Setting.SectorSize}")
            : Finding.Fine(What, $"{Folder} can be written: {free}, {ByteCount.Text(Needed)} for a sector of {Size}");
        return speed is null ? [room] : [room, Speed(speed)];
    }

    private Finding Speed(DiskSpeed speed)
    {
        string text = $"writes {ByteCount.Text((long)speed.WriteBytesPerSecond)} and reads {ByteCount.Text((long)speed.ReadBytesPerSecond)} a second";
        return Math.Min(speed.WriteBytesPerSecond, speed.ReadBytesPerSecond) >= Slow
            ? Finding.Fine($"{What}: speed", text)
            : Finding.Note($"{What}: speed", $"{text}, so that sealing waits for it", "put work in progress on NVMe; bench measures longer and estimates what a sector takes");
    }
}
