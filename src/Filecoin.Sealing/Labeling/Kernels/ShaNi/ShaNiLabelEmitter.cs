using Filecoin.Cryptography.Kernels.Emit;
using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;

namespace Filecoin.Sealing.Labeling.Kernels.ShaNi;

/// <summary>
/// Emits <c>void f(ShaNiContext* context, uint* parents, byte* current, byte* previous, long firstNode, long count)</c>, which labels
/// count &gt; 0 nodes from firstNode &gt; 0 on, of one sector or two, with the processor's SHA instructions. One function for layer 1, one for
/// the others.
/// </summary>
/// <remarks>
/// <para>The first block of a label overlaps with the end of the chain of the label before.</para>
/// <para>Parents are asked for all at once: a prefetch that has to walk the page tables holds up what is behind it, and several walks
/// wait together. Spread over the label they cost a third more (layers of 8 GiB, virtual machine, Zen 4).</para>
/// <para>Registers. Those of <see cref="ShaNiEmitter"/>; rsi parents of the node, rcx previous layer, r9 nodes left.</para>
/// </remarks>
internal sealed class ShaNiLabelEmitter : ShaNiEmitter
{
    private const int PrefetchDistance = 3;
    private const int NodeParentBytes = LabelMessage.Degree * sizeof(uint);

    private ShaNiLabelEmitter(int sectors, bool firstLayer)
        : base(sectors, firstLayer)
    {
    }

    /// <summary>Emits the function; null if the system does not let code be made.</summary>
    public static unsafe delegate* unmanaged<ShaNiContext*, uint*, byte*, byte*, long, long, void> TryEmit(int sectors, bool firstLayer)
    {
        ShaNiLabelEmitter emitter = new(sectors, firstLayer);
        emitter.EmitAll();
        return (delegate* unmanaged<ShaNiContext*, uint*, byte*, byte*, long, long, void>)ExecutableMemory.TryLoad(emitter.Code);
    }

    private protected override void LoadParent(int parent, int at)
    {
        Code.mov(eax, __dword_ptr[rsi + (4 * parent)]);
        Code.shl(rax, (byte)NodeShift);
        ForSectors(sector =>
        {
            AssemblerRegisterXMM low = Message[sector][at], high = Message[sector][at + 1];
            Code.movdqu(low, __xmmword_ptr[LayerOf(parent) + rax + (LabelBytes * sector)]);
            Code.movdqu(high, __xmmword_ptr[LayerOf(parent) + rax + (LabelBytes * sector) + 16]);
            SwapBytes(low, high);
        });
    }

    private static AssemblerRegister64 LayerOf(int parent) => parent < LabelMessage.BaseDegree ? rdx : rcx;

    private void EmitAll()
    {
        Label nextNode = Code.CreateLabel();
        Begin();
        Code.Label(ref nextNode);
        Prefetch();
        FirstBlock();
        ParentBlocks();
        StoreLabels();
        Code.add(rsi, NodeParentBytes);
        Code.inc(r8);
        Code.dec(r9);
        Code.jnz(nextNode);
        Code.ret();
    }

    /// <summary>Asks for the parents of a node a few ahead; the labels of a parent are in one cache line.</summary>
    private void Prefetch()
    {
        Label near = Code.CreateLabel();
        Code.cmp(r9, PrefetchDistance);
        Code.jbe(near);
        for (int k = 0; k < DistinctParents; k++)
        {
            Code.mov(eax, __dword_ptr[rsi + (PrefetchDistance * NodeParentBytes) + (4 * k)]);
            Code.shl(rax, (byte)NodeShift);
            Code.prefetcht0(__byte_ptr[LayerOf(k) + rax]);
        }

        Code.Label(ref near);
    }
}
