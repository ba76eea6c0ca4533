using Filecoin.Sealing.Files;

namespace SealerRecover.Recovery.PieceSources;

/// <summary>Takes bytes as they pass.</summary>
internal delegate void PassingBytes(long offset, ReadOnlySpan<byte> bytes);

/// <summary>
/// Exactly so many bytes of another stream, which fails if it ends before; tells how many were read, and can copy them as they pass. The
/// other stream stays the caller's. Reads come from one thread at a time.
/// </summary>
/// <param name="source">The bytes.</param>
/// <param name="length">How many there must be; what follows is not read.</param>
/// <param name="name">For the message.</param>
/// <param name="progress">Given bytes read so far and <paramref name="length"/>.</param>
/// <param name="copy">Given the offset and the bytes; null for none.</param>
internal sealed class WatchedStream(
    Stream source, long length, string name, Action<long, long> progress, PassingBytes? copy = null) : ForwardStream
{
    private long _position;

    public override long Length => length;

    public override long Position
    {
        get => _position;
        set => throw new NotSupportedException();
    }

    public override int Read(Span<byte> buffer)
    {
        int wanted = (int)Math.Min(buffer.Length, length - _position);
        if (wanted == 0)
        {
            return 0;
        }

        int read = source.Read(buffer[..wanted]);
        if (read == 0)
        {
            throw new IOException($"{name} ended at byte {_position} of {length}");
        }

        copy?.Invoke(_position, buffer[..read]);
        _position += read;
        progress(_position, length);
        return read;
    }
}
