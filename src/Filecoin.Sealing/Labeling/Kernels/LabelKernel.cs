using System.Runtime.CompilerServices;

namespace Filecoin.Sealing.Labeling.Kernels;

/// <summary>
/// A way of hashing the labels of one sector, or of several of one seal proof together: they have the same parents, so each is looked up
/// once for all, and the sectors' hashes do not wait for each other. Instances are immutable and safe to share between threads.
/// </summary>
/// <param name="layout">How the kernel lays out a layer.</param>
internal abstract unsafe class LabelKernel(LabelLayout layout)
{
    /// <summary>Name of the variant, as it is logged and can be asked for.</summary>
    public abstract string Name { get; }

    /// <summary>Sectors labelled together; fewer may be given.</summary>
    public int Lanes => Layout.Lanes;

    /// <summary>Where the labels stand in memory.</summary>
    public LabelLayout Layout { get; } = layout;

    /// <summary>Labels a run. Lanes without a sector get labels nobody asked for.</summary>
    /// <param name="run">Which nodes of which sectors; with several lanes the layers are aligned to 64 bytes.</param>
    /// <param name="parents">14 node numbers for each node of the run; base parents below the node, expander parents anywhere in the layer.</param>
    public virtual void Label(in LabelRun run, uint* parents)
    {
        ArgumentOutOfRangeException.ThrowIfZero(run.ReplicaIds.Count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(run.ReplicaIds.Count, Lanes);
        int done = LabelNodeZero(run);
        if (run.Count > done)
        {
            LabelRest(run.After(done), parents + (done * LabelMessage.Degree));
        }
    }

    /// <summary>
    /// Does for the nodes of a run what needs no parents and keeps it in their slots; on another thread than the one that labels them. Only
    /// kernels of one lane know slots.
    /// </summary>
    /// <param name="run">Which nodes.</param>
    /// <param name="slots">A slot for each node.</param>
    public virtual void Prepare(in LabelRun run, LabelSlot* slots)
    {
    }

    /// <summary>Labels a run from prepared slots.</summary>
    /// <param name="run">Which nodes.</param>
    /// <param name="slots">A slot for each node, with its parents, and prepared by a kernel of this name.</param>
    public virtual void LabelPrepared(in LabelRun run, LabelSlot* slots)
    {
        int done = LabelNodeZero(run);
        if (run.Count > done)
        {
            LabelRestPrepared(run.After(done), slots + done);
        }
    }

    /// <summary>As <see cref="Label"/>, for at least one node, none of them node 0.</summary>
    private protected abstract void LabelRest(in LabelRun run, uint* parents);

    /// <summary>As <see cref="LabelPrepared"/>, for at least one node, none of them node 0.</summary>
    /// <exception cref="NotSupportedException">The kernel has several lanes.</exception>
    private protected virtual void LabelRestPrepared(in LabelRun run, LabelSlot* slots) =>
        throw new NotSupportedException($"{Name} labels {Lanes} sectors together; looking ahead is for one");

    /// <summary>Node 0 has no parents and a message of one block: not worth code of its own. Returns how many nodes that was, 0 or 1.</summary>
    [SkipLocalsInit]
    private int LabelNodeZero(in LabelRun run)
    {
        if (run.FirstNode > 0 || run.Count == 0)
        {
            return 0;
        }

        Span<byte> label = stackalloc byte[LabelMessage.LabelBytes];
        for (int lane = 0; lane < Lanes; lane++)
        {
            PlainLabel.Make(run.OfLane(lane).Span, run.Layer, 0, [], label);
            Layout.Insert(label, run.Current, 0, 1, lane);
        }

        return 1;
    }
}
