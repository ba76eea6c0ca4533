using System.Buffers;
using Filecoin.Cryptography;
using Filecoin.Cryptography.Kernels.Sha256;
using Filecoin.Primitives;

namespace Filecoin.Sealing.Pieces;

/// <summary>Takes padded bytes of a piece, from several threads at once and in no particular order.</summary>
/// <param name="offset">Their place in the piece.</param>
/// <param name="padded">The bytes; zeros that extend the data are left out.</param>
internal delegate void PaddedSink(long offset, ReadOnlySpan<byte> padded);

/// <summary>
/// Reads a piece's data once, from start to end, in chunks that are padded and hashed side by side: at any moment one thread reads while
/// <paramref name="threads"/> others pad and hash. Memory: 2 MiB a thread, whatever the piece's size.
/// </summary>
/// <param name="data">Raw bytes; not closed.</param>
/// <param name="paddedSize">The piece's padded size.</param>
/// <param name="hash">The kernel to use.</param>
/// <param name="threads">Threads that compute, at least 1.</param>
/// <param name="sink">Given the padded bytes; null if only the commitment is wanted.</param>
/// <param name="cancellation">Stops between chunks.</param>
internal sealed class PieceReader(
    Stream data, long paddedSize, TwoToOneHash hash, int threads, PaddedSink? sink, CancellationToken cancellation)
{
    /// <summary>Raw bytes in a chunk of a piece that is larger than one.</summary>
    public const int MaxRawChunkBytes = MaxChunkBytes / Fr32.PaddedGroup * Fr32.UnpaddedGroup;

    private const int MaxChunkBytes = 1 << 20;

    private readonly int _chunkBytes = (int)Math.Min(MaxChunkBytes, PieceLayout.CheckedSize(paddedSize));
    private readonly Lock _reading = new();
    private long _chunks;
    private long _rawLength;
    private bool _ended;

    /// <summary>A whole chunk that was read from the data before; empty for none.</summary>
    public ReadOnlyMemory<byte> FirstChunk { get; init; }

    /// <summary>Reads, and returns the piece.</summary>
    /// <exception cref="OperatorException">The data is longer than the piece.</exception>
    public PieceInfo Run() => new(Read().Root(paddedSize), paddedSize);

    /// <summary>Reads data of at least a chunk, and returns the smallest piece that holds it, which the piece's size only bounds.</summary>
    /// <exception cref="OperatorException">The data is longer than the piece.</exception>
    public (PieceInfo Piece, long RawLength) RunToEnd()
    {
        PieceTree tree = Read();
        long size = PieceLayout.SmallestFor(_rawLength);
        return (new PieceInfo(tree.Root(size), size), _rawLength);
    }

    private PieceTree Read()
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(threads);
        PieceTree tree = new(_chunkBytes);
        using SemaphoreSlim computing = new(threads);
        ParallelOptions options = new() { MaxDegreeOfParallelism = threads + 1, CancellationToken = cancellation };
        Steps.Run.Parallel(threads + 1, options, _ => Work(tree, computing));
        return tree;
    }

    private void Work(PieceTree tree, SemaphoreSlim computing)
    {
        byte[] raw = ArrayPool<byte>.Shared.Rent(_chunkBytes / Fr32.PaddedGroup * Fr32.UnpaddedGroup);
        byte[] padded = ArrayPool<byte>.Shared.Rent(_chunkBytes);
        try
        {
            while (Read(raw, out long chunk) is int length and > 0)
            {
                Bytes32 root;
                computing.Wait(cancellation);
                try
                {
                    root = PadAndHash(raw.AsSpan(0, length), padded.AsSpan(0, _chunkBytes), chunk * _chunkBytes);
                }
                finally
                {
                    computing.Release();
                }

                lock (tree)
                {
                    tree.Add(chunk, root);
                }
            }
        }
        catch
        {
            // The others stop at their next chunk.
            Volatile.Write(ref _ended, true);
            throw;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(raw);
            ArrayPool<byte>.Shared.Return(padded);
        }
    }

    /// <summary>Reads the next chunk; 0 when there is none.</summary>
    private int Read(byte[] raw, out long chunk)
    {
        lock (_reading)
        {
            cancellation.ThrowIfCancellationRequested();
            chunk = _chunks;
            if (Volatile.Read(ref _ended))
            {
                return 0;
            }

            int whole = _chunkBytes / Fr32.PaddedGroup * Fr32.UnpaddedGroup;
            int length = chunk == 0 && !FirstChunk.IsEmpty
                ? TakeFirst(raw)
                : data.ReadAtLeast(raw.AsSpan(0, whole), whole, throwOnEndOfStream: false);
            if (length > 0 && chunk == paddedSize / _chunkBytes)
            {
                throw new OperatorException(
                    FailureKind.BadInput,
                    $"a piece of {paddedSize} bytes (padded) was given data that is longer",
                    "Check which piece this data belongs to and the piece's size.");
            }

            _chunks++;
            _rawLength += length;
            Volatile.Write(ref _ended, length < whole);
            return length;
        }
    }

    private int TakeFirst(byte[] raw)
    {
        FirstChunk.Span.CopyTo(raw);
        return FirstChunk.Length;
    }

    private Bytes32 PadAndHash(ReadOnlySpan<byte> raw, Span<byte> padded, long offset)
    {
        int length = Fr32.Pad(raw, padded);
        padded[length..].Clear();
        sink?.Invoke(offset, padded[..length]);
        return hash.Root(padded);
    }
}
