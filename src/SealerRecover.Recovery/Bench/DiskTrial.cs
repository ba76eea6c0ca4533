using System.Runtime.InteropServices;
using Filecoin.Primitives;
using Filecoin.Sealing.Files;
using Microsoft.Win32.SafeHandles;
using SealerRecover.Recovery.Resources;

namespace SealerRecover.Recovery.Bench;

/// <summary>
/// Writes and reads a file as layers are: in order, a MiB at a time. The file has no name while it is used, so nothing is left behind
/// however the process ends.
/// </summary>
/// <param name="folder">Where; the nearest folder above that exists if it does not.</param>
/// <param name="bytes">Length of the file.</param>
/// <param name="time">The clock.</param>
internal sealed partial class DiskTrial(string folder, long bytes, TimeProvider time)
{
    private const int ChunkBytes = 1 << 20;

    private const int Passes = 2;
    private const int DoNotNeed = 4;

    /// <summary>Flushed at once where time is short: what is only in memory takes its time when it is flushed.</summary>
    private const int FlushedChunks = 16;

    /// <summary>How long a pass may take, with one pass then and fewer bytes where they take longer; null for as long as it takes.</summary>
    public TimeSpan? Most { get; init; }

    /// <summary>The better of two passes, or one where time is short.</summary>
    /// <exception cref="OperatorException">Storage: the folder cannot be written.</exception>
    public DiskSpeed Run(ISystemProbe probe, CancellationToken cancellation)
    {
        string existing = folder;
        while (!Directory.Exists(existing))
        {
            existing = Path.GetDirectoryName(existing)
                ?? throw new OperatorException(FailureKind.Storage, $"{folder} is on no disk", $"Name a folder with {Setting.TempFolder}.");
        }

        double write = 0;
        double read = 0;
        try
        {
            for (int pass = 0; pass < (Most is null ? Passes : 1); pass++)
            {
                using SafeFileHandle file = Nameless(existing);
                long written = 0;
                write = Math.Max(write, Rate(() => written = Write(file, cancellation)));
                DropFromMemory(file);
                read = Math.Max(read, Rate(() => Read(file, written, cancellation)));
            }
        }
        catch (Exception failure) when (StorageFailure.Is(failure))
        {
            throw new OperatorException(
                FailureKind.Storage,
                $"{existing} could not be measured: {failure.Message}",
                $"Name a folder that can be written and has {bytes >> 20} MiB free with {Setting.TempFolder}.",
                failure);
        }

        return new DiskSpeed(existing, write, read, probe.Disk(existing)?.FreeBytes);
    }

    private static SafeFileHandle Nameless(string folder)
    {
        string path = Path.Combine(folder, $"sealer-recover-bench-{Guid.NewGuid():N}.tmp");
        SafeFileHandle file = File.OpenHandle(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.Delete);
        File.Delete(path);
        return file;
    }

    private double Rate(Func<long> work)
    {
        long started = time.GetTimestamp();
        long done = work();
        return done / Math.Max(time.GetElapsedTime(started).TotalSeconds, 1e-9);
    }

    private long Write(SafeFileHandle file, CancellationToken cancellation)
    {
        // Not zeros, and no two blocks alike: some file systems store neither.
        byte[] chunk = new byte[ChunkBytes];
        new Random(1).NextBytes(chunk);
        Func<bool> isOver = Clock();
        for (long offset = 0; offset < bytes; offset += ChunkBytes)
        {
            cancellation.ThrowIfCancellationRequested();
            foreach (ref long word in MemoryMarshal.Cast<byte, long>(chunk.AsSpan()))
            {
                word += offset | 1;
            }

            RandomAccess.Write(file, chunk, offset);
            if (Most is not null && (offset / ChunkBytes) % FlushedChunks == FlushedChunks - 1)
            {
                RandomAccess.FlushToDisk(file);
                if (isOver())
                {
                    return offset + ChunkBytes;
                }
            }
        }

        RandomAccess.FlushToDisk(file);
        return bytes;
    }

    private Func<bool> Clock()
    {
        long started = time.GetTimestamp();
        return () => Most is { } most && time.GetElapsedTime(started) > most / 2;
    }

    private long Read(SafeFileHandle file, long written, CancellationToken cancellation)
    {
        byte[] chunk = new byte[ChunkBytes];
        Func<bool> isOver = Clock();
        for (long offset = 0; offset < written; offset += ChunkBytes)
        {
            cancellation.ThrowIfCancellationRequested();
            if (offset > 0 && isOver())
            {
                return offset;
            }

            for (int done = 0; done < ChunkBytes;)
            {
                int count = RandomAccess.Read(file, chunk.AsSpan(done), offset + done);
                done += count > 0 ? count : throw new EndOfStreamException("the file became shorter while it was read");
            }
        }

        return written;
    }

    /// <summary>A wish, not an order: a file system without a device (tmpfs) keeps the pages, and then memory is what is measured.</summary>
    private static void DropFromMemory(SafeFileHandle file)
    {
        if (OperatingSystem.IsLinux())
        {
            _ = Advise(file, 0, 0, DoNotNeed);
        }
    }

    [LibraryImport("libc", EntryPoint = "posix_fadvise")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Advise(SafeFileHandle file, long offset, long length, int advice);
}
