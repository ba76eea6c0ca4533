using System.Globalization;
using Filecoin.Primitives;
using Filecoin.Sealing.Files;
using Microsoft.Win32.SafeHandles;

namespace Filecoin.Sealing.Trees;

/// <summary>The open files PreCommit2 reads and writes while it builds trees; shared by all threads.</summary>
internal sealed class TreeSources : IDisposable
{
    private readonly SafeFileHandle[] _layers;
    private readonly SegmentDigests[] _digests;
    private readonly string[] _paths;
    private readonly SafeFileHandle? _data;
    private readonly string? _dataPath;

    public TreeSources(SealJob job, IStepLog log)
    {
        int layers = job.Inputs.Porep.Layers;
        _layers = new SafeFileHandle[layers];
        _digests = new SegmentDigests[layers];
        _paths = new string[layers];
        for (int i = 0; i < layers; i++)
        {
            string path = Path.Combine(job.CacheFolder, CacheNames.Layer(i + 1));
            _paths[i] = path;
            string step = SealSteps.Layer(i + 1);
            if (!log.TryGet(step, out FileDigest digest)
                || !LayerFile.HasLength(path, digest.Length)
                || SegmentDigests.TryLoad(LayerFile.SegmentsPath(path), digest) is not { } loaded)
            {
                log.Forget(step);
                throw new OperatorException(
                    FailureKind.Storage,
                    $"layer {i + 1} ({path}) is missing or not what was recorded when it was written",
                    "run the same command again: the layer will be labelled anew");
            }

            _digests[i] = loaded;
            _layers[i] = StorageFailure.Naming(path, "opening", () => File.OpenHandle(path));
        }

        _dataPath = job.DataFile;
        _data = _dataPath is null ? null : StorageFailure.Naming(_dataPath, "opening", () => File.OpenHandle(_dataPath));
        Log = log;
    }

    public int Layers => _layers.Length;

    private IStepLog Log { get; }

    /// <summary>Checks layers that are shorter than a segment as a whole: chunks of theirs cannot be checked one by one.</summary>
    public void CheckShortLayers()
    {
        for (int layer = 0; layer < Layers; layer++)
        {
            if (_digests[layer].FileLength < SegmentDigests.SegmentBytes)
            {
                byte[] whole = new byte[_digests[layer].FileLength];
                ExactRead.At(_layers[layer], 0, whole, _paths[layer]);
                Check(layer, 0, whole);
            }
        }
    }

    /// <summary>Reads part of layer <paramref name="layer"/> (from 0) and, where the part is a segment, checks it.</summary>
    public void ReadLayer(int layer, long offset, Span<byte> destination)
    {
        ExactRead.At(_layers[layer], offset, destination, _paths[layer]);
        if (destination.Length == SegmentDigests.SegmentBytes)
        {
            Check(layer, (int)(offset / SegmentDigests.SegmentBytes), destination);
        }
    }

    /// <summary>Reads part of the data; false if the sector has none, that is, zeros.</summary>
    public bool TryReadData(long offset, Span<byte> destination)
    {
        if (_data is null)
        {
            return false;
        }

        ExactRead.At(_data, offset, destination, _dataPath!);
        return true;
    }

    public void Dispose()
    {
        foreach (SafeFileHandle? layer in _layers)
        {
            layer?.Dispose();
        }

        _data?.Dispose();
    }

    private void Check(int layer, int segment, ReadOnlySpan<byte> content)
    {
        if (_digests[layer].Matches(segment, content))
        {
            return;
        }

        Log.Forget(SealSteps.Layer(layer + 1));
        long first = (long)segment * SegmentDigests.SegmentBytes;
        throw new OperatorException(
            FailureKind.Storage,
            string.Create(
                CultureInfo.InvariantCulture,
                $"layer {layer + 1} ({_paths[layer]}) changed on disk after it was written, between bytes {first} and {first + content.Length}"),
            "check the disk and memory of this machine (dmesg, smartctl, memtest), then run the same command again: the layer will be labelled anew");
    }
}
