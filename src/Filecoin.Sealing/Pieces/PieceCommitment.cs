using Filecoin.Cryptography.Kernels.Sha256;
using Filecoin.Primitives;

namespace Filecoin.Sealing.Pieces;

/// <summary>CommP: the commitment to a piece, root of the binary SHA-256 tree over its Fr32-padded bytes.</summary>
public static class PieceCommitment
{
    /// <summary>The commitment to two neighbours of equal size.</summary>
    public static CommD Join(CommD left, CommD right) => new(PieceTree.Parent(left.Value, right.Value));

    /// <summary>The commitment to <paramref name="paddedSize"/> zero bytes.</summary>
    /// <param name="paddedSize">A power of two from 128 to 64 GiB.</param>
    public static PieceInfo Zero(long paddedSize) =>
        new(ZeroCommitments.ForPiece(PieceLayout.CheckedSize(paddedSize)), paddedSize);

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
}
