using Filecoin.Cryptography.Kernels.Poseidon;
using Filecoin.Primitives;
using Filecoin.Sealing.Memory;
using Filecoin.Sealing.Replica;
using Filecoin.Sealing.Trees;

namespace Filecoin.Sealing.PreCommit;

/// <summary>One thread's buffers for turning a chunk of nodes into its column hashes, replica and two small trees.</summary>
internal sealed class TreeChunkWorker : IDisposable
{
    private readonly TreeSources _sources;
    private readonly PoseidonKernel? _columnHash;
    private readonly int _chunkBytes;
    private readonly int _batchColumns;
    private readonly NativeBuffer _layers;
    private readonly NativeBuffer _columns;
    private readonly NativeBuffer _replica;
    private readonly NativeBuffer _scratch;
    private readonly NativeBuffer? _preimages;

    /// <param name="sources">The layers and the data.</param>
    /// <param name="columnHash">Hashes columns; null if they are not needed.</param>
    /// <param name="chunkLeaves">Nodes of a chunk.</param>
    public TreeChunkWorker(TreeSources sources, PoseidonKernel? columnHash, int chunkLeaves)
    {
        _sources = sources;
        _columnHash = columnHash;
        _chunkBytes = chunkLeaves * SectorSize.NodeBytes;
        _batchColumns = Math.Min(columnHash?.BatchHashes ?? 0, chunkLeaves);
        _layers = new NativeBuffer((long)sources.Layers * _chunkBytes);
        _columns = new NativeBuffer(_chunkBytes);
        _replica = new NativeBuffer(_chunkBytes);
        _scratch = new NativeBuffer(Math.Max(_chunkBytes / TreeShape.BaseArity, SectorSize.NodeBytes));
        _preimages = columnHash is null ? null : new NativeBuffer((long)_batchColumns * sources.Layers * SectorSize.NodeBytes);
    }

    /// <summary>Works on one chunk.</summary>
    /// <param name="offset">Byte offset of the chunk in every layer.</param>
    /// <param name="chunk">Index of the chunk in its base tree.</param>
    /// <param name="treeC">Receives the column hashes as leaves; null if they are not needed.</param>
    /// <param name="treeRLast">Receives the replica's nodes as leaves.</param>
    /// <param name="replica">Receives the replica when the sector has data; null for zeros.</param>
    /// <param name="nodesDone">Told the number of nodes done, often.</param>
    /// <param name="cancellation">Stops between batches.</param>
    public void Process(
        long offset,
        int chunk,
        BaseTreeBuilder? treeC,
        BaseTreeBuilder treeRLast,
        RecordedReplica? replica,
        Action<int> nodesDone,
        CancellationToken cancellation)
    {
        _sources.ReadLayers(offset, Layer, cancellation);
        Span<byte> scratch = _scratch.Slice(0, (int)_scratch.Length);
        if (treeC is not null)
        {
            Span<byte> columns = _columns.Slice(0, _chunkBytes);
            HashColumns(columns, nodesDone, cancellation);
            treeC.Reduce(chunk, columns, scratch, _ => cancellation.ThrowIfCancellationRequested());
        }

        // Zero data leaves the last layer's labels as they are: they are the replica.
        Span<byte> nodes = Layer(_sources.Layers - 1);
        Span<byte> data = _replica.Slice(0, _chunkBytes);
        if (_sources.TryReadData(offset, data))
        {
            ReplicaEncoding.Encode(nodes, data, nodes);
            replica!.Take(offset, chunk, nodes, data);
        }

        treeRLast.Reduce(chunk, nodes, scratch, _ => cancellation.ThrowIfCancellationRequested());
        if (treeC is null)
        {
            nodesDone(_chunkBytes / SectorSize.NodeBytes);
        }
    }

    public void Dispose()
    {
        _layers.Dispose();
        _columns.Dispose();
        _replica.Dispose();
        _scratch.Dispose();
        _preimages?.Dispose();
    }

    private Span<byte> Layer(int layer) => _layers.Slice((long)layer * _chunkBytes, _chunkBytes);

    /// <summary>A column is one node of every layer, layer 1 first; its hash is Poseidon with as many inputs as there are layers.</summary>
    private void HashColumns(Span<byte> columns, Action<int> columnsDone, CancellationToken cancellation)
    {
        const int nodeBytes = SectorSize.NodeBytes;
        int columnBytes = _sources.Layers * nodeBytes;
        for (int first = 0; first < _chunkBytes; first += _batchColumns * nodeBytes)
        {
            cancellation.ThrowIfCancellationRequested();
            int count = Math.Min(_batchColumns, (_chunkBytes - first) / nodeBytes);
            Span<byte> preimages = _preimages!.Slice(0, count * columnBytes);
            for (int layer = 0; layer < _sources.Layers; layer++)
            {
                ReadOnlySpan<byte> labels = Layer(layer).Slice(first, count * nodeBytes);
                for (int i = 0; i < count; i++)
                {
                    labels.Slice(i * nodeBytes, nodeBytes).CopyTo(preimages[((i * columnBytes) + (layer * nodeBytes))..]);
                }
            }

            _columnHash!.HashMany(preimages, columns.Slice(first, count * nodeBytes));
            columnsDone(count);
        }
    }
}
