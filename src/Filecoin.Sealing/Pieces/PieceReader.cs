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
    private const int MaxChunkBytes = 1 << 20;

    private readonly int _chunkBytes = (int)Math.Min(MaxChunkBytes, PieceLayout.CheckedSize(paddedSize));
    private readonly Lock _reading = new();
    private long _chunks;
    private bool _ended;

    /// <summary>Reads, and returns the piece.</summary>
    /// <exception cref="OperatorException">The data is longer than the piece.</exception>
    public PieceInfo Run()
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(threads);
        PieceTree tree = new(_chunkBytes);
        using SemaphoreSlim computing = new(threads);
        ParallelOptions options = new() { MaxDegreeOfParallelism = threads + 1, CancellationToken = cancellation };
        Sealing.Run.Parallel(threads + 1, options, _ => Work(tree, computing));
        return new PieceInfo(tree.Root(paddedSize), paddedSize);
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
            int length = data.ReadAtLeast(raw.AsSpan(0, whole), whole, throwOnEndOfStream: false);
            if (length > 0 && chunk == paddedSize / _chunkBytes)
            {
                throw new OperatorException(
                    FailureKind.BadInput,
                    $"a piece of {paddedSize} bytes (padded) was given data that is longer",
                    "Check which piece this data belongs to and the piece's size.");
            }

            _chunks++;
            Volatile.Write(ref _ended, length < whole);
            return length;
        }
    }

    private Bytes32 PadAndHash(ReadOnlySpan<byte> raw, Span<byte> padded, long offset)
    {
        int length = Fr32.Pad(raw, padded);
        padded[length..].Clear();
        sink?.Invoke(offset, padded[..length]);
        return hash.Root(padded);
    }
}
