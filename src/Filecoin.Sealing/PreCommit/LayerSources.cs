using System.Globalization;
using Filecoin.Primitives;
using Filecoin.Sealing.Files;
using Filecoin.Sealing.Jobs;
using Filecoin.Sealing.Steps;

namespace Filecoin.Sealing.PreCommit;

/// <summary>Where trees read a layer from; shared by all threads.</summary>
internal interface ILayerSource : IDisposable
{
    /// <summary>Returns when bytes up to <paramref name="end"/> can be read without waiting for anybody's work.</summary>
    void WaitFor(long end, CancellationToken cancellation);

    /// <summary>Reads part of the layer. What is read can be relied upon where the part is a segment (1 MiB) or the layer shorter.</summary>
    void Read(long offset, Span<byte> destination, CancellationToken cancellation);
}

/// <summary>A finished layer's file, whose segments are checked as they are read.</summary>
internal sealed class LayerOnDisk : ILayerSource
{
    private readonly int _layer;
    private readonly string _path;
    private readonly IStepLog _log;
    private readonly IOpenFile _file;
    private byte[]? _whole;

    /// <summary>Opens the file.</summary>
    /// <exception cref="DamagedLayerException">It is not what was recorded; then the record is dropped.</exception>
    /// <exception cref="OperatorException">Storage: it cannot be opened.</exception>
    public LayerOnDisk(SealJob job, IStepLog log, int layer)
    {
        (_layer, _log) = (layer, log);
        _path = Path.Combine(job.CacheFolder, CacheNames.Layer(layer));
        SealStep step = SealSteps.Layer(layer);
        if (!log.TryGet(step, out FileDigest digest)
            || !FileLook.Through(_path).IsFileOf(digest.Length)
            || SegmentDigests.TryLoad(job.Files, CacheNames.SegmentsOf(_path), digest) is not { } loaded)
        {
            log.Forget(step);
            throw new DamagedLayerException(
                $"layer {layer} ({_path}) is missing or not what was recorded when it was written",
                "run the same command again: the layer will be labelled anew");
        }

        Digests = loaded;
        _file = StorageFailure.Naming(_path, "opening", () => job.Files.OpenToRead(_path));
    }

    /// <summary>What was written.</summary>
    public SegmentDigests Digests { get; }

    public void WaitFor(long end, CancellationToken cancellation) => cancellation.ThrowIfCancellationRequested();

    public void Read(long offset, Span<byte> destination, CancellationToken cancellation)
    {
        if (_whole is not null)
        {
            _whole.AsSpan((int)offset, destination.Length).CopyTo(destination);
            return;
        }

        ExactRead.At(_file, offset, destination, _path);
        if (destination.Length == SegmentDigests.SegmentBytes)
        {
            Check((int)(offset / SegmentDigests.SegmentBytes), destination);
        }
    }

    /// <summary>
    /// Checks a layer that is shorter than a segment as a whole, since chunks of it cannot be checked one by one, and keeps what was checked:
    /// read again, it might be something else.
    /// </summary>
    public void CheckIfShort()
    {
        if (Digests.FileLength < SegmentDigests.SegmentBytes)
        {
            byte[] whole = new byte[Digests.FileLength];
            ExactRead.At(_file, 0, whole, _path);
            Check(0, whole);
            _whole = whole;
        }
    }

    public void Dispose() => _file.Dispose();

    private void Check(int segment, ReadOnlySpan<byte> content)
    {
        if (Digests.Matches(segment, content))
        {
            return;
        }

        _log.Forget(SealSteps.Layer(_layer));
        long first = (long)segment * SegmentDigests.SegmentBytes;
        throw new DamagedLayerException(
            string.Create(
                CultureInfo.InvariantCulture,
                $"layer {_layer} ({_path}) changed on disk after it was written, between bytes {first} and {first + content.Length}"),
            "check the disk and memory of this machine (dmesg, smartctl, memtest), then run the same command again: the layer will be labelled anew");
    }
}

/// <summary>
/// The last layer while it is being labelled: read from memory as far as it is made, and from its file once that is there. Of every
/// segment read from memory the digest is kept, and compared with that of the file before anything made of it counts.
/// </summary>
internal sealed class LayerInTheMaking(SealJob job, IStepLog log, LayerWatermark watermark) : ILayerSource
{
    private readonly Lock _gate = new();
    private readonly SegmentDigests _seen = new(job.Inputs.Porep.SectorSize.Bytes);
    private readonly HashSet<int> _unchecked = [];
    private LayerOnDisk? _file;

    public void WaitFor(long end, CancellationToken cancellation) => watermark.WaitFor(end, cancellation);

    public void Read(long offset, Span<byte> destination, CancellationToken cancellation)
    {
        if (!watermark.TryRead(offset, destination, cancellation))
        {
            OnDisk().Read(offset, destination, cancellation);
            return;
        }

        int segment = (int)(offset / SegmentDigests.SegmentBytes);
        _seen.Set(segment, destination);
        lock (_gate)
        {
            _unchecked.Add(segment);
        }
    }

    /// <summary>Whether what was read so far is on disk, byte for byte.</summary>
    /// <exception cref="OperatorException">Storage: the layer is on disk, and it is not what was read from memory.</exception>
    public bool IsSafe()
    {
        if (!watermark.IsOnDisk)
        {
            return false;
        }

        LayerOnDisk file = OnDisk();
        lock (_gate)
        {
            foreach (int segment in _unchecked)
            {
                if (!_seen.Agrees(file.Digests, segment))
                {
                    throw new OperatorException(
                        FailureKind.Storage,
                        string.Create(CultureInfo.InvariantCulture, $"the last layer in memory is not what was written, in its mebibyte {segment}"),
                        "check the memory of this machine (dmesg, memtest)");
                }
            }

            _unchecked.Clear();
        }

        return true;
    }

    public void Dispose() => _file?.Dispose();

    private LayerOnDisk OnDisk()
    {
        lock (_gate)
        {
            return _file ??= new LayerOnDisk(job, log, job.Inputs.Porep.Layers);
        }
    }
}
