using Filecoin.Cryptography.Kernels.Sha256;

namespace Filecoin.Sealing.Labeling.Many;

/// <summary>One sector after the other, word for word as the standard and <see cref="LabelMessage"/> say: the twin of all others.</summary>
internal sealed unsafe class PlainManyLabelKernel(int sectors) : ManyLabelKernel(ManyLabelLayout.LabelByLabel(sectors))
{
    public override string Name => $"plain-{Sectors}";

    private protected override void LabelRest(ManyLabelRun run, uint* parents, byte* current, byte* previous)
    {
        Span<byte> message = stackalloc byte[LabelMessage.PaddedBytes];
        Span<byte> label = stackalloc byte[LabelMessage.LabelBytes];
        int distinct = previous is null ? LabelMessage.BaseDegree : LabelMessage.Degree;
        for (int i = 0; i < run.Count; i++)
        {
            long node = run.FirstNode + i;
            uint* parentsOfNode = parents + ((long)i * LabelMessage.Degree);
            for (int lane = 0; lane < Sectors; lane++)
            {
                LabelMessage.SetLayer(message, run.OfLane(lane).Span, run.Layer);
                LabelMessage.SetNode(message, node);
                for (int k = 0; k < distinct; k++)
                {
                    byte* layer = k < LabelMessage.BaseDegree ? current : previous;
                    CopyLabel(layer + ((long)parentsOfNode[k] * Layout.NodeBytes), lane, message.Slice(LabelMessage.PrefixBytes + (k * 32), 32));
                }

                LabelMessage.RepeatParents(message, distinct);
                PlainLabelHash.Hash(message, LabelMessage.Bytes, label);
                label[^1] &= 0x3f;
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
