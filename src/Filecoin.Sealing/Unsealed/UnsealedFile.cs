using System.Buffers;
using System.Buffers.Binary;
using Filecoin.Primitives;
using Filecoin.Sealing.Files;
using Filecoin.Sealing.Pieces;
using Filecoin.Sealing.Steps;

namespace Filecoin.Sealing.Unsealed;

/// <summary>
/// An unsealed sector as Lotus and Curio keep it (lotus storage/sealer/partialfile): padded data, one sector long; then, as RLE+, which of
/// its bytes are there; then the length of that, u32 little-endian. A file of exactly one sector has no such trailer, and all of it is there.
/// </summary>
public sealed class UnsealedFile : ISectorData, IDisposable
{
    private const int LengthBytes = sizeof(uint);

    /// <summary>Where Lotus begins to warn; a sector of a thousand pieces, every other one missing, takes a few KiB.</summary>
    private const int MaxTrailerBytes = 1 << 20;

    private readonly PaddedFile _data;

    private UnsealedFile(PaddedFile data, IReadOnlyList<PaddedRange> ranges)
    {
        _data = data;
        Ranges = ranges;
    }

    /// <inheritdoc/>
    public SectorSize Size => _data.Size;

    /// <summary>What is there, in order.</summary>
    public IReadOnlyList<PaddedRange> Ranges { get; }

    /// <summary>Reads a file's trailer.</summary>
    /// <param name="path">The file.</param>
    /// <param name="size">The sector's size.</param>
    /// <param name="files">Reads it; null for the real file system.</param>
    /// <exception cref="OperatorException">Storage: it cannot be read, is shorter than a sector, or the trailer is not well formed.</exception>
    public static UnsealedFile Open(string path, SectorSize size, IFileSystem? files = null) => StorageFailure.Naming(path, "reading", () =>
    {
        using IOpenFile file = (files ?? LinuxFileSystem.Instance).OpenToRead(path);
        return new UnsealedFile(new PaddedFile(path, size, files), ReadTrailer(file, path, size));
    });

    /// <summary>Whether all of <paramref name="range"/> is there.</summary>
    public bool Has(PaddedRange range) => Ranges.Any(there => there.Offset <= range.Offset && range.End <= there.End);

    /// <inheritdoc/>
    /// <exception cref="OperatorException">Storage: the file cannot be read, or not all of the range is there.</exception>
    public void Read(long offset, Span<byte> destination)
    {
        if (!Has(new PaddedRange(offset, destination.Length)))
        {
            throw new OperatorException(
                FailureKind.Storage,
                $"{_data.Path} has not all of the {destination.Length} bytes (padded) from {offset}",
                "This copy was only unsealed in part; take the data from elsewhere, or unseal it.");
        }

        _data.Read(offset, destination);
    }

    /// <summary>Writes a file; it appears whole or not at all.</summary>
    /// <param name="files">Writes it.</param>
    /// <param name="path">Where; nothing may stand there.</param>
    /// <param name="data">The sector's data.</param>
    /// <param name="ranges">What of it to write, each at multiples of 128; the rest stays a hole. Null for everything.</param>
    /// <param name="threads">Threads that read and write.</param>
    /// <param name="written">Told the bytes of each part; may be null.</param>
    /// <param name="cancellation">Stops within a second and leaves nothing.</param>
    /// <exception cref="OperatorException">Reading the data failed, the file cannot be written, or something stands there.</exception>
    public static void Write(
        IFileSystem files,
        string path,
        ISectorData data,
        IEnumerable<PaddedRange>? ranges,
        int threads,
        IProgress<long>? written,
        CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(data);
        IReadOnlyList<PaddedRange> kept = PaddedRange.Join(ranges ?? [new PaddedRange(0, data.Size.Bytes)]);
        if (kept.Any(range => range.Offset < 0 || range.End > data.Size.Bytes))
        {
            throw new ArgumentOutOfRangeException(nameof(ranges), $"ranges reach beyond the {data.Size.Bytes} bytes of the sector");
        }

        byte[] trailer = RlePlus.Encode(kept);
        byte[] end = new byte[trailer.Length + LengthBytes];
        trailer.CopyTo(end, 0);
        BinaryPrimitives.WriteInt32LittleEndian(end.AsSpan(trailer.Length), trailer.Length);
        (long Offset, int Length)[] parts = [.. Parts(kept)];
        ParallelOptions options = new() { MaxDegreeOfParallelism = Math.Max(1, threads), CancellationToken = cancellation };
        NewFile.Write(files, path, data.Size.Bytes + end.Length, file =>
        {
            Run.Parallel(parts.Length, options, index => Copy(data, parts[index].Offset, parts[index].Length, file, written));
            file.Write(data.Size.Bytes, end);
        });
    }

    /// <summary>Closes the file; reading opens it again.</summary>
    public void Dispose() => _data.Dispose();

    private static IReadOnlyList<PaddedRange> ReadTrailer(IOpenFile file, string path, SectorSize size)
    {
        long length = file.Length;
        if (length == size.Bytes)
        {
            return [new PaddedRange(0, size.Bytes)];
        }

        if (length < size.Bytes + LengthBytes)
        {
            throw Malformed(path, $"it is {length} bytes long, which a sector of {size} is not");
        }

        Span<byte> trailerLength = stackalloc byte[LengthBytes];
        ExactRead.At(file, length - LengthBytes, trailerLength, path);
        uint announced = BinaryPrimitives.ReadUInt32LittleEndian(trailerLength);
        if (announced > MaxTrailerBytes || size.Bytes + announced + LengthBytes != length)
        {
            throw Malformed(path, $"its trailer says it is {announced} bytes long, but {length - size.Bytes - LengthBytes} follow the sector");
        }

        byte[] trailer = new byte[announced];
        ExactRead.At(file, size.Bytes, trailer, path);
        return RlePlus.TryDecode(trailer, out IReadOnlyList<PaddedRange> ranges) && (ranges is [] || ranges[^1].End <= size.Bytes)
            ? ranges
            : throw Malformed(path, "its trailer is not RLE+ over the sector's bytes");
    }

    private static OperatorException Malformed(string path, string how) => new(
        FailureKind.Storage,
        $"{path} is no unsealed sector: {how}",
        "Take the data from elsewhere; if this is the unsealed copy of a sector of another size, say so.");

    private static void Copy(ISectorData data, long offset, int length, IOpenFile target, IProgress<long>? written)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            Span<byte> part = buffer.AsSpan(0, length);
            data.Read(offset, part);
            target.Write(offset, part);
            written?.Report(length);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static IEnumerable<(long Offset, int Length)> Parts(IReadOnlyList<PaddedRange> ranges)
    {
        foreach (PaddedRange range in ranges)
        {
            for (long offset = range.Offset; offset < range.End; offset += SegmentDigests.SegmentBytes)
            {
                yield return (offset, (int)Math.Min(SegmentDigests.SegmentBytes, range.End - offset));
            }
        }
    }
}
