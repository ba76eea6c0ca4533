using System.Buffers;
using Filecoin.Cryptography;
using Filecoin.Primitives;

namespace Filecoin.Sealing.Pieces;

/// <summary>CommP: the commitment to a piece, root of the binary SHA-256 tree over its Fr32-padded bytes.</summary>
public static class PieceCommitment
{
    private const int BufferBytes = 1 << 16;

    /// <summary>The commitment to two neighbours of equal size.</summary>
    public static CommD Join(CommD left, CommD right) => new(PieceTree.Parent(left.Value, right.Value));

    /// <summary>The commitment to <paramref name="paddedSize"/> zero bytes.</summary>
    /// <param name="paddedSize">A power of two, at least 128.</param>
    public static PieceInfo Zero(long paddedSize) =>
        new(new CommD(ZeroPieces.Commitment(PieceLayout.CheckedSize(paddedSize))), paddedSize);

    /// <summary>
    /// The piece that <paramref name="data"/> is, zero-extended to its size: go-padreader and the markets define CommP on the extended data.
    /// </summary>
    /// <param name="data">Raw, unpadded bytes; read to its end, not closed.</param>
    /// <param name="paddedSize">The piece's padded size, a power of two, at least 128.</param>
    /// <param name="cancellation">Stops between buffers.</param>
    /// <exception cref="OperatorException">The size is not one a piece can have, or the data is longer than the piece.</exception>
    public static PieceInfo Compute(Stream data, long paddedSize, CancellationToken cancellation)
    {
        PieceTree tree = new();
        Pump(data, paddedSize, tree.Append, cancellation);
        return new PieceInfo(new CommD(tree.Root(paddedSize)), paddedSize);
    }

    /// <summary>Gives the padded form of <paramref name="data"/> to <paramref name="sink"/>, without the zeros that extend it; returns its length.</summary>
    internal static long Pump(Stream data, long paddedSize, PaddedSink sink, CancellationToken cancellation)
    {
        PieceLayout.CheckedSize(paddedSize);
        using Fr32Stream padded = Fr32Stream.Padding(data);
        byte[] buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            long length = 0;
            for (int read; (read = padded.Read(buffer)) > 0; length += read)
            {
                cancellation.ThrowIfCancellationRequested();
                if (length + read > paddedSize)
                {
                    throw new OperatorException(
                        FailureKind.BadInput,
                        $"a piece of {paddedSize} bytes (padded) was given data that is longer",
                        "Check which piece this data belongs to and the piece's size.");
                }

                sink(buffer.AsSpan(0, read));
            }

            return length;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}

/// <summary>Takes the next padded bytes of a piece.</summary>
internal delegate void PaddedSink(ReadOnlySpan<byte> padded);
