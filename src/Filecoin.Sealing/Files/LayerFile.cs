using System.Collections.Concurrent;
using Filecoin.Primitives;
using Filecoin.Sealing.Memory;
using Filecoin.Sealing.Steps;

namespace Filecoin.Sealing.Files;

/// <summary>A layer file: n labels of 32 bytes, node 0 first. Beside it, until PreCommit2 is done, its segment digests.</summary>
internal static class LayerFile
{
    /// <summary>Writes a layer durably, by up to <paramref name="threads"/> threads, and returns what stands for it in the step log.</summary>
    public static FileDigest Write(
        IFileSystem files, string path, NativeBuffer labels, int threads, Action<long>? written, CancellationToken cancellation)
    {
        SegmentDigests digests = new(labels.Length);
        using DurableFile file = DurableFile.Create(files, path, labels.Length);
        ForEachSegment(digests, threads, written, (index, offset, length) =>
        {
            Span<byte> segment = labels.Slice(offset, length);
            digests.Set(index, segment);
            file.WriteAt(offset, segment);
        }, cancellation);
        digests.Save(files, CacheNames.SegmentsOf(path));
        file.Publish();
        return digests.ToFileDigest();
    }

    /// <summary>Reads a layer into memory; false if it is not what was recorded as <paramref name="expected"/>.</summary>
    public static bool TryLoad(
        IFileSystem files,
        string path,
        FileDigest expected,
        NativeBuffer labels,
        int threads,
        Action<long>? loaded,
        CancellationToken cancellation)
    {
        if (!IsThere(path, expected.Length) || SegmentDigests.TryLoad(files, CacheNames.SegmentsOf(path), expected) is not { } digests)
        {
            return false;
        }

        using IOpenFile file = StorageFailure.Naming(path, "opening", () => files.OpenToRead(path));
        int damaged = 0;
        ForEachSegment(digests, threads, loaded, (index, offset, length) =>
        {
            Span<byte> segment = labels.Slice(offset, length);
            ExactRead.At(file, offset, segment, path);
            if (!digests.Matches(index, segment))
            {
                Interlocked.Increment(ref damaged);
            }
        }, cancellation);
        return damaged == 0;
    }

    /// <summary>Compares a layer in memory with what was recorded as <paramref name="expected"/> when it was written.</summary>
    /// <returns>The segments that differ; all, if the digests beside the file are not those recorded.</returns>
    public static IReadOnlyCollection<int> Differing(
        IFileSystem files, string path, FileDigest expected, NativeBuffer labels, int threads, CancellationToken cancellation)
    {
        SegmentDigests? recorded = SegmentDigests.TryLoad(files, CacheNames.SegmentsOf(path), expected);
        ConcurrentBag<int> differing = [];
        ForEachSegment(recorded ?? new SegmentDigests(labels.Length), threads, null, (index, offset, length) =>
        {
            if (recorded?.Matches(index, labels.Slice(offset, length)) != true)
            {
                differing.Add(index);
            }
        }, cancellation);
        return differing;
    }

    /// <summary>Whether the layer is as long as recorded and its digests are beside it; content is checked where it is read.</summary>
    public static bool IsThere(string path, long length) =>
        FileLook.Through(path).IsFileOf(length) && FileLook.Through(CacheNames.SegmentsOf(path)).Kind == FileKind.File;

    /// <summary>Removes a layer and its digests, the layer first so that digests never outlive doubt.</summary>
    public static void Delete(IFileSystem files, string path) => StorageFailure.Naming(path, "removing", () =>
    {
        files.DeleteFile(path);
        files.DeleteFile(CacheNames.SegmentsOf(path));
    });

    private static void ForEachSegment(
        SegmentDigests digests, int threads, Action<long>? done, Action<int, long, int> body, CancellationToken cancellation)
    {
        ParallelOptions options = new() { MaxDegreeOfParallelism = threads, CancellationToken = cancellation };
        Run.Parallel(digests.Segments, options, index =>
        {
            int length = digests.LengthOf(index);
            body(index, (long)index * SegmentDigests.SegmentBytes, length);
            done?.Invoke(length / SectorSize.NodeBytes);
        });
    }
}
