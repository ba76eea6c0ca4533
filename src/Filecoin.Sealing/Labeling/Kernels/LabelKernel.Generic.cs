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

/// <summary>The traversal all variants share that hash whole messages: gather parents, hash, clear two bits, store.</summary>
internal sealed unsafe class LabelKernel<THash>() : LabelKernel(LabelLayout.OfFile)
    where THash : struct, ILabelHash
{
    // Parents are scattered over a layer that does not fit any cache. Asking for those of a node a few ahead hides most of the wait;
    // more than a few gains nothing, since a label takes longer than a memory access.
    private const int PrefetchDistance = 3;

    public override string Name => THash.Name;

    [SkipLocalsInit]
    private protected override void LabelRest(in LabelRun run, uint* parents)
    {
        Span<byte> message = stackalloc byte[LabelMessage.PaddedBytes];
        LabelMessage.SetLayer(message, run.ReplicaIds[0].Span, run.Layer);
        for (long i = 0; i < run.Count; i++)
        {
            uint* ofNode = parents + (i * LabelMessage.Degree);
            for (int k = 0; k < run.Parents; k++)
            {
                Gather(message, k, Parent(run, ofNode, k));
            }

            if (i + PrefetchDistance < run.Count && Sse.IsSupported)
            {
                for (int k = 0; k < run.Parents; k++)
                {
                    Sse.Prefetch0(Parent(run, ofNode + (PrefetchDistance * LabelMessage.Degree), k));
                }
            }

            Hash(run, run.FirstNode + i, message);
        }
    }

    [SkipLocalsInit]
    private protected override void LabelRestPrepared(in LabelRun run, LabelSlot* slots)
    {
        Span<byte> message = stackalloc byte[LabelMessage.PaddedBytes];
        LabelMessage.SetLayer(message, run.ReplicaIds[0].Span, run.Layer);
        for (long i = 0; i < run.Count; i++)
        {
            LabelSlot* slot = slots + i;
            for (int k = 0; k < run.Parents; k++)
            {
                Gather(message, k, k < LabelMessage.BaseDegree ? (byte*)slot->BaseParents[k] : slot->Labels + (k * LabelMessage.LabelBytes));
            }

            Hash(run, run.FirstNode + i, message);
        }
    }

    private static byte* Parent(in LabelRun run, uint* parents, int k) =>
        (k < LabelMessage.BaseDegree ? run.Current : run.Previous) + ((long)parents[k] * LabelMessage.LabelBytes);

    private static void Gather(Span<byte> message, int parent, byte* label) =>
        new ReadOnlySpan<byte>(label, LabelMessage.LabelBytes).CopyTo(message[(LabelMessage.PrefixBytes + (parent * LabelMessage.LabelBytes))..]);

    private static void Hash(in LabelRun run, long node, Span<byte> message)
    {
        LabelMessage.SetNode(message, node);
        LabelMessage.RepeatParents(message, run.Parents);
        Span<byte> label = new(run.Current + (node * LabelMessage.LabelBytes), LabelMessage.LabelBytes);
        THash.Hash(message, LabelMessage.Bytes, label);
        label[31] &= 0x3f;
    }
}
