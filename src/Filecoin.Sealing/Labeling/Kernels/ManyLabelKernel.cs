using System.Runtime.CompilerServices;

namespace Filecoin.Sealing.Labeling.Kernels;

/// <summary>
/// A way of hashing the labels of several sectors of one seal proof together: they have the same parents, so each is looked up once for
/// all, and the sectors' hashes do not wait for each other. Instances are immutable and safe to share between threads.
/// </summary>
internal abstract unsafe class ManyLabelKernel
{
    private static readonly LabelKernel<PlainLabelHash> Plain = new();

    /// <param name="layout">How the kernel lays out a layer.</param>
    private protected ManyLabelKernel(ManyLabelLayout layout) => Layout = layout;

    /// <summary>Name of the variant, as it is logged and can be asked for.</summary>
    public abstract string Name { get; }

    /// <summary>Sectors labelled together; fewer may be given.</summary>
    public int Sectors => Layout.Sectors;

    /// <summary>Where the labels stand in memory.</summary>
    public ManyLabelLayout Layout { get; }

    /// <summary>Labels a run. Lanes without a sector get labels nobody asked for.</summary>
    /// <param name="run">Which nodes of which sectors.</param>
    /// <param name="parents">14 node numbers for each node of the run; base parents below the node, expander parents anywhere in the layer.</param>
    /// <param name="current">The layer being made, in <see cref="Layout"/>, aligned to 64 bytes; everything before the run is there.</param>
    /// <param name="previous">The layer before, likewise; null in layer 1.</param>
    public void Label(ManyLabelRun run, uint* parents, byte* current, byte* previous)
    {
        ArgumentOutOfRangeException.ThrowIfZero(run.ReplicaIds.Count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(run.ReplicaIds.Count, Sectors);
        if (run.FirstNode == 0 && run.Count > 0)
        {
            LabelNodeZero(run, current);
            run = run with { FirstNode = 1, Count = run.Count - 1 };
            parents += LabelMessage.Degree;
        }

        if (run.Count > 0)
        {
            LabelRest(run, parents, current, previous);
        }
    }

    /// <summary>As <see cref="Label"/>, for at least one node, none of them node 0.</summary>
    private protected abstract void LabelRest(ManyLabelRun run, uint* parents, byte* current, byte* previous);

    /// <summary>Node 0 has no parents and a message of one block: not worth code of its own.</summary>
    [SkipLocalsInit]
    private void LabelNodeZero(ManyLabelRun run, byte* current)
    {
        Span<byte> labels = stackalloc byte[Sectors * LabelMessage.LabelBytes];
        fixed (byte* start = labels)
        {
            for (int lane = 0; lane < Sectors; lane++)
            {
                Plain.Label(new LabelRun(run.OfLane(lane), run.Layer, 0, 1), null, start + (lane * LabelMessage.LabelBytes), null);
            }
        }

        Layout.Insert(labels, current, 0, 1);
    }
}
