using Filecoin.Primitives;

namespace Filecoin.Sealing.Pieces;

/// <summary>
/// What is in a sector before it is sealed, Fr32-padded: one sector long and read at any place, wherever the bytes come from (pieces, an
/// unsealed file, a replica that is decoded). Safe to read from several threads at once.
/// </summary>
public interface ISectorData
{
    /// <summary>Length of the data.</summary>
    SectorSize Size { get; }

    /// <summary>Fills <paramref name="destination"/> with the padded bytes from <paramref name="offset"/>.</summary>
    /// <param name="offset">In padded bytes, a multiple of 128.</param>
    /// <param name="destination">A multiple of 128 bytes that ends within the sector.</param>
    /// <exception cref="OperatorException">A file cannot be read, or has changed; the message names it.</exception>
    void Read(long offset, Span<byte> destination);
}

/// <summary>What every kind of sector data asks of a reader.</summary>
internal static class SectorDataRange
{
    /// <summary>Throws unless the range is groups of 128 bytes within the sector: anything else is a mistake of the caller.</summary>
    public static void Check(ISectorData data, long offset, int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset, data.Size.Bytes - length);
        if (offset % Fr32.PaddedGroup != 0 || length % Fr32.PaddedGroup != 0)
        {
            throw new ArgumentException($"{length} bytes at {offset} are not whole groups of {Fr32.PaddedGroup}");
        }
    }
}
