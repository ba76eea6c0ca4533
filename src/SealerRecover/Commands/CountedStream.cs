using Filecoin.Sealing.Files;

namespace SealerRecover.Commands;

/// <summary>Reads another stream, forward only, and tells how much was read. The other stream stays the caller's.</summary>
/// <param name="inner">The other stream.</param>
/// <param name="read">Told the bytes of each read.</param>
internal sealed class CountedStream(Stream inner, IProgress<long> read) : ForwardStream
{
    /// <inheritdoc/>
    public override int Read(Span<byte> buffer)
    {
        int length = inner.Read(buffer);
        read.Report(length);
        return length;
    }
}
