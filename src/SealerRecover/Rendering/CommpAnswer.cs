using System.Globalization;
using Filecoin.Primitives;
using Filecoin.Sealing.Pieces;

namespace SealerRecover.Rendering;

/// <summary>Which piece a file is.</summary>
/// <param name="File">As named on the command line.</param>
/// <param name="Piece">The piece.</param>
/// <param name="RawLength">Bytes of the file; zeros follow up to the piece's unpadded size.</param>
internal sealed record CommpAnswer(string File, PieceInfo Piece, long RawLength) : IAnswer
{
    /// <summary>
    /// The CID of version 2. Where the piece was extended so far that none tells its payload, the zeros count as payload.
    /// </summary>
    public PieceCidV2 CidV2 => Piece.PaddedSize == PieceLayout.SmallestFor(RawLength)
        ? new PieceCidV2(Piece, RawLength)
        : PieceCidV2.OfWhole(Piece);

    /// <inheritdoc/>
    public IEnumerable<TextBlock> Blocks()
    {
        yield return new TextLine(SafeText.Clean(File));
        yield return new TextLine($"  piece CID v1  {Piece.CommP}");
        yield return new TextLine($"  piece CID v2  {CidV2}");
        yield return new TextLine($"  raw size      {Size(RawLength)}");
        yield return new TextLine($"  padded size   {Size(Piece.PaddedSize)}");
    }

    /// <inheritdoc/>
    public JsonLine Json => new JsonCommp(File, Piece.CommP.ToString(), CidV2.ToString(), RawLength, Piece.UnpaddedSize, Piece.PaddedSize);

    private static string Size(long bytes) =>
        bytes < 1024 ? ByteCount.Text(bytes) : string.Create(CultureInfo.InvariantCulture, $"{bytes} B ({ByteCount.Text(bytes)})");
}
