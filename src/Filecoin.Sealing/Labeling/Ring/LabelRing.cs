using System.Runtime.CompilerServices;
using Filecoin.Sealing.Labeling.Kernels;
using Filecoin.Sealing.Memory;

namespace Filecoin.Sealing.Labeling.Ring;

/// <summary>
/// Slots of the next nodes, filled batch by batch by look-ahead threads and emptied in order by one hashing thread. Small enough to stay
/// in the cache that the threads' cores share.
/// </summary>
/// <remarks>
/// <para>Two kinds of words pass between the threads, each on a cache line of its own. <c>made</c> is written by the hashing thread: all labels
/// before that node are in the layer, and the slots of these nodes are free. A batch's <c>filled</c> word is written by the thread that
/// fills it: the batch whose nodes its slots hold, counted from 1. Each is stored with release and loaded with acquire semantics, which
/// orders the slots' and the layer's plain accesses around them on every processor.</para>
/// <para>Batch b goes where batch b - <see cref="Batches"/> was. A batch has <see cref="BatchNodes"/> nodes, the last of a run maybe fewer.</para>
/// </remarks>
internal sealed unsafe class LabelRing : IDisposable
{
    /// <summary>
    /// 32 batches of 128 nodes: 2.3 MiB of slots, and a lead of 2.8 ms over the hashing thread, more than the shortest sleep takes.
    /// </summary>
    public const int DefaultBatches = 32, DefaultBatchNodes = 128;

    private const int CacheLine = 64;

    private readonly NativeBuffer _memory;
    private readonly LabelSlot* _slots;

    /// <summary>Makes an empty ring.</summary>
    /// <param name="batches">Batches, at least 1.</param>
    /// <param name="batchNodes">Nodes in a batch, at least 1.</param>
    public LabelRing(int batches = DefaultBatches, int batchNodes = DefaultBatchNodes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(batches, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(batchNodes, 1);
        Batches = batches;
        BatchNodes = batchNodes;
        long words = (batches + 1L) * CacheLine;
        _memory = new NativeBuffer(words + ((long)batches * batchNodes * LabelSlot.Bytes));
        _slots = (LabelSlot*)(_memory.Pointer + words);
    }

    /// <summary>Batches the ring holds.</summary>
    public int Batches { get; }

    /// <summary>Nodes in a batch.</summary>
    public int BatchNodes { get; }

    /// <summary>Nodes the ring holds.</summary>
    public long Nodes => (long)Batches * BatchNodes;

    /// <summary>Every label of the layer before this node has been made; written by the hashing thread.</summary>
    public long Made
    {
        get => Volatile.Read(ref Unsafe.AsRef<long>(_memory.Pointer));
        set => Volatile.Write(ref Unsafe.AsRef<long>(_memory.Pointer), value);
    }

    /// <summary>Empties the ring for a run that starts at <paramref name="firstNode"/>; no thread may be using it.</summary>
    public void Restart(long firstNode)
    {
        for (int i = 0; i < Batches; i++)
        {
            Filled(i) = 0;
        }

        Made = firstNode;
    }

    /// <summary>The slots of a batch.</summary>
    public LabelSlot* SlotsOf(long batch) => _slots + (batch % Batches * BatchNodes);

    /// <summary>Whether <paramref name="batch"/> has been filled.</summary>
    public bool IsFilled(long batch) => Volatile.Read(ref Filled(batch)) == batch + 1;

    /// <summary>Says that <paramref name="batch"/> is filled.</summary>
    public void SetFilled(long batch) => Volatile.Write(ref Filled(batch), batch + 1);

    /// <inheritdoc/>
    public void Dispose() => _memory.Dispose();

    private ref long Filled(long batch) => ref Unsafe.AsRef<long>(_memory.Pointer + ((1 + (batch % Batches)) * CacheLine));
}
