namespace Filecoin.Sealing.Labeling.Kernels;

/// <summary>One sector after the other, each as <see cref="PlainLabel"/> makes it: the twin of all others.</summary>
internal sealed unsafe class PlainManyLabelKernel(int sectors) : ManyLabelKernel(ManyLabelLayout.LabelByLabel(sectors))
{
    public override string Name => $"plain-{Sectors}";

    private protected override void LabelRest(ManyLabelRun run, uint* parents, byte* current, byte* previous)
    {
        int distinct = PlainLabel.Parents(run.Layer);
        Span<byte> sources = stackalloc byte[LabelMessage.Degree * LabelMessage.LabelBytes];
        Span<byte> label = stackalloc byte[LabelMessage.LabelBytes];
        for (int i = 0; i < run.Count; i++)
        {
            long node = run.FirstNode + i;
            uint* parentsOfNode = parents + ((long)i * LabelMessage.Degree);
            for (int lane = 0; lane < Sectors; lane++)
            {
                for (int k = 0; k < distinct; k++)
                {
                    byte* layer = k < LabelMessage.BaseDegree ? current : previous;
                    CopyLabel(layer + ((long)parentsOfNode[k] * Layout.NodeBytes), lane, sources.Slice(k * LabelMessage.LabelBytes, LabelMessage.LabelBytes));
                }

                PlainLabel.Make(run.OfLane(lane).Span, run.Layer, node, sources[..(distinct * LabelMessage.LabelBytes)], label);
                Layout.Insert(label, current, node, 1, lane);
            }
        }
    }

    private void CopyLabel(byte* node, int lane, Span<byte> destination)
    {
        Span<byte> all = stackalloc byte[(lane + 1) * LabelMessage.LabelBytes];
        Layout.Extract(node, 0, 1, all);
        all[(lane * LabelMessage.LabelBytes)..].CopyTo(destination);
    }
}
