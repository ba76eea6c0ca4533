namespace Filecoin.Sealing.Files;

/// <summary>
/// An open file, read and written at any place, from any thread, a chunk at a time (tens of KiB and more, so that the call costs nothing).
/// Failures are <see cref="IOException"/> (HResult is the errno) or <see cref="UnauthorizedAccessException"/>.
/// </summary>
public interface IOpenFile : IDisposable
{
    /// <summary>Its length now, in bytes.</summary>
    long Length { get; }

    /// <summary>Reads what is there at an offset: at least a byte, unless the file ends there; possibly less than was asked for.</summary>
    /// <returns>The bytes read; 0 at the end of the file.</returns>
    int Read(long offset, Span<byte> destination);

    /// <summary>
    /// Asks the system to forget what it holds in memory of a stretch, and of what lies near it, so that reading it asks the disk again. It may
    /// decline, and does where the stretch is not yet on disk or somebody else has it mapped: <see cref="ReadHeld"/> tells. Changes no content.
    /// </summary>
    void Forget(long offset, long length)
    {
    }

    /// <summary>
    /// Reads as <see cref="Read"/> what the system holds in memory, and waits for no disk; what it does not hold, it may begin to read.
    /// </summary>
    /// <returns>The bytes read, 0 where none are held; null where the file system cannot tell.</returns>
    int? ReadHeld(long offset, Span<byte> destination) => null;

    /// <summary>Writes all of <paramref name="bytes"/> at an offset. After a failure any part of it may have been written.</summary>
    void Write(long offset, ReadOnlySpan<byte> bytes);

    /// <summary>Cuts the file, or extends it by a hole.</summary>
    void SetLength(long length);

    /// <summary>Flushes content and length to the device. What was not flushed may be gone after a power cut, in part, in any order.</summary>
    void Flush();
}
