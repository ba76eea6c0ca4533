using Filecoin.Sealing.Labeling.Kernels;

namespace Filecoin.Sealing.Tests.Labeling;

/// <summary>Where a kernel fails: one bit of one label is wrong as soon as it is made, as often as told.</summary>
/// <param name="layer">The layer.</param>
/// <param name="node">The node.</param>
/// <param name="times">How often; int.MaxValue for ever.</param>
internal sealed class LabelFault(int layer, long node, int times = 1)
{
    private int _left = times;

    public long Node => node;

    /// <summary>Whether this run of nodes meets the fault.</summary>
    public bool Meets(int layerOfRun, long firstNode, long count) =>
        layerOfRun == layer && node >= firstNode && node < firstNode + count && _left > 0 && _left-- > 0;
}

/// <summary>A kernel that makes wrong labels of one sector where it is told to, and does something of the test's before a layer begins.</summary>
internal sealed unsafe class FaultyKernel(LabelKernel inner, params LabelFault[] faults) : LabelKernel(inner.Layout)
{
    /// <summary>The lane of the sector.</summary>
    public int Lane { get; init; }

    /// <summary>Called with the layer and the memory of the one before when node 0 is labelled.</summary>
    public BeforeLayer? Beginning { get; init; }

    public override string Name => Lanes == 1 ? "faulty" : "faulty-many";

    public override void Label(in LabelRun run, uint* parents)
    {
        if (run.FirstNode == 0)
        {
            Beginning?.Invoke(run.Layer, run.Previous);
        }

        if (Met(run) is { } fault)
        {
            int upTo = (int)(fault.Node - run.FirstNode) + 1;
            inner.Label(run.Part(run.FirstNode, upTo), parents);
            Flip(run.Current, fault.Node);
            inner.Label(run.After(upTo), parents + (upTo * LabelMessage.Degree));
            return;
        }

        inner.Label(run, parents);
    }

    public override void Prepare(in LabelRun run, LabelSlot* slots) => inner.Prepare(run, slots);

    public override void LabelPrepared(in LabelRun run, LabelSlot* slots)
    {
        if (Met(run) is { } fault)
        {
            int upTo = (int)(fault.Node - run.FirstNode) + 1;
            inner.LabelPrepared(run.Part(run.FirstNode, upTo), slots);
            Flip(run.Current, fault.Node);
            inner.LabelPrepared(run.After(upTo), slots + upTo);
            return;
        }

        inner.LabelPrepared(run, slots);
    }

    /// <summary>Flips a bit of a label, wherever the layout has it.</summary>
    public void Flip(byte* layer, long node)
    {
        Span<byte> labels = stackalloc byte[Lanes * LabelMessage.LabelBytes];
        Layout.Extract(layer, node, 1, labels);
        labels[(Lane * LabelMessage.LabelBytes) + 5] ^= 0x10;
        Layout.Insert(labels, layer, node, 1);
    }

    private protected override void LabelRest(in LabelRun run, uint* parents) => throw new System.Diagnostics.UnreachableException();

    private LabelFault? Met(LabelRun run) => Array.Find(faults, fault => fault.Meets(run.Layer, run.FirstNode, run.Count));

    /// <summary>What a test does when a layer begins.</summary>
    internal delegate void BeforeLayer(int layer, byte* previous);
}
