using Filecoin.Primitives;
using Filecoin.Sealing.Files;
using Microsoft.Win32.SafeHandles;

namespace Filecoin.Sealing.Replica;

/// <summary>
/// A replica that is being made, under the name "name.partial" beside where it goes. Other than a <see cref="DurableFile"/> it survives a
/// stop, so that what a step log says is in it need not be made again; it gets its name when all of it is there and flushed.
/// </summary>
internal sealed class PartialReplica : IDisposable
{
    private readonly string _path;
    private readonly string _partial;
    private readonly SafeFileHandle _handle;

    private PartialReplica(string path, long length)
    {
        _path = path;
        _partial = path + ".partial";
        if (!File.Exists(_partial) && LayerFile.HasLength(path, length))
        {
            // It has its name already, but that was not recorded any more.
            File.Move(path, _partial);
        }

        if (!LayerFile.HasLength(_partial, length))
        {
            // Of another length, it is none of this sector's: DurableFile reserves the space and tells a full disk from a broken one.
            using DurableFile reserved = DurableFile.Create(_partial, length);
            RandomAccess.SetLength(reserved.Handle, length);
            reserved.Publish();
        }

        _handle = File.OpenHandle(_partial, FileMode.Open, FileAccess.ReadWrite, FileShare.Read);
    }

    /// <summary>Goes on with the file an earlier run left, or starts one and reserves its space.</summary>
    public static PartialReplica Open(string path, long length) => StorageFailure.Naming(path, "creating", () => new PartialReplica(path, length));

    /// <summary>Writes nodes; from any thread.</summary>
    public void WriteAt(long offset, ReadOnlySpan<byte> nodes)
    {
        try
        {
            RandomAccess.Write(_handle, nodes, offset);
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
            ExactRead.At(_handle, offset + ((long)index * SegmentDigests.SegmentBytes), segment, _partial);
            digests.Set(index, segment);
        });
        return digests.ToFileDigest();
    }

    /// <summary>Flushes what has been written to disk, so that it may be recorded.</summary>
    public void Flush() => StorageFailure.Naming(_partial, "flushing", () => RandomAccess.FlushToDisk(_handle));

    /// <summary>Gives the file its name, in the place of an earlier one of this job's own.</summary>
    public void Publish()
    {
        Flush();
        StorageFailure.Naming(_path, "finishing", () =>
        {
            _handle.Dispose();
            File.Move(_partial, _path, overwrite: true);
            DurableNames.FlushFolder(Path.GetDirectoryName(_path)!);
        });
    }

    public void Dispose() => _handle.Dispose();
}
