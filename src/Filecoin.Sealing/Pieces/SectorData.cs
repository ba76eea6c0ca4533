using System.Buffers;
using System.Collections.Immutable;
using Filecoin.Cryptography.Kernels.Sha256;
using Filecoin.Primitives;
using Filecoin.Sealing.Files;
using Filecoin.Sealing.Steps;

namespace Filecoin.Sealing.Pieces;

/// <summary>A file that holds the data of a piece.</summary>
/// <param name="Path">Raw, unpadded bytes from the start of the file.</param>
/// <param name="Length">Length of the file: at most the piece's unpadded size, which zeros fill up.</param>
public sealed record PieceFile(string Path, long Length);

/// <summary>
/// A sector's data straight from the files of its pieces: padded while it is read, so that no staged file of sector size is needed. Where
/// there is no piece, and behind the end of a piece's data, there are zeros. Files are opened when they are first read.
/// </summary>
/// <remarks>What can fail: opening and reading; a file that is not as long as it was when it was taken. Content is not checked here.</remarks>
public sealed class SectorData : ISectorData, IDisposable
{
    private readonly ImmutableArray<OpenPiece> _pieces;

    private SectorData(SectorSize size, ImmutableArray<OpenPiece> pieces)
    {
        Size = size;
        _pieces = pieces;
    }

    /// <inheritdoc/>
    public SectorSize Size { get; }

    /// <summary>Puts a sector together.</summary>
    /// <param name="size">Sector size.</param>
    /// <param name="placed">All pieces, as <see cref="PieceLayout.Arrange"/> places them; fillers may be left out.</param>
    /// <param name="fileOf">The file of a piece that is no filler; null if the piece is all zeros.</param>
    /// <param name="files">Opens them; null for the real file system.</param>
    /// <exception cref="OperatorException">BadInput: a file is longer than its piece.</exception>
    public static SectorData OfPieces(
        SectorSize size, IEnumerable<PlacedPiece> placed, Func<PlacedPiece, PieceFile?> fileOf, IFileSystem? files = null)
    {
        ArgumentNullException.ThrowIfNull(placed);
        ArgumentNullException.ThrowIfNull(fileOf);
        ImmutableArray<OpenPiece>.Builder pieces = ImmutableArray.CreateBuilder<OpenPiece>();
        long end = 0;
        foreach (PlacedPiece piece in placed)
        {
            if (piece.Offset < end || piece.Offset % Fr32.PaddedGroup != 0 || piece.Piece.PaddedSize > size.Bytes - piece.Offset)
            {
                throw new ArgumentException($"a piece of {piece.Piece.PaddedSize} bytes at {piece.Offset} is not in its place", nameof(placed));
            }

            end = piece.Offset + piece.Piece.PaddedSize;
            if (!piece.IsFiller && fileOf(piece) is { } file)
            {
                pieces.Add(new OpenPiece(piece, Fitting(piece.Piece, file), files));
            }
        }

        return new SectorData(size, pieces.ToImmutable());
    }

    /// <summary>The data of a sector without pieces.</summary>
    public static SectorData Zeros(SectorSize size) => new(size, []);

    /// <inheritdoc/>
    public void Read(long offset, Span<byte> destination)
    {
        SectorDataRange.Check(this, offset, destination.Length);
        for (int i = FirstEndingAfter(offset); !destination.IsEmpty; i++)
        {
            // Up to the next piece, or to the end, there are zeros; then what there is of that piece.
            long start = i < _pieces.Length ? _pieces[i].Placed.Offset : Size.Bytes;
            int zeros = (int)Math.Min(destination.Length, Math.Max(0, start - offset));
            destination[..zeros].Clear();
            destination = destination[zeros..];
            offset += zeros;
            if (!destination.IsEmpty)
            {
                int part = (int)Math.Min(destination.Length, start + _pieces[i].Placed.Piece.PaddedSize - offset);
                ReadPiece(_pieces[i], offset - start, destination[..part]);
                destination = destination[part..];
                offset += part;
            }
        }
    }

    /// <summary>
    /// The files whose content is not what their pieces' commitments say: what to look for when the CommD of all of it is wrong. Reads
    /// everything again.
    /// </summary>
    /// <param name="cores">Cores to use.</param>
    /// <param name="cancellation">Stops between chunks.</param>
    internal IEnumerable<PieceFile> FindChangedFiles(ITreeCores cores, CancellationToken cancellation)
    {
        TwoToOneHash hash = TwoToOneHash.Create();
        return _pieces
            .Where(piece => DataTree.OfPiece(this, piece.Placed.Offset, piece.Placed.Piece.PaddedSize, hash, cores, cancellation)
                != piece.Placed.Piece.CommP)
            .Select(piece => piece.Source);
    }

    /// <summary>Closes the files; reading opens them again.</summary>
    public void Dispose()
    {
        foreach (OpenPiece piece in _pieces)
        {
            piece.File.Dispose();
        }
    }

    private static PieceFile Fitting(PieceInfo piece, PieceFile file) => file.Length >= 0 && file.Length <= piece.UnpaddedSize
        ? file
        : throw new OperatorException(
            FailureKind.BadInput,
            $"{file.Path} holds {file.Length} bytes, more than the {piece.UnpaddedSize} of piece {piece.CommP}",
            "Check which piece this file belongs to.");

    private static void ReadPiece(OpenPiece piece, long offset, Span<byte> padded)
    {
        long from = offset / Fr32.PaddedGroup * Fr32.UnpaddedGroup;
        long wanted = padded.Length / Fr32.PaddedGroup * Fr32.UnpaddedGroup;
        int length = (int)Math.Clamp(piece.Source.Length - from, 0, wanted);
        if (length == 0)
        {
            padded.Clear();
            return;
        }

        byte[] rented = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            Span<byte> raw = rented.AsSpan(0, length);
            piece.File.Read(from, raw);
            padded[Fr32.Pad(raw, padded)..].Clear();
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    /// <summary>The first piece that ends behind <paramref name="offset"/>; their number if none does.</summary>
    private int FirstEndingAfter(long offset)
    {
        int low = 0;
        int high = _pieces.Length;
        while (low < high)
        {
            int middle = (low + high) / 2;
            PlacedPiece piece = _pieces[middle].Placed;
            (low, high) = piece.Offset + piece.Piece.PaddedSize > offset ? (low, middle) : (middle + 1, high);
        }

        return low;
    }

    private sealed record OpenPiece(PlacedPiece Placed, PieceFile Source, IFileSystem? Files)
    {
        public SteadyFile File { get; } =
            new(Source.Path, Source.Length, "Put back the file as it was, or take it away so that the piece is looked for elsewhere", files: Files);
    }
}
