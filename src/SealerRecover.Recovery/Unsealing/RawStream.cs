using Filecoin.Sealing.Files;
using Filecoin.Sealing.Pieces;
using RawData = Filecoin.Sealing.Unsealed.Unsealing;

namespace SealerRecover.Recovery.Unsealing;

/// <summary>Raw bytes of a sector, to be read once from their start. Memory: 2 MiB a thread, and 1 MiB for each more.</summary>
/// <param name="data">The sector's data.</param>
/// <param name="range">Which bytes.</param>
/// <param name="threads">Threads that read and decode.</param>
/// <param name="cancellation">Stops between parts.</param>
internal sealed class RawStream(ISectorData data, UnsealRange range, int threads, CancellationToken cancellation) : ForwardStream
{
    private const int ChunkOfThread = 8192 * Fr32.UnpaddedGroup;

    private readonly MemoryStream _chunk = new();
    private long _read;

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer)
    {
        if (_chunk.Position == _chunk.Length && _read < range.RawLength)
        {
            long bytes = Math.Min((long)threads * ChunkOfThread, range.RawLength - _read);
            _chunk.SetLength(0);
            RawData.WriteRaw(data, range.RawOffset + _read, bytes, _chunk, threads, written: null, cancellation);
            _chunk.Position = 0;
            _read += bytes;
        }

        return _chunk.Read(buffer);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        _chunk.Dispose();
        base.Dispose(disposing);
    }
}
