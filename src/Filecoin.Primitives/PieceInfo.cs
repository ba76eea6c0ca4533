namespace Filecoin.Primitives;

/// <summary>One piece of a sector's data.</summary>
/// <param name="CommP">The piece's commitment (same form as a CommD).</param>
/// <param name="PaddedSize">Bytes after Fr32 padding: a power of two, at least 128.</param>
public readonly record struct PieceInfo(CommD CommP, long PaddedSize)
{
    /// <summary>Bytes before padding: 127 of every 128.</summary>
    public long UnpaddedSize => PaddedSize / 128 * 127;
}
