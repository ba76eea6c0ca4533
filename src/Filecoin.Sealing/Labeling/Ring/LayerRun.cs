using Filecoin.Cryptography;
using Filecoin.Sealing.Labeling.Kernels;

namespace Filecoin.Sealing.Labeling.Ring;

/// <summary>Consecutive nodes of one layer to be labelled, and where the layers are.</summary>
/// <param name="replicaId">Begins every message.</param>
/// <param name="layer">From 1.</param>
/// <param name="firstNode">First node; all labels before it are in the layer.</param>
/// <param name="count">Nodes.</param>
/// <param name="current">The layer being made, 32 bytes a node.</param>
/// <param name="previous">The layer before; null in layer 1.</param>
internal readonly unsafe struct LayerRun(Bytes32 replicaId, int layer, long firstNode, long count, byte* current, byte* previous)
{
    /// <summary>Node the run begins with.</summary>
    public long FirstNode { get; } = firstNode;

    /// <summary>Nodes.</summary>
    public long Count { get; } = count;

    /// <summary>The layer being made.</summary>
    public byte* Current { get; } = current;

    /// <summary>The layer before; null in layer 1.</summary>
    public byte* Previous { get; } = previous;

    /// <summary>A part of it, for a kernel.</summary>
    public LabelRun Part(long node, int nodes) => new(replicaId, layer, node, nodes);
}
