using Filecoin.Cryptography.Kernels.Emit;
using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;

namespace Filecoin.Sealing.Labeling.ShaNi;

/// <summary>
/// Emits <c>void f(ShaNiContext* context, uint* parents, byte* current, byte* previous, long firstNode, long count)</c>, which labels
/// count &gt; 0 nodes from firstNode &gt; 0 on with the processor's SHA instructions. One function for layer 1, one for the others.
/// </summary>
/// <remarks>
/// <para>A message is 20 blocks: replica id, layer and node; then two parents to a block, the same 7 (layer 1: 3) blocks over and over; in the last
/// half a parent and the padding. The schedules of the repeating blocks are computed in the first pass and kept as W + K; later passes only
/// load them. What bounds a label is the chain of 20 x 32 SHA256RNDS2; the first block does not depend on the label before and overlaps with
/// the end of its chain.</para>
/// <para>Registers. rdi context, rsi parents of the node, rdx current, rcx previous, r8 node, r9 nodes left, r10 schedules, rax and r11 scratch.
/// xmm0 W + K (implied by SHA256RNDS2), xmm1 ABEF, xmm2 CDGH, xmm3-6 message, xmm7 scratch, xmm8 byte swap, xmm9-10 state before the
/// block. No callee-saved register is touched.</para>
/// </remarks>
internal sealed class ShaNiLabelEmitter
{
    private const int PrefetchDistance = 4;
    private const int LabelBytes = LabelMessage.LabelBytes;
    private const int NodeParentBytes = LabelMessage.Degree * sizeof(uint);
    private const int WordsInGroup = 4;
    private const int Groups = 64 / WordsInGroup;

    private static readonly AssemblerRegisterXMM Wk = xmm0, Abef = xmm1, Cdgh = xmm2, Scratch = xmm7, Swap = xmm8;
    private static readonly AssemblerRegisterXMM SavedAbef = xmm9, SavedCdgh = xmm10;
    private static readonly AssemblerRegisterXMM[] Message = [xmm3, xmm4, xmm5, xmm6];

    private readonly Assembler _c = new(64);
    private readonly int _distinctParents;

    private ShaNiLabelEmitter(bool firstLayer) =>
        _distinctParents = firstLayer ? LabelMessage.BaseDegree : LabelMessage.Degree;

    /// <summary>Emits the function; null if the system does not let code be made.</summary>
    public static unsafe delegate* unmanaged<ShaNiContext*, uint*, byte*, byte*, long, long, void> TryEmit(bool firstLayer)
    {
        ShaNiLabelEmitter emitter = new(firstLayer);
        emitter.EmitAll();
        return (delegate* unmanaged<ShaNiContext*, uint*, byte*, byte*, long, long, void>)ExecutableMemory.TryLoad(emitter._c);
    }

    private void EmitAll()
    {
        Label nextNode = _c.CreateLabel();
        _c.vzeroupper();
        _c.movdqu(Swap, Field(nameof(ShaNiContext.SwapBytes)));
        _c.Label(ref nextNode);
        Prefetch();
        FirstBlock();

        // First pass over the parents: schedules are made and kept.
        _c.lea(r10, __[rdi + ShaNiContext.OffsetOf(nameof(ShaNiContext.Schedules))]);
        for (int block = 0; block < _distinctParents / 2; block++)
        {
            LoadParent(2 * block, Message[0], Message[1]);
            LoadParent((2 * block) + 1, Message[2], Message[3]);
            HashMessage(keepAt: block * ShaNiContext.ScheduleBytes);
        }

        // The other passes; the last one may stop short of the last distinct block, and one parent is left for the padded block.
        int whole = (LabelMessage.Parents / _distinctParents) - 1;
        int rest = LabelMessage.Parents % _distinctParents;
        Repeat(whole, () => KeptBlocks(_distinctParents / 2));
        KeptBlocks(rest / 2);
        LastBlock(parent: rest - 1);

        StoreLabel();
        _c.add(rsi, NodeParentBytes);
        _c.inc(r8);
        _c.dec(r9);
        _c.jnz(nextNode);
        _c.ret();
    }

    private static AssemblerMemoryOperand Field(string name, int offset = 0) => __xmmword_ptr[rdi + ShaNiContext.OffsetOf(name) + offset];

    /// <summary>Asks for the parents of a node a few ahead; the node just before it will be in the cache anyway.</summary>
    private void Prefetch()
    {
        Label near = _c.CreateLabel();
        _c.cmp(r9, PrefetchDistance);
        _c.jbe(near);
        for (int k = 0; k < _distinctParents; k++)
        {
            _c.mov(eax, __dword_ptr[rsi + (PrefetchDistance * NodeParentBytes) + (4 * k)]);
            _c.shl(rax, 5);
            _c.prefetcht0(__byte_ptr[LayerOf(k) + rax]);
        }

        _c.Label(ref near);
    }

    private static AssemblerRegister64 LayerOf(int parent) => parent < LabelMessage.BaseDegree ? rdx : rcx;

    private void FirstBlock()
    {
        _c.movdqu(Abef, Field(nameof(ShaNiContext.InitialAbef)));
        _c.movdqu(Cdgh, Field(nameof(ShaNiContext.InitialCdgh)));
        _c.movdqu(Message[0], Field(nameof(ShaNiContext.ReplicaId)));
        _c.movdqu(Message[1], Field(nameof(ShaNiContext.ReplicaId), 16));
        _c.movdqu(Message[2], Field(nameof(ShaNiContext.Layer)));
        _c.mov(rax, r8);
        _c.shr(rax, 32);
        _c.pinsrd(Message[2], eax, 1);
        _c.pinsrd(Message[2], r8d, 2);
        _c.pxor(Message[3], Message[3]);
        HashMessage(keepAt: null);
    }

    private void LastBlock(int parent)
    {
        LoadParent(parent, Message[0], Message[1]);
        _c.movdqu(Message[2], Field(nameof(ShaNiContext.PaddingStart)));
        _c.movdqu(Message[3], Field(nameof(ShaNiContext.PaddingEnd)));
        HashMessage(keepAt: null);
    }

    private void LoadParent(int parent, AssemblerRegisterXMM low, AssemblerRegisterXMM high)
    {
        _c.mov(eax, __dword_ptr[rsi + (4 * parent)]);
        _c.shl(rax, 5);
        _c.movdqu(low, __xmmword_ptr[LayerOf(parent) + rax]);
        _c.movdqu(high, __xmmword_ptr[LayerOf(parent) + rax + 16]);
        _c.pshufb(low, Swap);
        _c.pshufb(high, Swap);
    }

    /// <summary>Absorbs the block in Message; with <paramref name="keepAt"/>, W + K are kept at that offset of the schedules.</summary>
    private void HashMessage(int? keepAt)
    {
        SaveState();
        for (int group = 0; group < Groups; group++)
        {
            if (group >= WordsInGroup)
            {
                Schedule(group);
            }

            _c.movdqu(Wk, Field(nameof(ShaNiContext.RoundConstants), 16 * group));
            _c.paddd(Wk, Message[group % WordsInGroup]);
            if (keepAt is int offset)
            {
                _c.movdqu(__xmmword_ptr[r10 + offset + (16 * group)], Wk);
            }

            FourRounds();
        }

        AddState();
    }

    /// <summary>Words 4g … 4g+3 of the schedule, in the place of those sixteen before.</summary>
    private void Schedule(int group)
    {
        AssemblerRegisterXMM oldest = Message[group % 4];
        AssemblerRegisterXMM second = Message[(group + 1) % 4];
        AssemblerRegisterXMM third = Message[(group + 2) % 4];
        AssemblerRegisterXMM newest = Message[(group + 3) % 4];
        _c.sha256msg1(oldest, second);
        _c.movdqa(Scratch, newest);
        _c.palignr(Scratch, third, 4);
        _c.paddd(oldest, Scratch);
        _c.sha256msg2(oldest, newest);
    }

    private void KeptBlocks(int count)
    {
        for (int block = 0; block < count; block++)
        {
            SaveState();
            for (int group = 0; group < Groups; group++)
            {
                _c.movdqu(Wk, __xmmword_ptr[r10 + (block * ShaNiContext.ScheduleBytes) + (16 * group)]);
                FourRounds();
            }

            AddState();
        }
    }

    private void FourRounds()
    {
        _c.sha256rnds2(Cdgh, Abef);
        _c.pshufd(Wk, Wk, 0x0e);
        _c.sha256rnds2(Abef, Cdgh);
    }

    private void SaveState()
    {
        _c.movdqa(SavedAbef, Abef);
        _c.movdqa(SavedCdgh, Cdgh);
    }

    private void AddState()
    {
        _c.paddd(Abef, SavedAbef);
        _c.paddd(Cdgh, SavedCdgh);
    }

    /// <summary>ABEF and CDGH become A … H, big-endian, the top two bits of the last byte cleared.</summary>
    private void StoreLabel()
    {
        _c.pshufd(Scratch, Abef, 0x1b);
        _c.pshufd(Cdgh, Cdgh, 0xb1);
        _c.movdqa(Abef, Scratch);
        _c.pblendw(Abef, Cdgh, 0xf0);
        _c.palignr(Cdgh, Scratch, 8);
        _c.pshufb(Abef, Swap);
        _c.pshufb(Cdgh, Swap);
        _c.pand(Cdgh, Field(nameof(ShaNiContext.LabelMask)));
        _c.mov(rax, r8);
        _c.shl(rax, 5);
        _c.movdqu(__xmmword_ptr[rdx + rax], Abef);
        _c.movdqu(__xmmword_ptr[rdx + rax + (LabelBytes / 2)], Cdgh);
    }

    private void Repeat(int times, Action body)
    {
        Label again = _c.CreateLabel();
        _c.mov(r11d, times);
        _c.Label(ref again);
        body();
        _c.dec(r11d);
        _c.jnz(again);
    }
}
