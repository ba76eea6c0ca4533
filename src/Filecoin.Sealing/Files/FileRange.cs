namespace Filecoin.Sealing.Files;

/// <summary>A range of an open file as a stream that is read once. The file stays the caller's.</summary>
/// <param name="file">The file.</param>
/// <param name="start">Where the range begins.</param>
/// <param name="length">Its length in bytes; it ends before that where the file does.</param>
public sealed class FileRange(IOpenFile file, long start, long length) : ForwardStream
{
    private long _position;

    /// <inheritdoc/>
    public override long Length => length;

    /// <inheritdoc/>
    public override long Position
    {
        get => _position;
        set => throw new NotSupportedException();
    }

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer)
    {
        int read = file.Read(start + _position, buffer[..(int)Math.Min(buffer.Length, length - _position)]);
        _position += read;
        return read;
    }
}
