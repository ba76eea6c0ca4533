namespace Filecoin.Sealing.Labeling.Kernels;

/// <summary>One sector after the other, each as <see cref="PlainLabel"/> makes it: the twin of all others.</summary>
internal sealed unsafe class PlainBatchLabelKernel(int lanes) : LabelKernel(LabelLayout.LabelByLabel(lanes))
{
    public override string Name => $"plain-{Lanes}";

    private protected override void LabelRest(in LabelRun run, uint* parents)
    {
        Span<byte> sources = stackalloc byte[LabelMessage.Degree * LabelMessage.LabelBytes];
        Span<byte> label = stackalloc byte[LabelMessage.LabelBytes];
        for (long i = 0; i < run.Count; i++)
        {
            long node = run.FirstNode + i;
            uint* parentsOfNode = parents + (i * LabelMessage.Degree);
            for (int lane = 0; lane < Lanes; lane++)
            {
                for (int k = 0; k < run.Parents; k++)
                {
                    byte* layer = k < LabelMessage.BaseDegree ? run.Current : run.Previous;
                    CopyLabel(layer + ((long)parentsOfNode[k] * Layout.NodeBytes), lane, sources.Slice(k * LabelMessage.LabelBytes, LabelMessage.LabelBytes));
                }

                PlainLabel.Make(run.OfLane(lane).Span, run.Layer, node, sources[..(run.Parents * LabelMessage.LabelBytes)], label);
                Layout.Insert(label, run.Current, node, 1, lane);
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
