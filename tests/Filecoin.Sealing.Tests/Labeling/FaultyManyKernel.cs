using Filecoin.Sealing.Labeling.Kernels;

namespace Filecoin.Sealing.Tests.Labeling;

/// <summary>A kernel of several sectors that makes wrong labels of one of them.</summary>
internal sealed unsafe class FaultyManyKernel(ManyLabelKernel inner, int sector, params LabelFault[] faults) : ManyLabelKernel(inner.Layout)
{
    /// <summary>Called with the layer and the memory of the one before when it begins.</summary>
    public FaultyKernel.BeforeLayer? Beginning { get; init; }

    public override string Name => "faulty-many";

    /// <summary>Flips a bit of a label, wherever the layout has it.</summary>
    public void Flip(byte* layer, long node)
    {
        Span<byte> labels = stackalloc byte[Sectors * LabelMessage.LabelBytes];
        Layout.Extract(layer, node, 1, labels);
        labels[(sector * LabelMessage.LabelBytes) + 5] ^= 0x10;
        Layout.Insert(labels, layer, node, 1);
    }

    private protected override void LabelRest(ManyLabelRun run, uint* parents, byte* current, byte* previous)
    {
        if (run.FirstNode == 1)
        {
            Beginning?.Invoke(run.Layer, previous);
        }

        foreach (LabelFault fault in faults)
        {
            if (fault.Meets(run.Layer, run.FirstNode, run.Count))
            {
                int upTo = (int)(fault.Node - run.FirstNode) + 1;
                inner.Label(run with { Count = upTo }, parents, current, previous);
                Flip(current, fault.Node);
                inner.Label(
                    run with { FirstNode = run.FirstNode + upTo, Count = run.Count - upTo }, parents + (upTo * LabelMessage.Degree), current, previous);
                return;
            }
        }

        inner.Label(run, parents, current, previous);
    }
}
