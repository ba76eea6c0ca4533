using System.Buffers;
using Filecoin.Cryptography.Kernels.Sha256;
using Filecoin.Primitives;
using Filecoin.Sealing.Files;

namespace Filecoin.Sealing.Pieces;

/// <summary>
/// Data that is read once, from any thread, in chunks of 1 MiB (all of a smaller sector at once), and says afterwards what commitment the
/// bytes have that were read: those that a copy was written from, whatever another reading gave. Memory: one node for each chunk.
/// </summary>
/// <param name="data">The data.</param>
/// <param name="kernel">Name of the two-to-one hash; null for the best on this machine.</param>
public sealed class WitnessedData(ISectorData data, string? kernel = null) : ISectorData
{
    private readonly TwoToOneHash _hash = TwoToOneHash.Create(kernel);
    private readonly int _chunk = (int)Math.Min(SegmentDigests.SegmentBytes, data.Size.Bytes);
    private readonly byte[] _roots = new byte[data.Size.Bytes / Math.Min(SegmentDigests.SegmentBytes, data.Size.Bytes) * SectorSize.NodeBytes];

    /// <inheritdoc/>
    public SectorSize Size => data.Size;

    /// <summary>The commitment to what was read, once all of it was.</summary>
    public CommD CommD => new(_hash.Root((byte[])_roots.Clone()));

    /// <inheritdoc/>
    public void Read(long offset, Span<byte> destination)
    {
        if (offset % _chunk != 0 || destination.Length != _chunk)
        {
            throw new ArgumentException($"{destination.Length} bytes at {offset} are no chunk of {_chunk}");
        }

        data.Read(offset, destination);
        byte[] rented = ArrayPool<byte>.Shared.Rent(_chunk);
        try
        {
            // Hashing uses up what it is given.
            Span<byte> nodes = rented.AsSpan(0, _chunk);
            destination.CopyTo(nodes);
            _hash.Root(nodes).CopyTo(_roots.AsSpan((int)(offset / _chunk) * SectorSize.NodeBytes));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }
}
