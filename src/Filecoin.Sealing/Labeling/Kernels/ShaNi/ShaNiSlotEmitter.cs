using System.Runtime.InteropServices;
using Filecoin.Cryptography.Kernels.Emit;
using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;

namespace Filecoin.Sealing.Labeling.Kernels.ShaNi;

/// <summary>
/// Emits the two halves of labelling on two threads: <c>void prepare(ShaNiContext* context, LabelSlot* slots, long firstNode, long count)</c>
/// hashes the first blocks of count &gt; 0 nodes; <c>void label(ShaNiContext* context, LabelSlot* slots, byte* current, long firstNode, long
/// count)</c> hashes the rest, for firstNode &gt; 0, and is left with 19 of 20 blocks and no access far away.
/// </summary>
/// <remarks>Registers. Those of <see cref="ShaNiEmitter"/>; rsi slot of the node, r9 nodes left.</remarks>
internal sealed class ShaNiSlotEmitter : ShaNiEmitter
{
    /// <summary>Slots come from another core's cache: asked for this many nodes ahead.</summary>
    private const int PrefetchDistance = 3;

    private const int CacheLine = 64;

    private ShaNiSlotEmitter(bool firstLayer)
        : base(sectors: 1, firstLayer)
    {
    }

    /// <summary>Emits the hashing of first blocks; null if the system does not let code be made.</summary>
    public static unsafe delegate* unmanaged<ShaNiContext*, LabelSlot*, long, long, void> TryEmitPrepare()
    {
        ShaNiSlotEmitter emitter = new(firstLayer: false);
        emitter.EmitPrepare();
        return (delegate* unmanaged<ShaNiContext*, LabelSlot*, long, long, void>)ExecutableMemory.TryLoad(emitter.Code);
    }

    /// <summary>Emits the hashing of everything else; null if the system does not let code be made.</summary>
    public static unsafe delegate* unmanaged<ShaNiContext*, LabelSlot*, byte*, long, long, void> TryEmitLabel(bool firstLayer)
    {
        ShaNiSlotEmitter emitter = new(firstLayer);
        emitter.EmitLabel();
        return (delegate* unmanaged<ShaNiContext*, LabelSlot*, byte*, long, long, void>)ExecutableMemory.TryLoad(emitter.Code);
    }

    private protected override void LoadParent(int parent, int at)
    {
        AssemblerRegisterXMM low = Message[0][at], high = Message[0][at + 1];
        if (parent < LabelMessage.BaseDegree)
        {
            Code.mov(rax, __qword_ptr[rsi + OffsetOf(nameof(LabelSlot.BaseParents)) + (sizeof(ulong) * parent)]);
            Code.movdqu(low, __xmmword_ptr[rax]);
            Code.movdqu(high, __xmmword_ptr[rax + 16]);
        }
        else
        {
            int offset = OffsetOf(nameof(LabelSlot.Labels)) + (LabelBytes * parent);
            Code.movdqu(low, __xmmword_ptr[rsi + offset]);
            Code.movdqu(high, __xmmword_ptr[rsi + offset + 16]);
        }

        SwapBytes(low, high);
    }

    private static int OffsetOf(string field) => (int)Marshal.OffsetOf<LabelSlot>(field);

    private void EmitPrepare()
    {
        Label nextNode = Code.CreateLabel();
        Code.mov(r8, rdx);
        Begin();
        Code.Label(ref nextNode);
        FirstBlock();
        Code.movdqu(__xmmword_ptr[rsi + OffsetOf(nameof(LabelSlot.State))], Abef[0]);
        Code.movdqu(__xmmword_ptr[rsi + OffsetOf(nameof(LabelSlot.State)) + 16], Cdgh[0]);
        Code.add(rsi, LabelSlot.Bytes);
        Code.inc(r8);
        Code.dec(rcx);
        Code.jnz(nextNode);
        Code.ret();
    }

    private void EmitLabel()
    {
        Label nextNode = Code.CreateLabel();
        Code.mov(r9, r8);
        Code.mov(r8, rcx);
        Begin();
        Code.Label(ref nextNode);
        for (int line = 0; line < LabelSlot.Bytes; line += CacheLine)
        {
            Code.prefetcht0(__byte_ptr[rsi + (PrefetchDistance * LabelSlot.Bytes) + line]);
        }

        Code.movdqa(Abef[0], __xmmword_ptr[rsi + OffsetOf(nameof(LabelSlot.State))]);
        Code.movdqa(Cdgh[0], __xmmword_ptr[rsi + OffsetOf(nameof(LabelSlot.State)) + 16]);
        ParentBlocks();
        StoreLabels();
        Code.add(rsi, LabelSlot.Bytes);
        Code.inc(r8);
        Code.dec(r9);
        Code.jnz(nextNode);
        Code.ret();
    }
}
