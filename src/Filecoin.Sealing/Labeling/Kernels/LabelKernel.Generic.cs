using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Filecoin.Sealing.Labeling.Kernels;

/// <summary>How the messages of a layer are hashed, one at a time.</summary>
internal interface ILabelHash
{
    /// <summary>Name of the variant.</summary>
    static abstract string Name { get; }

    /// <summary>Hashes the first <paramref name="length"/> bytes of the message; there is room for padding after them.</summary>
    static abstract void Hash(Span<byte> message, int length, Span<byte> label);
}

/// <summary>The traversal all single-sector variants share: gather parents, hash, clear two bits, store.</summary>
internal sealed unsafe class LabelKernel<THash> : LabelKernel
    where THash : struct, ILabelHash
{
    // Parents are scattered over a layer that does not fit any cache. Asking for those of a node a few ahead hides most of the wait;
    // more than a few gains nothing, since a label takes longer than a memory access.
    private const int PrefetchDistance = 3;

    public override string Name => THash.Name;

    [SkipLocalsInit]
    public override void Label(LabelRun run, uint* parents, byte* current, byte* previous)
    {
        Span<byte> message = stackalloc byte[LabelMessage.PaddedBytes];
        LabelMessage.SetLayer(message, run.ReplicaId.Span, run.Layer);
        int distinct = previous is null ? LabelMessage.BaseDegree : LabelMessage.Degree;
        for (int i = 0; i < run.Count; i++)
        {
            long node = run.FirstNode + i;
            int length = LabelMessage.PrefixBytes;
            LabelMessage.SetNode(message, node);
            if (node > 0)
            {
                Gather(message, parents + (i * LabelMessage.Degree), distinct, current, previous);
                LabelMessage.RepeatParents(message, distinct);
                length = LabelMessage.Bytes;
            }

            if (i + PrefetchDistance < run.Count)
            {
                Prefetch(parents + ((i + PrefetchDistance) * LabelMessage.Degree), distinct, current, previous);
            }

            Span<byte> label = new(current + (node * LabelMessage.LabelBytes), LabelMessage.LabelBytes);
            THash.Hash(message, length, label);
            label[31] &= 0x3f;
        }
    }

    [SkipLocalsInit]
    public override void LabelPrepared(LabelRun run, LabelSlot* slots, byte* current)
    {
        Span<byte> message = stackalloc byte[LabelMessage.PaddedBytes];
        LabelMessage.SetLayer(message, run.ReplicaId.Span, run.Layer);
        int distinct = run.Layer == 1 ? LabelMessage.BaseDegree : LabelMessage.Degree;
        for (int i = 0; i < run.Count; i++)
        {
            long node = run.FirstNode + i;
            int length = LabelMessage.PrefixBytes;
            LabelMessage.SetNode(message, node);
            if (node > 0)
            {
                Gather(message, slots + i, distinct);
                LabelMessage.RepeatParents(message, distinct);
                length = LabelMessage.Bytes;
            }

            Span<byte> label = new(current + (node * LabelMessage.LabelBytes), LabelMessage.LabelBytes);
            THash.Hash(message, length, label);
            label[31] &= 0x3f;
        }
    }

    private static void Gather(Span<byte> message, LabelSlot* slot, int distinct)
    {
        for (int k = 0; k < distinct; k++)
        {
            byte* label = k < LabelMessage.BaseDegree ? (byte*)slot->BaseParents[k] : slot->Labels + (k * LabelMessage.LabelBytes);
            new ReadOnlySpan<byte>(label, LabelMessage.LabelBytes)
                .CopyTo(message[(LabelMessage.PrefixBytes + (k * LabelMessage.LabelBytes))..]);
        }
    }

    private static void Gather(Span<byte> message, uint* parents, int distinct, byte* current, byte* previous)
    {
        for (int k = 0; k < distinct; k++)
        {
            byte* layer = k < LabelMessage.BaseDegree ? current : previous;
            new ReadOnlySpan<byte>(layer + ((long)parents[k] * LabelMessage.LabelBytes), LabelMessage.LabelBytes)
                .CopyTo(message[(LabelMessage.PrefixBytes + (k * LabelMessage.LabelBytes))..]);
        }
    }

    private static void Prefetch(uint* parents, int distinct, byte* current, byte* previous)
    {
        if (!Sse.IsSupported)
        {
            return;
        }

        for (int k = 0; k < distinct; k++)
        {
            byte* layer = k < LabelMessage.BaseDegree ? current : previous;
            Sse.Prefetch0(layer + ((long)parents[k] * LabelMessage.LabelBytes));
        }
    }
}
