using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;

namespace Filecoin.Sealing.Labeling.ShaNi;

/// <summary>What is common to the code emitted for labels: everything but where parents' labels come from.</summary>
/// <remarks>
/// <para>A message is 20 blocks: replica id, layer and node; then two parents to a block, the same 7 (layer 1: 3) blocks over and over; in the last
/// half a parent and the padding. The schedules of the repeating blocks are computed in the first pass and kept as W + K; later passes only
/// load them. What bounds a label is the chain of 20 x 32 SHA256RNDS2; the first block does not depend on the label before.</para>
/// <para>Registers. rdi <see cref="ShaNiContext"/>, rdx current layer, r8 node, r10 schedules, rax and r11 scratch. xmm0 W + K (implied by
/// SHA256RNDS2), xmm1 ABEF, xmm2 CDGH, xmm3-6 message, xmm7 scratch, xmm8 byte swap, xmm9-10 state before the block. Left to the code
/// around: rsi, rcx, r9. No callee-saved register is touched.</para>
/// </remarks>
internal abstract class ShaNiEmitter(bool firstLayer)
{
    private protected const int LabelBytes = LabelMessage.LabelBytes;
    private const int WordsInGroup = 4;
    private const int Groups = 64 / WordsInGroup;

    private protected static readonly AssemblerRegisterXMM Wk = xmm0, Abef = xmm1, Cdgh = xmm2, Scratch = xmm7, Swap = xmm8;
    private protected static readonly AssemblerRegisterXMM[] Message = [xmm3, xmm4, xmm5, xmm6];
    private static readonly AssemblerRegisterXMM SavedAbef = xmm9, SavedCdgh = xmm10;

    /// <summary>Where instructions go.</summary>
    private protected Assembler Code { get; } = new(64);

    /// <summary>Parents that differ; the others of a message repeat them.</summary>
    private protected int DistinctParents { get; } = firstLayer ? LabelMessage.BaseDegree : LabelMessage.Degree;

    private protected static AssemblerMemoryOperand Field(string name, int offset = 0) =>
        __xmmword_ptr[rdi + ShaNiContext.OffsetOf(name) + offset];

    /// <summary>Loads a parent's label as eight words; may use rax.</summary>
    private protected abstract void LoadParent(int parent, AssemblerRegisterXMM low, AssemblerRegisterXMM high);

    /// <summary>What holds for all nodes of a call.</summary>
    private protected void Begin()
    {
        Code.vzeroupper();
        Code.movdqu(Swap, Field(nameof(ShaNiContext.SwapBytes)));
    }

    /// <summary>State := state after the block of replica id, layer and node.</summary>
    private protected void FirstBlock()
    {
        Code.movdqu(Abef, Field(nameof(ShaNiContext.InitialAbef)));
        Code.movdqu(Cdgh, Field(nameof(ShaNiContext.InitialCdgh)));
        Code.movdqu(Message[0], Field(nameof(ShaNiContext.ReplicaId)));
        Code.movdqu(Message[1], Field(nameof(ShaNiContext.ReplicaId), 16));
        Code.movdqu(Message[2], Field(nameof(ShaNiContext.Layer)));
        Code.mov(rax, r8);
        Code.shr(rax, 32);
        Code.pinsrd(Message[2], eax, 1);
        Code.pinsrd(Message[2], r8d, 2);
        Code.pxor(Message[3], Message[3]);
        HashMessage(keepAt: null);
    }

    /// <summary>State := state after all the other blocks.</summary>
    private protected void ParentBlocks()
    {
        // First pass over the parents: schedules are made and kept.
        Code.lea(r10, __[rdi + ShaNiContext.OffsetOf(nameof(ShaNiContext.Schedules))]);
        for (int block = 0; block < DistinctParents / 2; block++)
        {
            LoadParent(2 * block, Message[0], Message[1]);
            LoadParent((2 * block) + 1, Message[2], Message[3]);
            HashMessage(keepAt: block * ShaNiContext.ScheduleBytes);
        }

        // The other passes; the last one may stop short of the last distinct block, and one parent is left for the padded block.
        int whole = (LabelMessage.Parents / DistinctParents) - 1;
        int rest = LabelMessage.Parents % DistinctParents;
        Repeat(whole, () => KeptBlocks(DistinctParents / 2));
        KeptBlocks(rest / 2);
        LastBlock(parent: rest - 1);
    }

    /// <summary>ABEF and CDGH become A … H, big-endian, the top two bits of the last byte cleared; stored as label of node r8.</summary>
    private protected void StoreLabel()
    {
        Code.pshufd(Scratch, Abef, 0x1b);
        Code.pshufd(Cdgh, Cdgh, 0xb1);
        Code.movdqa(Abef, Scratch);
        Code.pblendw(Abef, Cdgh, 0xf0);
        Code.palignr(Cdgh, Scratch, 8);
        Code.pshufb(Abef, Swap);
        Code.pshufb(Cdgh, Swap);
        Code.pand(Cdgh, Field(nameof(ShaNiContext.LabelMask)));
        Code.mov(rax, r8);
        Code.shl(rax, 5);
        Code.movdqu(__xmmword_ptr[rdx + rax], Abef);
        Code.movdqu(__xmmword_ptr[rdx + rax + (LabelBytes / 2)], Cdgh);
    }

    private void LastBlock(int parent)
    {
        LoadParent(parent, Message[0], Message[1]);
        Code.movdqu(Message[2], Field(nameof(ShaNiContext.PaddingStart)));
        Code.movdqu(Message[3], Field(nameof(ShaNiContext.PaddingEnd)));
        HashMessage(keepAt: null);
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

            Code.movdqu(Wk, Field(nameof(ShaNiContext.RoundConstants), 16 * group));
            Code.paddd(Wk, Message[group % WordsInGroup]);
            if (keepAt is int offset)
            {
                Code.movdqu(__xmmword_ptr[r10 + offset + (16 * group)], Wk);
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
        Code.sha256msg1(oldest, second);
        Code.movdqa(Scratch, newest);
        Code.palignr(Scratch, third, 4);
        Code.paddd(oldest, Scratch);
        Code.sha256msg2(oldest, newest);
    }

    private void KeptBlocks(int count)
    {
        for (int block = 0; block < count; block++)
        {
            SaveState();
            for (int group = 0; group < Groups; group++)
            {
                Code.movdqu(Wk, __xmmword_ptr[r10 + (block * ShaNiContext.ScheduleBytes) + (16 * group)]);
                FourRounds();
            }

            AddState();
        }
    }

    private void FourRounds()
    {
        Code.sha256rnds2(Cdgh, Abef);
        Code.pshufd(Wk, Wk, 0x0e);
        Code.sha256rnds2(Abef, Cdgh);
    }

    private void SaveState()
    {
        Code.movdqa(SavedAbef, Abef);
        Code.movdqa(SavedCdgh, Cdgh);
    }

    private void AddState()
    {
        Code.paddd(Abef, SavedAbef);
        Code.paddd(Cdgh, SavedCdgh);
    }

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
