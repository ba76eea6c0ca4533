using Filecoin.Primitives;

namespace SealerRecover.Recovery.PieceSources;

/// <summary>Where a piece lies in a sector, for reading it from the sector's unsealed file.</summary>
/// <param name="Sector">The sector.</param>
/// <param name="Size">Its size.</param>
/// <param name="Offset">First padded byte: a multiple of the piece's padded size.</param>
public readonly record struct PiecePlace(SectorId Sector, SectorSize Size, long Offset);

/// <summary>A piece whose bytes are wanted.</summary>
/// <param name="Piece">Its commitment and padded size; verified against these.</param>
/// <param name="Place">Where it lies, if a sector's unsealed file may be used.</param>
/// <param name="RawLength">Bytes of its data before zeros were added, if known (a CID of version 2 tells). Only a help for asking servers.</param>
public sealed record PieceWanted(PieceInfo Piece, PiecePlace? Place = null, long? RawLength = null)
{
    /// <summary>"piece baga… (32 GiB)", for messages.</summary>
    public override string ToString() => $"piece {Piece.CommP} ({ByteCount.Text(Piece.PaddedSize, "0.##")})";
}

/// <summary>A file with the bytes of a piece, every one verified.</summary>
/// <param name="Piece">The piece.</param>
/// <param name="Path">Absolute path of a file of raw bytes, from its start to its end; not to be written to.</param>
/// <param name="RawLength">Its length; zeros follow up to <see cref="PieceInfo.UnpaddedSize"/>, which may be none.</param>
/// <param name="From">Where the bytes came from: a path or an address.</param>
/// <param name="InPlace">Whether it is the operator's own file; else the store's, gone after <see cref="PieceStore.Release"/>.</param>
internal sealed record VerifiedPiece(PieceInfo Piece, string Path, long RawLength, string From, bool InPlace);

/// <summary>What is being done for a piece.</summary>
public enum PieceActivity
{
    /// <summary>Another sector or process is getting the same piece; its result will do.</summary>
    Waiting,

    /// <summary>Looking through a folder or asking a server.</summary>
    Looking,

    /// <summary>Bytes come over the network.</summary>
    Downloading,

    /// <summary>Bytes are taken out of an unsealed sector.</summary>
    Extracting,

    /// <summary>The commitment of bytes on disk is computed.</summary>
    Verifying,
}

/// <summary>How far a piece is.</summary>
/// <param name="Piece">Which.</param>
/// <param name="Activity">What is being done.</param>
/// <param name="Done">Bytes done of this activity; those of an earlier run included.</param>
/// <param name="Total">Bytes of this activity; 0 if not known.</param>
/// <param name="From">The path or address at work; empty for none.</param>
public readonly record struct PieceProgress(PieceInfo Piece, PieceActivity Activity, long Done, long Total, string From);
