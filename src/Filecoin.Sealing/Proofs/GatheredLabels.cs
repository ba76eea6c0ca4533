using System.Buffers;
using System.Collections.Immutable;
using Filecoin.Cryptography;
using Filecoin.Primitives;
using Filecoin.Sealing.Files;
using Filecoin.Sealing.Memory;
using Filecoin.Sealing.Steps;

namespace Filecoin.Sealing.Proofs;

/// <summary>
/// The labels of many nodes in all layers, in native memory. The synthetic challenges and their parents are four million nodes of 2^30, some in
/// nearly every stretch of a layer: each layer is read once, from its beginning to its end, instead of four million times at random.
/// </summary>
internal sealed class GatheredLabels : IDisposable
{
    private const int StretchBytes = SegmentDigests.SegmentBytes;
    private const int StretchNodes = StretchBytes / SectorSize.NodeBytes;
    private readonly uint[] _nodes;
    private readonly int _layers;
    private readonly NativeBuffer _labels;

    private GatheredLabels(uint[] nodes, int layers) =>
        (_nodes, _layers, _labels) = (nodes, layers, new NativeBuffer(BytesFor(nodes.Length, layers)));

    /// <summary>Bytes of memory that the labels of so many nodes take.</summary>
    public static long BytesFor(long nodes, int layers) => nodes * layers * SectorSize.NodeBytes;

    /// <summary>Reads all layers of a cache folder.</summary>
    /// <param name="cacheFolder">The folder.</param>
    /// <param name="files">Opens them.</param>
    /// <param name="porep">Size and layers.</param>
    /// <param name="nodes">Whose labels; each once, in order.</param>
    /// <param name="cores">Cores to use.</param>
    /// <param name="progress">Told the nodes of each stretch that was passed.</param>
    /// <param name="cancellation">Stops between stretches.</param>
    /// <exception cref="OperatorException">Storage: a layer is missing or cannot be read.</exception>
    public static GatheredLabels Read(
        string cacheFolder, IFileSystem files, PorepParameters porep, uint[] nodes, ITreeCores cores, IProgress<long> progress, CancellationToken cancellation)
    {
        GatheredLabels labels = new(nodes, porep.Layers);
        SteadyFile[] layers =
        [
            .. Enumerable.Range(1, porep.Layers).Select(layer => new SteadyFile(
                Path.Combine(cacheFolder, CacheNames.Layer(layer)), porep.SectorSize.Bytes, "Run the same command again to make it anew", files: files)),
        ];
        try
        {
            int stretches = (int)((porep.Nodes + StretchNodes - 1) / StretchNodes);
            Run.InOrder(
                porep.Layers * stretches,
                cores,
                "labels",
                number =>
                {
                    (int layer, int stretch) = Math.DivRem(number, stretches);
                    labels.Gather(layers[layer], layer, (uint)stretch * StretchNodes);
                    progress.Report(Math.Min(StretchNodes, porep.Nodes));
                },
                cancellation);
            return labels;
        }
        catch
        {
            labels.Dispose();
            throw;
        }
        finally
        {
            Array.ForEach(layers, layer => layer.Dispose());
        }
    }

    /// <summary>A node's labels, layer 1 first.</summary>
    public ImmutableArray<Bytes32> Of(uint node)
    {
        int index = Array.BinarySearch(_nodes, node);
        ArgumentOutOfRangeException.ThrowIfNegative(index, nameof(node));
        ReadOnlySpan<byte> column = _labels.Slice(BytesFor(index, _layers), _layers * SectorSize.NodeBytes);
        ImmutableArray<Bytes32>.Builder rows = ImmutableArray.CreateBuilder<Bytes32>(_layers);
        for (int layer = 0; layer < _layers; layer++)
        {
            rows.Add(new Bytes32(column.Slice(layer * SectorSize.NodeBytes, SectorSize.NodeBytes)));
        }

        return rows.MoveToImmutable();
    }

    public void Dispose() => _labels.Dispose();

    private void Gather(SteadyFile file, int layer, uint firstNode)
    {
        int from = FirstNotBefore(firstNode);
        int to = FirstNotBefore((ulong)firstNode + StretchNodes);
        if (from == to)
        {
            return;
        }

        uint first = _nodes[from];
        int bytes = (int)(_nodes[to - 1] - first + 1) * SectorSize.NodeBytes;
        byte[] buffer = ArrayPool<byte>.Shared.Rent(bytes);
        try
        {
            Span<byte> stretch = buffer.AsSpan(0, bytes);
            file.Read((long)first * SectorSize.NodeBytes, stretch);
            for (int index = from; index < to; index++)
            {
                stretch.Slice((int)(_nodes[index] - first) * SectorSize.NodeBytes, SectorSize.NodeBytes)
                    .CopyTo(_labels.Slice(BytesFor(index, _layers) + (layer * SectorSize.NodeBytes), SectorSize.NodeBytes));
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private int FirstNotBefore(ulong node)
    {
        if (node > uint.MaxValue)
        {
            return _nodes.Length;
        }

        int index = Array.BinarySearch(_nodes, (uint)node);
        return index < 0 ? ~index : index;
    }
}
