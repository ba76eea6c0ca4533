using System.Buffers;
using System.Collections.Concurrent;
using Filecoin.Primitives;
using Filecoin.Sealing.Files;
using Filecoin.Sealing.Labeling.Kernels;
using Filecoin.Sealing.Memory;
using Filecoin.Sealing.Steps;

namespace Filecoin.Sealing.PreCommit;

/// <summary>
/// Layers of a group between memory, where its sectors stand side by side, and their files (see <see cref="LayerFile"/>), by segments of
/// 1 MiB. A layer's memory is read once for all sectors, through a buffer for each thread; that of one sector is as in its file.
/// </summary>
/// <param name="group">The sectors.</param>
/// <param name="fileSystem">Where the files are.</param>
/// <param name="threads">Segments worked on at a time.</param>
/// <param name="cancellation">Stops within a second; no file appears.</param>
internal sealed unsafe class LayerFiles(LabelGroup group, IFileSystem fileSystem, int threads, CancellationToken cancellation)
{
    private readonly SegmentDigests _shape = new(group.Sectors[0].Job.Inputs.Porep.SectorSize.Bytes);

    private LabelLayout Layout => group.Kernel.Layout;

    private int Count => group.Sectors.Count;

    /// <summary>Writes the files of a layer durably.</summary>
    /// <param name="layer">The layer; in memory whole.</param>
    /// <param name="paths">Each sector's file; null for one that is not wanted.</param>
    /// <param name="done">Told nodes done, of each sector; may be called from several threads.</param>
    /// <returns>The digests of all sectors, wanted or not: what stands for the files in the step log.</returns>
    public FileDigest[] Write(int layer, IReadOnlyList<string?> paths, Action<long> done)
    {
        SegmentDigests[] digests = [.. paths.Select(_ => new SegmentDigests(_shape.FileLength))];
        List<DurableFile?> files = [];
        try
        {
            foreach (string? path in paths)
            {
                files.Add(path is null ? null : DurableFile.Create(fileSystem, path, _shape.FileLength));
            }

            ForEachSegment((segment, buffer) =>
            {
                Span<byte> labels = Extract(layer, segment, buffer);
                for (int sector = 0; sector < Count; sector++)
                {
                    Span<byte> content = segment.Of(sector, labels);
                    digests[sector].Set(segment.Index, content);
                    files[sector]?.WriteAt(segment.Offset, content);
                }

                done(segment.Nodes);
            });

            for (int sector = 0; sector < Count; sector++)
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
    /// <param name="layer">The layer.</param>
    /// <param name="files">Each sector's file and what was recorded of it; null for one that is not wanted.</param>
    /// <param name="done">Told nodes done, of each sector; may be called from several threads.</param>
    /// <returns>The sectors whose files are not what was recorded.</returns>
    public IReadOnlyList<int> Load(int layer, IReadOnlyList<RecordedFile?> files, Action<long> done)
    {
        SegmentDigests?[] digests = DigestsOf(files);
        bool[] damaged =
        [
            .. files.Select((file, sector) => file is { } known
                && (digests[sector]?.FileLength != _shape.FileLength || !LayerFile.IsThere(known.Path, known.Recorded.Length))),
        ];
        if (!damaged.Contains(true))
        {
            IOpenFile?[] open = new IOpenFile?[Count];
            try
            {
                for (int sector = 0; sector < Count; sector++)
                {
                    if (files[sector] is { } file)
                    {
                        open[sector] = StorageFailure.Naming(file.Path, "opening", () => fileSystem.OpenToRead(file.Path));
                    }
                }

                ForEachSegment((segment, buffer) =>
                {
                    for (int sector = 0; sector < Count; sector++)
                    {
                        if (open[sector] is { } file && !Load(layer, segment, sector, file, files[sector]!.Value.Path, digests[sector]!, buffer))
                        {
                            Volatile.Write(ref damaged[sector], true);
                        }
                    }

                    done(segment.Nodes);
                });
            }
            finally
            {
                Array.ForEach(open, file => file?.Dispose());
            }
        }

        return [.. Enumerable.Range(0, Count).Where(sector => damaged[sector])];
    }

    /// <summary>Compares a layer in memory with what was recorded when it was written.</summary>
    /// <param name="layer">The layer; in memory whole.</param>
    /// <param name="files">Each sector's file and what was recorded of it; null for one that is not wanted.</param>
    /// <returns>Each sector's segments that differ; all, if the digests beside its file are not those recorded.</returns>
    public IReadOnlyList<IReadOnlyCollection<int>> Differing(int layer, IReadOnlyList<RecordedFile?> files)
    {
        ConcurrentBag<int>[] differing = [.. files.Select(_ => new ConcurrentBag<int>())];
        SegmentDigests?[] digests = DigestsOf(files);
        ForEachSegment((segment, buffer) =>
        {
            Span<byte> labels = Extract(layer, segment, buffer);
            for (int sector = 0; sector < Count; sector++)
            {
                if (files[sector] is not null && digests[sector]?.Matches(segment.Index, segment.Of(sector, labels)) != true)
                {
                    differing[sector].Add(segment.Index);
                }
            }
        });
        return differing;
    }

    private SegmentDigests?[] DigestsOf(IReadOnlyList<RecordedFile?> files) =>
        [.. files.Select(file => file is { } known ? SegmentDigests.TryLoad(fileSystem, CacheNames.SegmentsOf(known.Path), known.Recorded) : null)];

    /// <summary>A segment of all sectors as bytes of their files, one sector after the other.</summary>
    private Span<byte> Extract(int layer, Segment segment, byte[] buffer)
    {
        NativeBuffer memory = group.Layer(layer);
        if (Layout.IsOfFile)
        {
            return memory.Slice(segment.Offset, segment.Length);
        }

        Span<byte> labels = buffer.AsSpan(0, Count * segment.Length);
        Layout.Extract(memory.Pointer, segment.FirstNode, segment.Nodes, labels);
        return labels;
    }

    /// <summary>Reads a segment of one sector; false if it is not what was recorded.</summary>
    private bool Load(int layer, Segment segment, int sector, IOpenFile file, string path, SegmentDigests recorded, byte[] buffer)
    {
        NativeBuffer memory = group.Layer(layer);
        Span<byte> content = Layout.IsOfFile ? memory.Slice(segment.Offset, segment.Length) : buffer.AsSpan(0, segment.Length);
        ExactRead.At(file, segment.Offset, content, path);
        if (!Layout.IsOfFile)
        {
            Layout.Insert(content, memory.Pointer, segment.FirstNode, segment.Nodes, sector);
        }

        return recorded.Matches(segment.Index, content);
    }

    /// <summary>Calls <paramref name="body"/> with each segment and, where the layout needs it, room for that segment of all sectors.</summary>
    private void ForEachSegment(Action<Segment, byte[]> body)
    {
        ParallelOptions options = new() { MaxDegreeOfParallelism = threads, CancellationToken = cancellation };
        Run.Parallel(_shape.Segments, options, index =>
        {
            Segment segment = new(index, _shape.LengthOf(index));
            byte[] buffer = ArrayPool<byte>.Shared.Rent(Layout.IsOfFile ? 0 : Count * segment.Length);
            try
            {
                body(segment, buffer);
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(buffer);
            }
        });
    }

    private readonly record struct Segment(int Index, int Length)
    {
        public long Offset => (long)Index * SegmentDigests.SegmentBytes;

        public long FirstNode => Offset / SectorSize.NodeBytes;

        public int Nodes => Length / SectorSize.NodeBytes;

        /// <summary>One sector's part of labels that stand one sector after the other.</summary>
        public Span<byte> Of(int sector, Span<byte> labels) => labels.Slice(sector * Length, Length);
    }
}
