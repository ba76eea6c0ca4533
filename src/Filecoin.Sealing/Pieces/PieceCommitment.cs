using Filecoin.Cryptography.Kernels.Sha256;
using Filecoin.Primitives;

namespace Filecoin.Sealing.Pieces;

/// <summary>CommP: the commitment to a piece, root of the binary SHA-256 tree over its Fr32-padded bytes.</summary>
public static class PieceCommitment
{
    /// <summary>The commitment to two neighbours of equal size.</summary>
    public static CommD Join(CommD left, CommD right) => new(PieceRoots.Parent(left.Value, right.Value));

    /// <summary>The commitment to <paramref name="paddedSize"/> zero bytes.</summary>
    /// <param name="paddedSize">A power of two from 128 to 64 GiB.</param>
    public static PieceInfo Zero(long paddedSize) =>
        new(ZeroCommitments.ForPiece(PieceLayout.CheckedSize(paddedSize)), paddedSize);

    /// <summary>The same data with zeros up to a larger padded size.</summary>
    /// <param name="piece">The piece.</param>
    /// <param name="paddedSize">A power of two, not smaller than the piece's size.</param>
    public static PieceInfo Extend(PieceInfo piece, long paddedSize)
    {
        for (; piece.PaddedSize < paddedSize; piece = new PieceInfo(piece.CommP, 2 * piece.PaddedSize))
        {
            piece = piece with { CommP = Join(piece.CommP, Zero(piece.PaddedSize).CommP) };
        }

        return piece;
    }

    /// <summary>
    /// The piece that <paramref name="data"/> is, zero-extended to its size: go-padreader and the markets define CommP on the extended data.
    /// The data is read from one thread at a time, ahead of what is being hashed. Memory: 2 MiB a thread.
    /// </summary>
    /// <param name="data">Raw, unpadded bytes; read to its end, not closed.</param>
    /// <param name="paddedSize">The piece's padded size, a power of two from 128 to 64 GiB.</param>
    /// <param name="threads">Threads that compute, at least 1; one more reads.</param>
    /// <param name="cancellation">Stops between chunks of 1 MiB.</param>
    /// <exception cref="OperatorException">The size is not one a piece can have, or the data is longer than the piece.</exception>
    public static PieceInfo Compute(Stream data, long paddedSize, int threads, CancellationToken cancellation) =>
        Compute(data, paddedSize, TwoToOneHash.Create(), threads, cancellation);

    /// <summary>As <see cref="Compute(Stream, long, int, CancellationToken)"/>, with a kernel that was asked for.</summary>
    public static PieceInfo Compute(Stream data, long paddedSize, TwoToOneHash hash, int threads, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(data);
        ArgumentNullException.ThrowIfNull(hash);
        return new PieceReader(data, paddedSize, hash, threads, sink: null, cancellation).Run();
    }

    /// <summary>As <see cref="Compute(Stream, long, TwoToOneHash, int, CancellationToken)"/>, for data of any length: the smallest piece that holds it.</summary>
    /// <returns>The piece and the length of the data in raw bytes.</returns>
    /// <exception cref="OperatorException">The data is longer than any piece.</exception>
    public static (PieceInfo Piece, long RawLength) ComputeToEnd(Stream data, TwoToOneHash hash, int threads, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(data);
        ArgumentNullException.ThrowIfNull(hash);

        // Only data shorter than a chunk can make a piece smaller than a chunk, whose root the tree would not hold.
        byte[] first = new byte[PieceReader.MaxRawChunkBytes];
        int length = data.ReadAtLeast(first, first.Length, throwOnEndOfStream: false);
        if (length < first.Length)
        {
            using MemoryStream all = new(first, 0, length, writable: false);
            return (Compute(all, PieceLayout.SmallestFor(length), hash, threads, cancellation), length);
        }

        return new PieceReader(data, PieceLayout.MaxPaddedSize, hash, threads, sink: null, cancellation) { FirstChunk = first }.RunToEnd();
    }
}
