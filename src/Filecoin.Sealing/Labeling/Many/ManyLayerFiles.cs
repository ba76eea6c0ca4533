using System.Buffers;
using System.Collections.Concurrent;
using Filecoin.Primitives;
using Filecoin.Sealing.Files;
using Filecoin.Sealing.Steps;

namespace Filecoin.Sealing.Labeling.Many;

/// <summary>
/// One layer of several sectors between memory, where they stand side by side, and their files (see <see cref="LayerFile"/>). Segments of
/// 1 MiB go through a buffer for each thread; a layer's memory is read once for all of its sectors.
/// </summary>
internal static class ManyLayerFiles
{
    /// <summary>
    /// Writes the files of a layer durably, or, where one is there already, compares it with what is in memory.
    /// </summary>
    /// <param name="fileSystem">Where.</param>
    /// <param name="group">The sectors.</param>
    /// <param name="layer">The layer; in memory whole.</param>
    /// <param name="nodes">Nodes of the layer.</param>
    /// <param name="paths">Each sector's file; null for one that is not wanted.</param>
    /// <param name="threads">Segments worked on at a time.</param>
    /// <param name="done">Told nodes done, of each sector; may be called from several threads.</param>
    /// <param name="cancellation">Stops within a second; no file appears.</param>
    /// <returns>The digests of all sectors, wanted or not.</returns>
    public static unsafe FileDigest[] Write(
        IFileSystem fileSystem,
        SectorGroup group,
        int layer,
        long nodes,
        IReadOnlyList<string?> paths,
        int threads,
        Action<long> done,
        CancellationToken cancellation)
    {
        long fileLength = nodes * SectorSize.NodeBytes;
        SegmentDigests[] digests = [.. paths.Select(_ => new SegmentDigests(fileLength))];
        List<DurableFile?> files = [];
        try
        {
            foreach (string? path in paths)
            {
                files.Add(path is null ? null : DurableFile.Create(fileSystem, path, fileLength));
            }

            ForEachSegment(digests[0], group.Count, threads, (segment, offset, length, buffer) =>
            {
                Span<byte> labels = buffer.AsSpan(0, group.Count * length);
                group.Kernel.Layout.Extract(group.Layer(layer).Pointer, offset / SectorSize.NodeBytes, length / SectorSize.NodeBytes, labels);
                for (int sector = 0; sector < group.Count; sector++)
                {
                    Span<byte> content = labels.Slice(sector * length, length);
                    digests[sector].Set(segment, content);
                    files[sector]?.WriteAt(offset, content);
                }

                done(length / SectorSize.NodeBytes);
            }, cancellation);

            for (int sector = 0; sector < group.Count; sector++)
            {
                if (files[sector] is { } file)
                {
                    digests[sector].Save(fileSystem, CacheNames.SegmentsOf(paths[sector]!));
                    file.Publish();
                }
            }

            return [.. digests.Select(digest => digest.ToFileDigest())];
        }
        finally
        {
            files.ForEach(file => file?.Dispose());
        }
    }

    /// <summary>Reads a layer's files into memory.</summary>
    /// <param name="fileSystem">Where.</param>
    /// <param name="group">The sectors.</param>
    /// <param name="layer">The layer.</param>
    /// <param name="files">Each sector's file and what was recorded of it; null for one that is not wanted.</param>
    /// <param name="threads">Segments worked on at a time.</param>
    /// <param name="done">Told nodes done, of each sector; may be called from several threads.</param>
    /// <param name="cancellation">Stops within a second.</param>
    /// <returns>The sectors whose files are not what was recorded.</returns>
    public static unsafe IReadOnlyList<int> Load(
        IFileSystem fileSystem,
        SectorGroup group,
        int layer,
        IReadOnlyList<RecordedFile?> files,
        int threads,
        Action<long> done,
        CancellationToken cancellation)
    {
        bool[] damaged = new bool[files.Count];
        SegmentDigests?[] digests = DigestsOf(fileSystem, files);
        for (int sector = 0; sector < files.Count; sector++)
        {
            damaged[sector] = files[sector] is { } file
                && (digests[sector] is null || !LayerFile.IsThere(file.Path, file.Recorded.Length));
        }

        if (!damaged.Contains(true) && Array.Find(digests, digest => digest is not null) is { } shape)
        {
            IOpenFile?[] open = new IOpenFile?[files.Count];
            try
            {
                for (int sector = 0; sector < files.Count; sector++)
                {
                    if (files[sector] is { } file)
                    {
                        open[sector] = StorageFailure.Naming(file.Path, "opening", () => fileSystem.OpenToRead(file.Path));
                    }
                }

                ForEachSegment(shape, 1, threads, (segment, offset, length, buffer) =>
                {
                    for (int sector = 0; sector < files.Count; sector++)
                    {
                        if (open[sector] is not { } opened)
                        {
                            continue;
                        }

                        Span<byte> content = buffer.AsSpan(0, length);
                        ExactRead.At(opened, offset, content, files[sector]!.Value.Path);
                        if (!digests[sector]!.Matches(segment, content))
                        {
                            Volatile.Write(ref damaged[sector], true);
                        }

                        group.Kernel.Layout.Insert(
                            content, group.Layer(layer).Pointer, offset / SectorSize.NodeBytes, length / SectorSize.NodeBytes, sector);
                    }

                    done(length / SectorSize.NodeBytes);
                }, cancellation);
            }
            finally
            {
                Array.ForEach(open, file => file?.Dispose());
            }
        }

        return [.. Enumerable.Range(0, files.Count).Where(sector => damaged[sector])];
    }

    /// <summary>Compares a layer in memory with what was recorded when it was written.</summary>
    /// <param name="fileSystem">Where.</param>
    /// <param name="group">The sectors.</param>
    /// <param name="layer">The layer; in memory whole.</param>
    /// <param name="nodes">Nodes of the layer.</param>
    /// <param name="files">Each sector's file and what was recorded of it; null for one that is not wanted.</param>
    /// <param name="threads">Segments worked on at a time.</param>
    /// <param name="cancellation">Stops within a second.</param>
    /// <returns>Each sector's segments that differ; all, if the digests beside its file are not those recorded.</returns>
    public static unsafe IReadOnlyList<IReadOnlyCollection<int>> Differing(
        IFileSystem fileSystem,
        SectorGroup group,
        int layer,
        long nodes,
        IReadOnlyList<RecordedFile?> files,
        int threads,
        CancellationToken cancellation)
    {
        ConcurrentBag<int>[] differing = [.. files.Select(_ => new ConcurrentBag<int>())];
        SegmentDigests?[] digests = DigestsOf(fileSystem, files);
        ForEachSegment(new SegmentDigests(nodes * SectorSize.NodeBytes), group.Count, threads, (segment, offset, length, buffer) =>
        {
            Span<byte> labels = buffer.AsSpan(0, group.Count * length);
            group.Kernel.Layout.Extract(group.Layer(layer).Pointer, offset / SectorSize.NodeBytes, length / SectorSize.NodeBytes, labels);
            for (int sector = 0; sector < group.Count; sector++)
            {
                if (files[sector] is not null && digests[sector]?.Matches(segment, labels.Slice(sector * length, length)) != true)
                {
                    differing[sector].Add(segment);
                }
            }
        }, cancellation);
        return differing;
    }

    private static SegmentDigests?[] DigestsOf(IFileSystem fileSystem, IReadOnlyList<RecordedFile?> files) =>
        [.. files.Select(file => file is { } known ? SegmentDigests.TryLoad(fileSystem, CacheNames.SegmentsOf(known.Path), known.Recorded) : null)];

    /// <summary>Calls <paramref name="body"/> with a segment's index, offset and length and room for that segment of several sectors.</summary>
    private static void ForEachSegment(
        SegmentDigests shape, int sectors, int threads, Action<int, long, int, byte[]> body, CancellationToken cancellation)
    {
        ParallelOptions options = new() { MaxDegreeOfParallelism = threads, CancellationToken = cancellation };
        Run.Parallel(shape.Segments, options, segment =>
        {
            int length = shape.LengthOf(segment);
            byte[] buffer = ArrayPool<byte>.Shared.Rent(sectors * length);
            try
            {
                body(segment, (long)segment * SegmentDigests.SegmentBytes, length, buffer);
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(buffer);
            }
        });
    }
}
