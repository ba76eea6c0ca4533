using System.Buffers;
using Filecoin.Primitives;
using Filecoin.Sealing.Pieces;

namespace Filecoin.Sealing.Replica;

/// <summary>Sector data that is what something was put into taken out of it: <paramref name="replica"/> without <paramref name="key"/>.</summary>
/// <param name="replica">The sealed or updated sector.</param>
/// <param name="key">What the data was put into: the last layer's labels, or the sealed sector before an update.</param>
/// <param name="decode">Takes the key's nodes (third) out of the replica's (second), in place; the first is the index of the first node.</param>
internal sealed class DecodedData(ISectorData replica, ISectorData key, DecodedData.Equation decode) : ISectorData
{
    public delegate void Equation(long firstNode, Span<byte> nodes, ReadOnlySpan<byte> keyNodes);

    public SectorSize Size => replica.Size;

    public void Read(long offset, Span<byte> destination)
    {
        byte[] rented = ArrayPool<byte>.Shared.Rent(destination.Length);
        try
        {
            Span<byte> keyNodes = rented.AsSpan(0, destination.Length);
            key.Read(offset, keyNodes);
            replica.Read(offset, destination);
            decode(offset / SectorSize.NodeBytes, destination, keyNodes);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }
}
