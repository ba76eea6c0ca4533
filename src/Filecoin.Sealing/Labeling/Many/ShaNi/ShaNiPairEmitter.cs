using Filecoin.Cryptography.Kernels.Emit;
using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;

namespace Filecoin.Sealing.Labeling.Many.ShaNi;

/// <summary>
/// Emits <c>void f(ShaNiPairContext* context, uint* parents, byte* current, byte* previous, long firstNode, long count)</c>, which labels
/// count &gt; 0 nodes from firstNode &gt; 0 on, of two sectors, with the processor's SHA instructions. One function for layer 1, one for the
/// others.
/// </summary>
/// <remarks>
/// <para>The blocks are those of ShaNiLabelEmitter. SHA256RNDS2 takes four cycles, but another can start after two: the chains of two
/// sectors, instruction by instruction in turn, keep its unit busy. A third chain would find it occupied.</para>
/// <para>Kept W + K are loaded twice, all four words and then the upper two, so that no shuffle is needed between the two halves.</para>
/// <para>Registers. rdi context, rsi parents of the node, rdx current, rcx previous, r8 node, r9 nodes left, r10 schedules, rax and r11 scratch.
/// xmm0 W + K (implied by SHA256RNDS2), xmm1-2 ABEF and CDGH of the first sector, xmm3-4 of the second, xmm5-8 and xmm9-12 their
/// messages, xmm13-14 scratch. The state before a block is in memory. No callee-saved register is touched. The context and the layers
/// are aligned to 16 bytes.</para>
/// </remarks>
internal sealed class ShaNiPairEmitter
{
    private const int PrefetchDistance = 3;
    private const int Sectors = ShaNiPairContext.Sectors;
    private const int NodeShift = 6;
    private const int NodeParentBytes = LabelMessage.Degree * sizeof(uint);
    private const int WordsInGroup = 4;
    private const int Groups = 64 / WordsInGroup;

    private static readonly AssemblerRegisterXMM Wk = xmm0;
    private static readonly AssemblerRegisterXMM[] Abef = [xmm1, xmm3];
    private static readonly AssemblerRegisterXMM[] Cdgh = [xmm2, xmm4];
    private static readonly AssemblerRegisterXMM[][] Message = [[xmm5, xmm6, xmm7, xmm8], [xmm9, xmm10, xmm11, xmm12]];
    private static readonly AssemblerRegisterXMM[] Scratch = [xmm13, xmm14];

    private readonly Assembler _c = new(64);
    private readonly int _distinctParents;

    private ShaNiPairEmitter(bool firstLayer) => _distinctParents = firstLayer ? LabelMessage.BaseDegree : LabelMessage.Degree;

    /// <summary>Emits the function; null if the system does not let code be made.</summary>
    public static unsafe delegate* unmanaged<ShaNiPairContext*, uint*, byte*, byte*, long, long, void> TryEmit(bool firstLayer)
    {
        ShaNiPairEmitter emitter = new(firstLayer);
        emitter.EmitAll();
        return (delegate* unmanaged<ShaNiPairContext*, uint*, byte*, byte*, long, long, void>)ExecutableMemory.TryLoad(emitter._c);
    }

    private void EmitAll()
    {
        Label nextNode = _c.CreateLabel();
        _c.vzeroupper();
        _c.Label(ref nextNode);
        Prefetch();
        FirstBlock();

        // First pass over the parents: schedules are made and kept.
        _c.lea(r10, __[rdi + ShaNiPairContext.OffsetOf(nameof(ShaNiPairContext.Schedules))]);
        for (int block = 0; block < _distinctParents / 2; block++)
        {
            LoadParent(2 * block, at: 0);
            LoadParent((2 * block) + 1, at: 2);
            HashMessage(keepAt: block * Sectors * ShaNiPairContext.ScheduleBytes);
        }

        // The other passes; the last one may stop short of the last distinct block, and one parent is left for the padded block.
        int whole = (LabelMessage.Parents / _distinctParents) - 1;
        int rest = LabelMessage.Parents % _distinctParents;
        Repeat(whole, () => KeptBlocks(_distinctParents / 2));
        KeptBlocks(rest / 2);
        LastBlock(parent: rest - 1);

        ForSectors(StoreLabel);
        _c.add(rsi, NodeParentBytes);
        _c.inc(r8);
        _c.dec(r9);
        _c.jnz(nextNode);
        _c.ret();
    }

    private static AssemblerMemoryOperand Field(string name, int offset = 0) =>
        __xmmword_ptr[rdi + ShaNiPairContext.OffsetOf(name) + offset];

    private static AssemblerRegister64 LayerOf(int parent) => parent < LabelMessage.BaseDegree ? rdx : rcx;

    private static void ForSectors(Action<int> body)
    {
        for (int sector = 0; sector < Sectors; sector++)
        {
            body(sector);
        }
    }

    /// <summary>Asks for the parents of a node a few ahead; a node's two labels are one cache line.</summary>
    private void Prefetch()
    {
        Label near = _c.CreateLabel();
        _c.cmp(r9, PrefetchDistance);
        _c.jbe(near);
        for (int k = 0; k < _distinctParents; k++)
        {
            _c.mov(eax, __dword_ptr[rsi + (PrefetchDistance * NodeParentBytes) + (4 * k)]);
            _c.shl(rax, NodeShift);
            _c.prefetcht0(__byte_ptr[LayerOf(k) + rax]);
        }

        _c.Label(ref near);
    }

    private void FirstBlock()
    {
        _c.mov(rax, r8);
        _c.shr(rax, 32);
        ForSectors(sector =>
        {
            _c.movdqa(Abef[sector], Field(nameof(ShaNiPairContext.Initial)));
            _c.movdqa(Cdgh[sector], Field(nameof(ShaNiPairContext.Initial), 16));
            _c.movdqa(Message[sector][0], Field(nameof(ShaNiPairContext.ReplicaIds), 32 * sector));
            _c.movdqa(Message[sector][1], Field(nameof(ShaNiPairContext.ReplicaIds), (32 * sector) + 16));
            _c.movdqa(Message[sector][2], Field(nameof(ShaNiPairContext.Layer)));
            _c.pinsrd(Message[sector][2], eax, 1);
            _c.pinsrd(Message[sector][2], r8d, 2);
            _c.pxor(Message[sector][3], Message[sector][3]);
        });
        HashMessage(keepAt: null);
    }

    private void LastBlock(int parent)
    {
        LoadParent(parent, at: 0);
        ForSectors(sector =>
        {
            _c.movdqa(Message[sector][2], Field(nameof(ShaNiPairContext.Padding)));
            _c.movdqa(Message[sector][3], Field(nameof(ShaNiPairContext.Padding), 16));
        });
        HashMessage(keepAt: null);
    }

    /// <summary>A parent's labels become words 4·at … 4·at+7 of both messages.</summary>
    private void LoadParent(int parent, int at)
    {
        _c.mov(eax, __dword_ptr[rsi + (4 * parent)]);
        _c.shl(rax, NodeShift);
        ForSectors(sector =>
        {
            _c.movdqa(Message[sector][at], __xmmword_ptr[LayerOf(parent) + rax + (32 * sector)]);
            _c.movdqa(Message[sector][at + 1], __xmmword_ptr[LayerOf(parent) + rax + (32 * sector) + 16]);
        });
    }

    /// <summary>Absorbs the blocks in Message; with <paramref name="keepAt"/>, W + K are kept at that offset of the schedules.</summary>
    private void HashMessage(int? keepAt)
    {
        SaveState();
        for (int group = 0; group < Groups; group++)
        {
            if (group >= WordsInGroup)
            {
                Schedule(group);
            }

            // The second half of the rounds takes its W + K from the upper half of Scratch.
            ForSectors(sector =>
            {
                _c.movdqa(Wk, Field(nameof(ShaNiPairContext.RoundConstants), 16 * group));
                _c.paddd(Wk, Message[sector][group % WordsInGroup]);
                if (keepAt is int offset)
                {
                    _c.movdqa(__xmmword_ptr[r10 + offset + (sector * ShaNiPairContext.ScheduleBytes) + (16 * group)], Wk);
                }

                _c.sha256rnds2(Cdgh[sector], Abef[sector]);
                _c.pshufd(Scratch[sector], Wk, 0x0e);
            });
            ForSectors(sector =>
            {
                _c.movdqa(Wk, Scratch[sector]);
                _c.sha256rnds2(Abef[sector], Cdgh[sector]);
            });
        }

        AddState();
    }

    /// <summary>Words 4g … 4g+3 of the schedules, in the place of those sixteen before.</summary>
    private void Schedule(int group) => ForSectors(sector =>
    {
        AssemblerRegisterXMM oldest = Message[sector][group % 4];
        AssemblerRegisterXMM second = Message[sector][(group + 1) % 4];
        AssemblerRegisterXMM third = Message[sector][(group + 2) % 4];
        AssemblerRegisterXMM newest = Message[sector][(group + 3) % 4];
        _c.sha256msg1(oldest, second);
        _c.movdqa(Scratch[sector], newest);
        _c.palignr(Scratch[sector], third, 4);
        _c.paddd(oldest, Scratch[sector]);
        _c.sha256msg2(oldest, newest);
    });

    private void KeptBlocks(int count)
    {
        for (int block = 0; block < count; block++)
        {
            SaveState();
            for (int group = 0; group < Groups; group++)
            {
                int at = (block * Sectors * ShaNiPairContext.ScheduleBytes) + (16 * group);
                ForSectors(sector =>
                {
                    _c.movdqa(Wk, __xmmword_ptr[r10 + at + (sector * ShaNiPairContext.ScheduleBytes)]);
                    _c.sha256rnds2(Cdgh[sector], Abef[sector]);
                });
                ForSectors(sector =>
                {
                    _c.movq(Wk, __qword_ptr[r10 + at + (sector * ShaNiPairContext.ScheduleBytes) + 8]);
                    _c.sha256rnds2(Abef[sector], Cdgh[sector]);
                });
            }

            AddState();
        }
    }

    private void SaveState() => ForSectors(sector =>
    {
        _c.movdqa(Field(nameof(ShaNiPairContext.Saved), 32 * sector), Abef[sector]);
        _c.movdqa(Field(nameof(ShaNiPairContext.Saved), (32 * sector) + 16), Cdgh[sector]);
    });

    private void AddState() => ForSectors(sector =>
    {
        _c.paddd(Abef[sector], Field(nameof(ShaNiPairContext.Saved), 32 * sector));
        _c.paddd(Cdgh[sector], Field(nameof(ShaNiPairContext.Saved), (32 * sector) + 16));
    });

    /// <summary>ABEF and CDGH become A … H, two bits of H cleared.</summary>
    private void StoreLabel(int sector)
    {
        AssemblerRegisterXMM low = Abef[sector], high = Cdgh[sector], scratch = Scratch[sector];
        _c.pshufd(scratch, low, 0x1b);
        _c.pshufd(high, high, 0xb1);
        _c.movdqa(low, scratch);
        _c.pblendw(low, high, 0xf0);
        _c.palignr(high, scratch, 8);
        _c.pand(high, Field(nameof(ShaNiPairContext.LabelMask)));
        _c.mov(rax, r8);
        _c.shl(rax, NodeShift);
        _c.movdqa(__xmmword_ptr[rdx + rax + (32 * sector)], low);
        _c.movdqa(__xmmword_ptr[rdx + rax + (32 * sector) + 16], high);
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
