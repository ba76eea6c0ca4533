using Filecoin.Cryptography;

namespace Filecoin.Sealing.Labeling.Kernels;

/// <summary>Consecutive nodes of one layer to be labelled, in order, for one sector or several of one seal proof, and where the layers are.</summary>
/// <param name="replicaIds">Begins every message of a sector; at least one, at most <see cref="LabelKernel.Lanes"/>. What idle lanes hold is undefined.</param>
/// <param name="layer">From 1.</param>
/// <param name="current">The layer being made, in the kernel's <see cref="LabelLayout"/>; everything before the run is there.</param>
/// <param name="previous">The layer before, likewise; null in layer 1.</param>
internal readonly unsafe struct LabelRun(IReadOnlyList<Bytes32> replicaIds, int layer, byte* current, byte* previous)
{
    /// <summary>The sectors' replica ids.</summary>
    public IReadOnlyList<Bytes32> ReplicaIds { get; } = replicaIds;

    /// <summary>The layer, from 1.</summary>
    public int Layer { get; } = layer;

    /// <summary>The layer being made.</summary>
    public byte* Current { get; } = current;

    /// <summary>The layer before; null in layer 1.</summary>
    public byte* Previous { get; } = previous;

    /// <summary>First node of the run; all labels before it are in the layer.</summary>
    public required long FirstNode { get; init; }

    /// <summary>Nodes in the run.</summary>
    public required long Count { get; init; }

    /// <summary>Parents of a node whose labels differ: base parents, and from layer 2 on expander parents.</summary>
    public int Parents => PlainLabel.Parents(Layer);

    /// <summary>The replica id a lane is given: its sector's, or for an idle lane the first sector's.</summary>
    public Bytes32 OfLane(int lane) => ReplicaIds[lane < ReplicaIds.Count ? lane : 0];

    /// <summary>Other nodes of the same layers.</summary>
    public LabelRun Part(long firstNode, long count) => this with { FirstNode = firstNode, Count = count };

    /// <summary>All nodes of the run but the first <paramref name="nodes"/>.</summary>
    public LabelRun After(long nodes) => Part(FirstNode + nodes, Count - nodes);
}
