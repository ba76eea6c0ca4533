using System.Buffers.Binary;
using Filecoin.Sealing.Graph;

namespace Filecoin.Sealing.Labeling.Kernels;

/// <summary>
/// The message whose SHA-256 is a label (rust-fil-proofs create_label/single.rs): replica id (32 bytes); layer, u32 big-endian; node,
/// u64 big-endian; 20 zero bytes; then 37 parent labels. Layer 1 repeats its 6 base parents, later layers their 14 base and expander
/// parents, from the start until 37 are reached. Node 0 has no parents. The label is the digest with its top two bits cleared.
/// </summary>
internal static class LabelMessage
{
    /// <summary>Parents in a message, repetitions counted.</summary>
    public const int Parents = 37;

    /// <summary>Parents of a node in the graph: base parents, then expander parents.</summary>
    public const int BaseDegree = StackedGraph.BaseDegree, Degree = StackedGraph.Degree;

    /// <summary>Offset of the first parent label.</summary>
    public const int PrefixBytes = 64;

    /// <summary>Length of the message of a node with parents.</summary>
    public const int Bytes = PrefixBytes + (Parents * LabelBytes);

    /// <summary>The message padded to whole SHA-256 blocks: 20 of them.</summary>
    public const int PaddedBytes = (Bytes + 9 + 63) / 64 * 64;

    /// <summary>Bytes of a label.</summary>
    public const int LabelBytes = 32;

    private const int LayerOffset = 32;
    private const int NodeOffset = 36;

    /// <summary>Fills in what does not change within a layer.</summary>
    public static void SetLayer(Span<byte> message, ReadOnlySpan<byte> replicaId, int layer)
    {
        message.Clear();
        replicaId.CopyTo(message);
        BinaryPrimitives.WriteInt32BigEndian(message[LayerOffset..], layer);
    }

    /// <summary>Fills in the node.</summary>
    public static void SetNode(Span<byte> message, long node) =>
        BinaryPrimitives.WriteInt64BigEndian(message[NodeOffset..], node);

    /// <summary>Copies the labels of the <paramref name="distinct"/> parents already written once until there are 37 in all.</summary>
    public static void RepeatParents(Span<byte> message, int distinct)
    {
        Span<byte> parents = message[PrefixBytes..Bytes];
        int period = distinct * LabelBytes;
        for (int written = period; written < parents.Length; written += period)
        {
            int length = Math.Min(period, parents.Length - written);
            parents[..length].CopyTo(parents[written..]);
        }
    }
}
