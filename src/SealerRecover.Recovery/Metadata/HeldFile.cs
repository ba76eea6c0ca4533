using Filecoin.Sealing.Files;

namespace SealerRecover.Recovery.Metadata;

/// <summary>A file that is nowhere but in memory: a metadata file of one sector on its way to another machine.</summary>
/// <param name="content">What it holds at first.</param>
internal sealed class HeldFile(byte[] content) : IOpenFile
{
    private byte[] _content = content;

    /// <summary>What it holds.</summary>
    public ReadOnlySpan<byte> Content => _content;

    /// <inheritdoc/>
    public long Length => _content.Length;

    /// <inheritdoc/>
    public int Read(long offset, Span<byte> destination)
    {
        ReadOnlySpan<byte> left = _content.AsSpan((int)Math.Min(offset, _content.Length));
        left = left[..Math.Min(left.Length, destination.Length)];
        left.CopyTo(destination);
        return left.Length;
    }

    /// <inheritdoc/>
    public void Write(long offset, ReadOnlySpan<byte> bytes)
    {
        SetLength(Math.Max(Length, offset + bytes.Length));
        bytes.CopyTo(_content.AsSpan((int)offset));
    }

    /// <inheritdoc/>
    public void SetLength(long length) => Array.Resize(ref _content, (int)length);

    /// <inheritdoc/>
    public void Flush()
    {
        // There is no device.
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // Memory is the collector's.
    }
}
