using Filecoin.Cryptography;

namespace Filecoin.Sealing.Labeling.Kernels;

/// <summary>A run of nodes of one layer to be labelled, in order, for several sectors of one seal proof.</summary>
/// <param name="ReplicaIds">Begins every message of a sector; at least one, at most <see cref="ManyLabelKernel.Sectors"/>. What idle lanes hold is undefined.</param>
/// <param name="Layer">From 1.</param>
/// <param name="FirstNode">First node of the run.</param>
/// <param name="Count">Nodes in the run.</param>
internal readonly record struct ManyLabelRun(IReadOnlyList<Bytes32> ReplicaIds, int Layer, long FirstNode, int Count)
{
    /// <summary>The replica id a lane is given: its sector's, or for an idle lane the first sector's.</summary>
    public Bytes32 OfLane(int lane) => ReplicaIds[lane < ReplicaIds.Count ? lane : 0];
}
