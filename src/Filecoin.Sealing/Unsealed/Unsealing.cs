using System.Buffers;
using Filecoin.Primitives;
using Filecoin.Sealing.Pieces;
using Filecoin.Sealing.Replica;
using Filecoin.Sealing.Steps;

namespace Filecoin.Sealing.Unsealed;

/// <summary>
/// Data out of sectors: what is sealed becomes <see cref="ISectorData"/> given what it was sealed with, and any sector data becomes the raw
/// bytes that were put in.
/// </summary>
public static class Unsealing
{
    private const int ChunkGroups = 8192;

    /// <summary>Raw bytes before the padded byte at <paramref name="padded"/>, a multiple of 128.</summary>
    public static long RawOffset(long padded)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(padded % Fr32.PaddedGroup, 0, nameof(padded));
        return padded / Fr32.PaddedGroup * Fr32.UnpaddedGroup;
    }

    /// <summary>The data that is in a sealed sector: its replica without the labels. For an update see SectorUpdate.Decode.</summary>
    /// <param name="replica">The sealed sector.</param>
    /// <param name="labels">The last layer, as PreCommit1 makes it.</param>
    public static ISectorData Decode(ISectorData replica, ISectorData labels)
    {
        ArgumentNullException.ThrowIfNull(replica);
        ArgumentNullException.ThrowIfNull(labels);
        return new DecodedData(
            replica, labels, (_, nodes, keyNodes) => ReplicaEncoding.Decode(keyNodes, nodes, nodes));
    }

    /// <summary>Writes raw bytes of a sector to a stream, in order. Memory: 2 MiB a thread.</summary>
    /// <param name="data">The sector's data.</param>
    /// <param name="offset">First raw byte; a piece's is <see cref="RawOffset"/> of its place.</param>
    /// <param name="length">Raw bytes to write.</param>
    /// <param name="output">Receives them; not closed.</param>
    /// <param name="threads">Threads that read and decode; the calling one writes.</param>
    /// <param name="written">Told the bytes of each part; may be null.</param>
    /// <param name="cancellation">Stops between parts.</param>
    /// <exception cref="OperatorException">Reading the data failed.</exception>
    /// <exception cref="IOException">The stream failed.</exception>
    public static void WriteRaw(
        ISectorData data, long offset, long length, Stream output, int threads, IProgress<long>? written, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(data);
        ArgumentNullException.ThrowIfNull(output);
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset, RawOffset(data.Size.Bytes) - length);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(threads);
        byte[][] raw = [.. Enumerable.Range(0, threads).Select(_ => new byte[ChunkGroups * Fr32.UnpaddedGroup])];
        ParallelOptions options = new() { MaxDegreeOfParallelism = threads, CancellationToken = cancellation };
        long group = offset / Fr32.UnpaddedGroup;
        long end = offset + length;
        while (group * Fr32.UnpaddedGroup < end)
        {
            long groups = Math.Min((long)threads * ChunkGroups, ((end + Fr32.UnpaddedGroup - 1) / Fr32.UnpaddedGroup) - group);
            long first = group;
            Run.Parallel((int)((groups + ChunkGroups - 1) / ChunkGroups), options, part =>
            {
                long start = first + ((long)part * ChunkGroups);
                Unpad(data, start, (int)Math.Min(ChunkGroups, first + groups - start), raw[part]);
            });

            for (long part = 0; part * ChunkGroups < groups; part++)
            {
                // The first group may begin before the range, the last one end behind it.
                long start = (first + (part * ChunkGroups)) * Fr32.UnpaddedGroup;
                long stop = Math.Min(end, start + (Math.Min(ChunkGroups, groups - (part * ChunkGroups)) * Fr32.UnpaddedGroup));
                int skipped = (int)Math.Max(0, offset - start);
                output.Write(raw[part], skipped, (int)(stop - start) - skipped);
                written?.Report(stop - start - skipped);
            }

            group += groups;
        }
    }

    private static void Unpad(ISectorData data, long group, int groups, byte[] raw)
    {
        byte[] rented = ArrayPool<byte>.Shared.Rent(groups * Fr32.PaddedGroup);
        try
        {
            Span<byte> padded = rented.AsSpan(0, groups * Fr32.PaddedGroup);
            data.Read(group * Fr32.PaddedGroup, padded);
            Fr32.Unpad(padded, raw);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }
}
