using Filecoin.Cryptography;

namespace Filecoin.Sealing.Labeling;

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

    /// <summary>The variant that is best on this machine, or the one called <paramref name="name"/> ("plain", "platform").</summary>
    /// <exception cref="ArgumentException">No variant has that name.</exception>
    public static LabelKernel Create(string? name = null) => name switch
    {
        null or "platform" => new LabelKernel<PlatformLabelHash>(),
        "plain" => new LabelKernel<PlainLabelHash>(),
        _ => throw new ArgumentException($"there is no label kernel '{name}'; there are: plain, platform", nameof(name)),
    };

    /// <summary>Labels a run.</summary>
    /// <param name="run">Which nodes.</param>
    /// <param name="parents">14 node numbers for each node of the run; base parents below the node, expander parents anywhere in the layer.</param>
    /// <param name="current">The layer being made, 32 bytes a node; everything before the run is there.</param>
    /// <param name="previous">The layer before; null in layer 1.</param>
    public abstract void Label(LabelRun run, uint* parents, byte* current, byte* previous);
}
