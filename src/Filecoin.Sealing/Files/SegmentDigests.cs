using System.Security.Cryptography;
using Filecoin.Cryptography;
using Filecoin.Primitives;
using Filecoin.Sealing.Steps;

namespace Filecoin.Sealing.Files;

/// <summary>
/// The SHA-256 digests of a file's consecutive segments of 1 MiB. They can be made and checked in parallel and in part, and name the place
/// of damage; SHA-256 over all of them stands for the file in the step log (<see cref="FileDigest"/>).
/// Stored beside a layer as "name.segments": nothing but the digests, 32 bytes each, in order.
/// </summary>
public sealed class SegmentDigests
{
    /// <summary>Bytes in a segment; the last one of a file may be shorter.</summary>
    public const int SegmentBytes = 1 << 20;

    private readonly byte[] _digests;

    /// <summary>Room for the digests of a file of <paramref name="fileLength"/> bytes.</summary>
    public SegmentDigests(long fileLength)
        : this(fileLength, new byte[Count(fileLength) * SHA256.HashSizeInBytes])
    {
    }

    private SegmentDigests(long fileLength, byte[] digests)
    {
        FileLength = fileLength;
        _digests = digests;
    }

    /// <summary>Length of the file described.</summary>
    public long FileLength { get; }

    /// <summary>Number of segments.</summary>
    public int Segments => Count(FileLength);

    /// <summary>Bytes of segment <paramref name="index"/>.</summary>
    public int LengthOf(int index) => (int)Math.Min(SegmentBytes, FileLength - ((long)index * SegmentBytes));

    /// <summary>Stores the digest of segment <paramref name="index"/>.</summary>
    public void Set(int index, ReadOnlySpan<byte> content) => SHA256.HashData(content, Entry(index));

    /// <summary>Stores the digests of consecutive whole segments from <paramref name="offset"/> on; the last one may end the file.</summary>
    public void SetAll(long offset, ReadOnlySpan<byte> content)
    {
        for (int index = (int)(offset / SegmentBytes); !content.IsEmpty; index++)
        {
            Set(index, content[..LengthOf(index)]);
            content = content[LengthOf(index)..];
        }
    }

    /// <summary>Takes the digest of segment <paramref name="index"/> over from another file, whose segment <paramref name="from"/> is the same.</summary>
    internal void Set(int index, SegmentDigests other, int from) => other.Entry(from).CopyTo(Entry(index));

    /// <summary>Whether <paramref name="content"/> is segment <paramref name="index"/>.</summary>
    public bool Matches(int index, ReadOnlySpan<byte> content)
    {
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(content, digest);
        return digest.SequenceEqual(Entry(index));
    }

    /// <summary>Whether both have the same digest of segment <paramref name="index"/>.</summary>
    public bool Agrees(SegmentDigests other, int index)
    {
        ArgumentNullException.ThrowIfNull(other);
        return Entry(index).SequenceEqual(other.Entry(index));
    }

    /// <summary>What stands for the file in the step log.</summary>
    public FileDigest ToFileDigest() => new(FileLength, new Bytes32(SHA256.HashData(_digests)));

    /// <summary>Writes the digests durably to <paramref name="path"/>.</summary>
    public void Save(IFileSystem files, string path) => DurableFile.Write(files, path, _digests);

    /// <summary>Reads digests that belong to <paramref name="expected"/>; null if the file is missing or is not they.</summary>
    public static SegmentDigests? TryLoad(IFileSystem files, string path, FileDigest expected)
    {
        if (!FileLook.Through(path).IsFileOf((long)Count(expected.Length) * SHA256.HashSizeInBytes))
        {
            return null;
        }

        byte[] digests = StorageFailure.Naming(path, "reading", () => files.ReadAll(path));
        SegmentDigests loaded = new(expected.Length, digests);
        return loaded.ToFileDigest() == expected ? loaded : null;
    }

    /// <summary>Reads a whole file and returns its digest.</summary>
    /// <param name="files">Opens it.</param>
    /// <param name="path">The file.</param>
    /// <param name="read">Told the bytes of each segment; may be null.</param>
    /// <param name="cancellation">Stops between segments.</param>
    /// <exception cref="OperatorException">Storage: the file cannot be read.</exception>
    public static FileDigest OfFile(
        IFileSystem files, string path, IProgress<long>? read = null, CancellationToken cancellation = default) => StorageFailure.Naming(path, "reading", () =>
        {
            using IOpenFile file = files.OpenToRead(path, inOrder: true);
            SegmentDigests digests = new(file.Length);
            byte[] buffer = new byte[Math.Min(SegmentBytes, Math.Max(1, digests.FileLength))];
            for (int i = 0; i < digests.Segments; i++)
            {
                cancellation.ThrowIfCancellationRequested();
                Span<byte> segment = buffer.AsSpan(0, digests.LengthOf(i));
                ExactRead.At(file, (long)i * SegmentBytes, segment, path);
                digests.Set(i, segment);
                read?.Report(segment.Length);
            }

            return digests.ToFileDigest();
        });

    private static int Count(long length) => checked((int)((length + SegmentBytes - 1) / SegmentBytes));

    private Span<byte> Entry(int index) => _digests.AsSpan(index * SHA256.HashSizeInBytes, SHA256.HashSizeInBytes);
}
