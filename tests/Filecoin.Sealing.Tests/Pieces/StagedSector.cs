using Filecoin.Cryptography.Kernels.Sha256;
using Filecoin.Primitives;
using Filecoin.Sealing.Files;
using Filecoin.Sealing.Pieces;

namespace Filecoin.Sealing.Tests.Pieces;

/// <summary>Data for one piece.</summary>
/// <param name="Data">Raw bytes; may be shorter than the piece, which is then zero-extended.</param>
/// <param name="UnpaddedSize">The piece's size before padding: 127 x a power of two.</param>
internal readonly record struct PieceSource(Stream Data, long UnpaddedSize);

/// <summary>
/// The staged file of a sector: Fr32-padded pieces, each at the next multiple of its size, zeros elsewhere, exactly one sector long
/// (rust-fil-proofs filecoin-proofs/src/api/mod.rs, add_piece). It is what sealing takes as data.
/// </summary>
internal static class StagedSector
{
    /// <summary>Writes the file; it appears whole or not at all. Ranges without data stay holes.</summary>
    /// <param name="path">Where; nothing may stand there.</param>
    /// <param name="sectorSize">Length of the file.</param>
    /// <param name="pieces">The pieces in order.</param>
    /// <param name="threads">Threads that pad, hash and write, at least 1; one more reads.</param>
    /// <param name="cancellation">Stops between chunks of 1 MiB and leaves nothing.</param>
    /// <returns>The pieces with their commitments and places, without fillers; <see cref="PieceLayout.Arrange"/> adds those.</returns>
    /// <exception cref="OperatorException">A size is impossible, data is too long, pieces do not fit, or the file cannot be written.</exception>
    public static IReadOnlyList<PlacedPiece> Write(
        string path, SectorSize sectorSize, IEnumerable<PieceSource> pieces, int threads, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(pieces);
        List<PlacedPiece> placed = [];
        NewFile.Write(LinuxFileSystem.Instance, path, sectorSize.Bytes, file => WriteTo(file, placed, sectorSize, pieces, threads, cancellation));
        return placed;
    }

    private static void WriteTo(
        IOpenFile file,
        List<PlacedPiece> placed,
        SectorSize sectorSize,
        IEnumerable<PieceSource> pieces,
        int threads,
        CancellationToken cancellation)
    {
        long used = 0;
        foreach ((Stream data, long unpaddedSize) in pieces)
        {
            long size = PaddedSize(unpaddedSize);
            long start = PieceLayout.Align(used, size);
            if (size > sectorSize.Bytes - start)
            {
                throw new OperatorException(
                    FailureKind.BadInput,
                    $"a piece of {size} bytes (padded) does not fit into the {sectorSize} sector after the {used} bytes before it",
                    "Check the list of pieces, their order and the sector's size.");
            }

            PieceReader reader = new(
                data, size, TwoToOneHash.Create(), threads, (offset, padded) => file.Write(start + offset, padded), cancellation);
            placed.Add(new PlacedPiece(reader.Run(), start, IsFiller: false));
            used = start + size;
        }
    }

    private static long PaddedSize(long unpaddedSize)
    {
        (long groups, long rest) = Math.DivRem(unpaddedSize, Fr32.UnpaddedGroup);
        return rest == 0 && long.IsPow2(groups)
            ? PieceLayout.CheckedSize(groups * Fr32.PaddedGroup)
            : throw new OperatorException(
                FailureKind.BadInput,
                $"{unpaddedSize} is no unpadded size of a piece: that is {Fr32.UnpaddedGroup} bytes times a power of two",
                "Give the size that the data is extended to, not that of the data.");
    }
}
