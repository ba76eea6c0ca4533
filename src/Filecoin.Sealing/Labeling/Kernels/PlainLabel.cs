using System.Runtime.CompilerServices;

namespace Filecoin.Sealing.Labeling.Kernels;

/// <summary>One label, word for word as the standard and <see cref="LabelMessage"/> say: what every other way of making it is held against.</summary>
internal static class PlainLabel
{
    /// <summary>Labels that enter a label of a layer: base parents, and from layer 2 on expander parents.</summary>
    public static int Parents(int layer) => layer == 1 ? LabelMessage.BaseDegree : LabelMessage.Degree;

    /// <summary>Makes a label.</summary>
    /// <param name="replicaId">32 bytes.</param>
    /// <param name="layer">From 1.</param>
    /// <param name="node">The node.</param>
    /// <param name="parents">The labels of its parents, base parents first, 32 bytes each; ignored for node 0, which has none.</param>
    /// <param name="label">Receives 32 bytes.</param>
    [SkipLocalsInit]
    public static void Make(ReadOnlySpan<byte> replicaId, int layer, long node, ReadOnlySpan<byte> parents, Span<byte> label)
    {
        Span<byte> message = stackalloc byte[LabelMessage.PaddedBytes];
        LabelMessage.SetLayer(message, replicaId, layer);
        LabelMessage.SetNode(message, node);
        int length = LabelMessage.PrefixBytes;
        if (node > 0)
        {
            parents.CopyTo(message[LabelMessage.PrefixBytes..]);
            LabelMessage.RepeatParents(message, Parents(layer));
            length = LabelMessage.Bytes;
        }

        PlainLabelHash.Hash(message, length, label);
        label[31] &= 0x3f;
    }
}
