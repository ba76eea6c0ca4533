using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;

namespace Filecoin.Sealing.Labeling.Kernels.ShaNi;

/// <summary>What is common to the code emitted for labels of one or two sectors: everything but where parents' labels come from.</summary>
/// <remarks>
/// <para>A message is 20 blocks: replica id, layer and node; then two parents to a block, the same 7 (layer 1: 3) blocks over and over; in the last
/// half a parent and the padding. The schedules of the repeating blocks are computed in the first pass and kept as W + K; later passes only
/// load them, all four words and then the upper two, so that no shuffle is needed between the two halves. What bounds a label is the chain
/// of 20 x 32 SHA256RNDS2; the first block does not depend on the label before.</para>
/// <para>SHA256RNDS2 takes four cycles, but another can start after two: the chains of two sectors, instruction by instruction in turn, keep its
/// unit busy. A third chain would find it occupied.</para>
/// <para>Registers. rdi <see cref="ShaNiContext"/>, rdx current layer, r8 node, r10 schedules, rax and r11 scratch. xmm0 W + K (implied by
/// SHA256RNDS2), xmm1-2 ABEF and CDGH of the first sector, xmm3-4 of the second, xmm5-8 and xmm9-12 their messages, xmm13-14 scratch,
/// xmm15 byte swap. The state before a block is in memory. Left to the code around: rsi, rcx, r9. No callee-saved register is touched.</para>
/// </remarks>
/// <param name="sectors">1 or 2.</param>
/// <param name="firstLayer">For layer 1, whose parents are the base parents, or for the others.</param>
internal abstract class ShaNiEmitter(int sectors, bool firstLayer)
{
    private protected const int LabelBytes = LabelMessage.LabelBytes;
    private const int WordsInGroup = 4;
    private const int Groups = 64 / WordsInGroup;

    private protected static readonly AssemblerRegisterXMM Swap = xmm15;
    private protected static readonly AssemblerRegisterXMM[] Abef = [xmm1, xmm3];
    private protected static readonly AssemblerRegisterXMM[] Cdgh = [xmm2, xmm4];
    private protected static readonly AssemblerRegisterXMM[][] Message = [[xmm5, xmm6, xmm7, xmm8], [xmm9, xmm10, xmm11, xmm12]];
    private static readonly AssemblerRegisterXMM Wk = xmm0;
    private static readonly AssemblerRegisterXMM[] Scratch = [xmm13, xmm14];

    /// <summary>Where instructions go.</summary>
    private protected Assembler Code { get; } = new(64);

    /// <summary>Parents that differ; the others of a message repeat them.</summary>
    private protected int DistinctParents { get; } = firstLayer ? LabelMessage.BaseDegree : LabelMessage.Degree;

    /// <summary>Labels of one sector are bytes as in a file and have to be swapped; those of two are words in the processor's order.</summary>
    private protected bool IsSwapped => sectors == 1;

    /// <summary>Binary logarithm of the bytes that the labels of a node take.</summary>
    private protected int NodeShift => sectors == 1 ? 5 : 6;

    private protected static AssemblerMemoryOperand Field(string name, int offset = 0) =>
        __xmmword_ptr[rdi + ShaNiContext.OffsetOf(name) + offset];

    /// <summary>The labels of a parent become words 4·at … 4·at+7 of the messages; may use rax.</summary>
    private protected abstract void LoadParent(int parent, int at);

    private protected void ForSectors(Action<int> body)
    {
        for (int sector = 0; sector < sectors; sector++)
        {
            body(sector);
        }
    }

    /// <summary>What holds for all nodes of a call.</summary>
    private protected void Begin()
    {
        Code.vzeroupper();
        Code.movdqa(Swap, Field(nameof(ShaNiContext.SwapBytes)));
    }

    /// <summary>States := states after the block of replica id, layer and node.</summary>
    private protected void FirstBlock()
    {
        Code.mov(rax, r8);
        Code.shr(rax, 32);
        ForSectors(sector =>
        {
            Code.movdqa(Abef[sector], Field(nameof(ShaNiContext.Initial)));
            Code.movdqa(Cdgh[sector], Field(nameof(ShaNiContext.Initial), 16));
            Code.movdqa(Message[sector][0], Field(nameof(ShaNiContext.ReplicaIds), 32 * sector));
            Code.movdqa(Message[sector][1], Field(nameof(ShaNiContext.ReplicaIds), (32 * sector) + 16));
            Code.movdqa(Message[sector][2], Field(nameof(ShaNiContext.Layer)));
            Code.pinsrd(Message[sector][2], eax, 1);
            Code.pinsrd(Message[sector][2], r8d, 2);
            Code.pxor(Message[sector][3], Message[sector][3]);
        });
        HashMessage(keepAt: null);
    }

    /// <summary>States := states after all the other blocks.</summary>
    private protected void ParentBlocks()
    {
        // First pass over the parents: schedules are made and kept.
        Code.lea(r10, __[rdi + ShaNiContext.OffsetOf(nameof(ShaNiContext.Schedules))]);
        for (int block = 0; block < DistinctParents / 2; block++)
        {
            LoadParent(2 * block, at: 0);
            LoadParent((2 * block) + 1, at: 2);
            HashMessage(keepAt: block);
        }

        // The other passes; the last one may stop short of the last distinct block, and one parent is left for the padded block.
        int whole = (LabelMessage.Parents / DistinctParents) - 1;
        int rest = LabelMessage.Parents % DistinctParents;
        Repeat(whole, () => KeptBlocks(DistinctParents / 2));
        KeptBlocks(rest / 2);
        LastBlock(parent: rest - 1);
    }

    /// <summary>ABEF and CDGH become A … H, two bits of H cleared; stored as labels of node r8.</summary>
    private protected void StoreLabels()
    {
        Code.mov(rax, r8);
        Code.shl(rax, (byte)NodeShift);
        ForSectors(sector =>
        {
            AssemblerRegisterXMM low = Abef[sector], high = Cdgh[sector], scratch = Scratch[sector];
            Code.pshufd(scratch, low, 0x1b);
            Code.pshufd(high, high, 0xb1);
            Code.movdqa(low, scratch);
            Code.pblendw(low, high, 0xf0);
            Code.palignr(high, scratch, 8);
            Code.pand(high, Field(nameof(ShaNiContext.LabelMask)));
            SwapBytes(low, high);
            Code.movdqu(__xmmword_ptr[rdx + rax + (LabelBytes * sector)], low);
            Code.movdqu(__xmmword_ptr[rdx + rax + (LabelBytes * sector) + 16], high);
        });
    }

    private protected void SwapBytes(AssemblerRegisterXMM low, AssemblerRegisterXMM high)
    {
        if (IsSwapped)
        {
            Code.pshufb(low, Swap);
            Code.pshufb(high, Swap);
        }
    }

    private void LastBlock(int parent)
    {
        LoadParent(parent, at: 0);
        ForSectors(sector =>
        {
            Code.movdqa(Message[sector][2], Field(nameof(ShaNiContext.Padding)));
            Code.movdqa(Message[sector][3], Field(nameof(ShaNiContext.Padding), 16));
        });
        HashMessage(keepAt: null);
    }

    /// <summary>Absorbs the blocks in Message; with <paramref name="keepAt"/>, W + K are kept as that block's schedules.</summary>
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
                Code.movdqa(Wk, Field(nameof(ShaNiContext.RoundConstants), 16 * group));
                Code.paddd(Wk, Message[sector][group % WordsInGroup]);
                if (keepAt is int block)
                {
                    Code.movdqa(__xmmword_ptr[r10 + KeptAt(block, sector, group)], Wk);
                }

                Code.sha256rnds2(Cdgh[sector], Abef[sector]);
                Code.pshufd(Scratch[sector], Wk, 0x0e);
            });
            ForSectors(sector =>
            {
                Code.movdqa(Wk, Scratch[sector]);
                Code.sha256rnds2(Abef[sector], Cdgh[sector]);
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
        Code.sha256msg1(oldest, second);
        Code.movdqa(Scratch[sector], newest);
        Code.palignr(Scratch[sector], third, 4);
        Code.paddd(oldest, Scratch[sector]);
        Code.sha256msg2(oldest, newest);
    });

    private void KeptBlocks(int count)
    {
        for (int block = 0; block < count; block++)
        {
            SaveState();
            for (int group = 0; group < Groups; group++)
            {
                ForSectors(sector =>
                {
                    Code.movdqa(Wk, __xmmword_ptr[r10 + KeptAt(block, sector, group)]);
                    Code.sha256rnds2(Cdgh[sector], Abef[sector]);
                });
                ForSectors(sector =>
                {
                    Code.movq(Wk, __qword_ptr[r10 + KeptAt(block, sector, group) + 8]);
                    Code.sha256rnds2(Abef[sector], Cdgh[sector]);
                });
            }

            AddState();
        }
    }

    private int KeptAt(int block, int sector, int group) => (((block * sectors) + sector) * ShaNiContext.ScheduleBytes) + (16 * group);

    private void SaveState() => ForSectors(sector =>
    {
        Code.movdqa(Field(nameof(ShaNiContext.Saved), 32 * sector), Abef[sector]);
        Code.movdqa(Field(nameof(ShaNiContext.Saved), (32 * sector) + 16), Cdgh[sector]);
    });

    private void AddState() => ForSectors(sector =>
    {
        Code.paddd(Abef[sector], Field(nameof(ShaNiContext.Saved), 32 * sector));
        Code.paddd(Cdgh[sector], Field(nameof(ShaNiContext.Saved), (32 * sector) + 16));
    });

    private void Repeat(int times, Action body)
    {
        Label again = Code.CreateLabel();
        Code.mov(r11d, times);
        Code.Label(ref again);
        body();
        Code.dec(r11d);
        Code.jnz(again);
    }
}
