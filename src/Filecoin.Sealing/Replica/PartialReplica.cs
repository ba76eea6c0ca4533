using Filecoin.Sealing.Files;
using Filecoin.Sealing.Steps;

namespace Filecoin.Sealing.Replica;

/// <summary>
/// A replica that is being made, under the name "name.partial" beside where it goes. Other than a <see cref="DurableFile"/> it survives a
/// stop, so that what a step log says is in it need not be made again; it gets its name when all of it is there and flushed.
/// </summary>
internal sealed class PartialReplica : IDisposable
{
    private readonly string _path;
    private readonly string _partial;
    private readonly IFileSystem _files;
    private readonly IOpenFile _file;

    private PartialReplica(IFileSystem files, string path, long length)
    {
        _files = files;
        _path = path;
        _partial = path + ".partial";
        if (FileLook.Through(_partial).Kind == FileKind.Missing && FileLook.Through(path).IsFileOf(length))
        {
            // It has its name already, but that was not recorded any more.
            files.Replace(path, _partial);
        }

        if (!FileLook.Through(_partial).IsFileOf(length))
        {
            // Of another length, it is none of this sector's.
            using DurableFile reserved = DurableFile.Create(files, _partial, length);
            reserved.SetLength(length);
            reserved.Publish();
        }

        _file = files.OpenToChange(_partial);
    }

    /// <summary>Goes on with the file an earlier run left, or starts one and reserves its space.</summary>
    public static PartialReplica Open(IFileSystem files, string path, long length) =>
        StorageFailure.Naming(path, "creating", () => new PartialReplica(files, path, length));

    /// <summary>Writes nodes; from any thread.</summary>
    public void WriteAt(long offset, ReadOnlySpan<byte> nodes)
    {
        try
        {
            _file.Write(offset, nodes);
        }
        catch (Exception failure) when (StorageFailure.Is(failure))
        {
            throw StorageFailure.From(failure, $"writing {_partial}");
        }
    }

    /// <summary>The digest of a part of the file, as if it were a file of its own.</summary>
    public FileDigest DigestOf(long offset, long length, ParallelOptions options)
    {
        SegmentDigests digests = new(length);
        Run.Parallel(digests.Segments, options, index =>
        {
            byte[] segment = new byte[digests.LengthOf(index)];
            ExactRead.At(_file, offset + ((long)index * SegmentDigests.SegmentBytes), segment, _partial);
            digests.Set(index, segment);
        });
        return digests.ToFileDigest();
    }

    /// <summary>Flushes what has been written to disk, so that it may be recorded.</summary>
    public void Flush() => StorageFailure.Naming(_partial, "flushing", () => _file.Flush());

    /// <summary>Gives the file its name, in the place of an earlier one of this job's own.</summary>
    public void Publish()
    {
        Flush();
        StorageFailure.Naming(_path, "finishing", () =>
        {
            _file.Dispose();
            _files.Publish(_partial, _path);
        });
    }

    public void Dispose() => _file.Dispose();
}
