using Filecoin.Sealing.Files;

namespace SealerRecover.Recovery.Latency;

/// <summary>Times readings as a disk answers them: what the system holds of a stretch in memory is forgotten first, and whether it was is told.</summary>
/// <param name="time">The clock.</param>
internal sealed class ReadTimer(TimeProvider time)
{
    /// <summary>The moment before a reading, for <see cref="Read"/>.</summary>
    public long Now => time.GetTimestamp();

    /// <summary>Reads once at an offset, as <see cref="IOpenFile.Read"/> does.</summary>
    /// <param name="file">The file.</param>
    /// <param name="path">Its name.</param>
    /// <param name="offset">First byte.</param>
    /// <param name="destination">Receives the bytes.</param>
    /// <param name="started">When it began: <see cref="Now"/>, or before the file was opened.</param>
    public TimedRead Read(IOpenFile file, string path, long offset, Span<byte> destination, long started)
    {
        // Asking what is held may begin the reading: it is a part of what is timed.
        int? held = file.ReadHeld(offset, destination);
        int read = file.Read(offset, destination);
        return new TimedRead(path, read, time.GetElapsedTime(started), held is { } bytes ? bytes >= read : null);
    }
}
