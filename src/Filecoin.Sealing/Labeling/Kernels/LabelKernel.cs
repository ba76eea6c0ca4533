using Filecoin.Cryptography;

namespace Filecoin.Sealing.Labeling.Kernels;

/// <summary>A run of nodes of one layer to be labelled, in order; each needs the label before it.</summary>
/// <param name="ReplicaId">Begins every message.</param>
/// <param name="Layer">From 1.</param>
/// <param name="FirstNode">First node of the run.</param>
/// <param name="Count">Nodes in the run.</param>
internal readonly record struct LabelRun(Bytes32 ReplicaId, int Layer, long FirstNode, int Count);

/// <summary>A way of hashing labels. Instances are immutable and safe to share between threads.</summary>
internal abstract unsafe class LabelKernel
{
    /// <summary>Name of the variant, as it is logged and can be asked for.</summary>
    public abstract string Name { get; }

    /// <summary>Labels a run.</summary>
    /// <param name="run">Which nodes.</param>
    /// <param name="parents">14 node numbers for each node of the run; base parents below the node, expander parents anywhere in the layer.</param>
    /// <param name="current">The layer being made, 32 bytes a node; everything before the run is there.</param>
    /// <param name="previous">The layer before; null in layer 1.</param>
    public abstract void Label(LabelRun run, uint* parents, byte* current, byte* previous);

    /// <summary>Does for the nodes of a run what needs no parents and keeps it in their slots; on another thread than the one that labels them.</summary>
    /// <param name="run">Which nodes.</param>
    /// <param name="slots">A slot for each node.</param>
    public virtual void Prepare(LabelRun run, LabelSlot* slots)
    {
    }

    /// <summary>Labels a run from prepared slots.</summary>
    /// <param name="run">Which nodes.</param>
    /// <param name="slots">A slot for each node, with its parents, and prepared by a kernel of this name.</param>
    /// <param name="current">The layer being made, 32 bytes a node; everything before the run is there.</param>
    public abstract void LabelPrepared(LabelRun run, LabelSlot* slots, byte* current);
}
