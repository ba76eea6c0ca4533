using Filecoin.Sealing.Files;

namespace SealerRecover.Recovery.Tests.Support;

/// <summary>A file that is only read, with its content in memory; gives a few bytes at a time if asked to.</summary>
internal sealed class BytesFile(byte[] content, int atOnce = int.MaxValue) : IOpenFile
{
    public long Length => content.Length;

    public int Read(long offset, Span<byte> destination)
    {
        int count = (int)Math.Min(Math.Min(destination.Length, atOnce), content.Length - offset);
        content.AsSpan((int)offset, count).CopyTo(destination);
        return count;
    }

    public void Write(long offset, ReadOnlySpan<byte> bytes) => throw new NotSupportedException();

    public void SetLength(long length) => throw new NotSupportedException();

    public void Flush() => throw new NotSupportedException();

    public void Dispose()
    {
    }
}
