using System.Numerics;
using Filecoin.Cryptography.Kernels.Emit;
using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;

namespace Filecoin.Sealing.Labeling.Kernels.Avx512;

/// <summary>
/// Emits <c>void f(byte* tables, uint* parents, byte* current, byte* previous, long firstNode, long count)</c>, which labels count &gt; 0
/// nodes from firstNode &gt; 0 on, of 16 or 8 sectors, one in each 32-bit lane. One function for layer 1, one for the others.
/// </summary>
/// <remarks>
/// <para>The blocks are those of ShaNiLabelEmitter; labels stand word by word (<see cref="LabelLayout.WordByWord"/>), so that parents are
/// loaded as they are. A round is 16 instructions: six rotations, four functions of three operands, six additions.</para>
/// <para>Registers. Vectors: 0-7 state, a to h in turn; 8-23 the last sixteen words of the schedule; 24-31 scratch. rdi tables, rsi parents
/// of the node, rdx current, rcx previous, r8 node, r9 nodes left, r10 schedule, r11 label of a parent, rax scratch,
/// rbx parents of the node whose parents are asked for, r12 counts blocks. Tables and layers are aligned to the
/// vectors' size.</para>
/// </remarks>
internal sealed class Avx512LabelEmitter
{
    private const int Words = LabelLayout.Words;
    private const int MessageWords = 16;
    private const int NodeParentBytes = LabelMessage.Degree * sizeof(uint);
    private const int CacheLine = 64;

    // Truth tables of three operands, one bit for each of (first, second, third) = 111 ... 000.
    private const byte XorOfThree = 0b1001_0110, SecondOrThirdByFirst = 0b1100_1010, AtLeastTwo = 0b1110_1000;

    private const int W = 8, T0 = 24, T1 = 25, T2 = 26, T3 = 27, T4 = 28, T5 = 29, T6 = 30, T7 = 31;

    // Only EVEX encodings reach registers 16 to 31.
    private readonly Assembler _c = new(64) { PreferVex = false };
    private readonly LaneAssembler _v;
    private readonly Avx512Tables _tables;
    private readonly int _distinctParents;
    private readonly byte _nodeShift;
    private Label _hashMessage;
    private Label _hashKept;

    private Avx512LabelEmitter(Avx512Tables tables, bool firstLayer)
    {
        _v = new LaneAssembler(_c, tables.Lanes);
        _tables = tables;
        _distinctParents = firstLayer ? LabelMessage.BaseDegree : LabelMessage.Degree;
        _nodeShift = (byte)BitOperations.Log2((uint)(tables.Lanes * LabelMessage.LabelBytes));
        _hashMessage = _c.CreateLabel();
        _hashKept = _c.CreateLabel();
    }

    /// <summary>Emits the function; null if the system does not let code be made.</summary>
    public static unsafe delegate* unmanaged<byte*, uint*, byte*, byte*, long, long, void> TryEmit(Avx512Tables tables, bool firstLayer)
    {
        Avx512LabelEmitter emitter = new(tables, firstLayer);
        emitter.EmitAll();
        return (delegate* unmanaged<byte*, uint*, byte*, byte*, long, long, void>)ExecutableMemory.TryLoad(emitter._c);
    }

    private void EmitAll()
    {
        Label nextNode = _c.CreateLabel();
        _c.push(rbx);
        _c.push(r12);
        _c.Label(ref nextNode);
        FirstBlock();

        // The parents asked for are those of the next node; of the last one, its own.
        _c.lea(rbx, __[rsi + NodeParentBytes]);
        _c.cmp(r9, 1);
        _c.cmove(rbx, rsi);

        // First pass over the parents: schedules are made and kept.
        _c.lea(r10, __[rdi + _tables.Schedules]);
        for (int block = 0; block < _distinctParents / 2; block++)
        {
            Prefetch(2 * block);
            Prefetch((2 * block) + 1);
            LoadParent(2 * block, W);
            LoadParent((2 * block) + 1, W + Words);
            _c.call(_hashMessage);
        }

        // The other passes; the last one may stop short of the last distinct block, and one parent is left for the padded block.
        int whole = (LabelMessage.Parents / _distinctParents) - 1;
        int rest = LabelMessage.Parents % _distinctParents;
        for (int pass = 0; pass < whole; pass++)
        {
            KeptBlocks(_distinctParents / 2);
        }

        if (rest > 1)
        {
            KeptBlocks(rest / 2);
        }

        LastBlock(parent: rest - 1);

        StoreLabel();
        _c.add(rsi, NodeParentBytes);
        _c.inc(r8);
        _c.dec(r9);
        _c.jnz(nextNode);
        _c.PreferVex = true;
        _c.vzeroupper();
        _c.PreferVex = false;
        _c.pop(r12);
        _c.pop(rbx);
        _c.ret();
        EmitHashMessage();
        EmitHashKept();
    }

    private static AssemblerRegister64 LayerOf(int parent) => parent < LabelMessage.BaseDegree ? rdx : rcx;

    private AssemblerMemoryOperand Vector(AssemblerRegister64 start, int index) => __[start + (index * _v.VectorBytes)];

    private void FirstBlock()
    {
        for (int w = 0; w < Words; w++)
        {
            _v.Broadcast(w, __dword_ptr[rdi + Avx512Tables.Initial + (4 * w)]);
            _v.Load(W + w, __[rdi + Avx512Tables.ReplicaIds + (w * _v.VectorBytes)]);
        }

        _v.Broadcast(W + 8, __dword_ptr[rdi + Avx512Tables.Layer]);
        _c.mov(rax, r8);
        _c.shr(rax, 32);
        _v.Broadcast(W + 9, eax);
        _v.Broadcast(W + 10, r8d);
        for (int w = 11; w < MessageWords; w++)
        {
            _v.Clear(W + w);
        }

        _c.lea(r10, __[rdi + _tables.LastSchedule]);
        _c.call(_hashMessage);
    }

    private void LastBlock(int parent)
    {
        LoadParent(parent, W);
        _v.Broadcast(W + 8, __dword_ptr[rdi + Avx512Tables.PaddingBit]);
        for (int w = 9; w < MessageWords - 1; w++)
        {
            _v.Clear(W + w);
        }

        _v.Broadcast(W + 15, __dword_ptr[rdi + Avx512Tables.Length]);
        _c.lea(r10, __[rdi + _tables.LastSchedule]);
        _c.call(_hashMessage);
    }

    /// <summary>Asks for a parent of the next node: labelling this one takes many times longer than a memory access.</summary>
    private void Prefetch(int parent)
    {
        _c.mov(eax, __dword_ptr[rbx + (4 * parent)]);
        _c.shl(rax, _nodeShift);
        _c.add(rax, LayerOf(parent));
        for (int line = 0; line < 1 << _nodeShift; line += CacheLine)
        {
            _c.prefetcht1(__byte_ptr[rax + line]);
        }
    }

    private void LoadParent(int parent, int at)
    {
        _c.mov(r11d, __dword_ptr[rsi + (4 * parent)]);
        _c.shl(r11, _nodeShift);
        _c.add(r11, LayerOf(parent));
        for (int w = 0; w < Words; w++)
        {
            _v.Load(at + w, Vector(r11, w));
        }
    }

    private void KeptBlocks(int count)
    {
        Label again = _c.CreateLabel();
        _c.lea(r10, __[rdi + _tables.Schedules]);
        _c.mov(r12d, count);
        _c.Label(ref again);
        _c.call(_hashKept);
        _c.dec(r12d);
        _c.jnz(again);
    }

    /// <summary>A function: absorbs the block in the message registers; W + K go to r10, which moves on.</summary>
    private void EmitHashMessage()
    {
        _c.Label(ref _hashMessage);
        SaveState();
        Rounds(AddMessageWord, i =>
        {
            if (i < Avx512Tables.Rounds - MessageWords)
            {
                Schedule(i % MessageWords);
            }
        });
        _c.add(r10, _tables.ScheduleBytes);
        AddState();
        _c.ret();
    }

    /// <summary>A function: absorbs the block whose W + K are at r10, which moves on.</summary>
    private void EmitHashKept()
    {
        _c.Label(ref _hashKept);
        SaveState();
        Rounds(i => _v.Add(Name(7, i), Name(7, i), Vector(r10, i)));
        _c.add(r10, _tables.ScheduleBytes);
        AddState();
        _c.ret();
    }

    // Where word a, b, ... of the state is in round i: words stay in their registers, names move on.
    private static int Name(int word, int round) => (word - round) & (Words - 1);

    private void AddMessageWord(int i)
    {
        _v.Add(T3, W + (i % MessageWords), __dword_bcst[rdi + Avx512Tables.RoundConstants + (4 * i)]);
        _v.Store(Vector(r10, i), T3);
        _v.Add(Name(7, i), Name(7, i), T3);
    }

    /// <summary>The rounds of a block.</summary>
    /// <param name="addWord">Adds W + K of a round to h; may use T3.</param>
    /// <param name="afterRound">What else is to be done with a round; may use T0 to T2 and T5 to T7.</param>
    private void Rounds(Action<int> addWord, Action<int>? afterRound = null)
    {
        addWord(0);
        for (int i = 0; i < Avx512Tables.Rounds; i++)
        {
            Round(i, addWord);
            afterRound?.Invoke(i);
        }

        FinishRound(Avx512Tables.Rounds - 1);
    }

    /// <summary>One round but for the last addition to the new a, which is left to the next round; h already has W + K added.</summary>
    /// <remarks>
    /// Rotations wait for two of the four vector units and come back after two cycles, and the new e depends on three of them. The order
    /// below, found by trying thousands, starts them as early as they can be and lets the additions of the round before come between: a
    /// round takes 9.3 cycles on Zen 4 instead of the 12 of the order in which the standard writes it; 8 is what its units allow.
    /// </remarks>
    private void Round(int i, Action<int> addWord)
    {
        int a = Name(0, i), b = Name(1, i), c = Name(2, i), d = Name(3, i), e = Name(4, i), f = Name(5, i), g = Name(6, i), h = Name(7, i);
        _v.RotateRight(T2, e, 25);
        _v.Copy(T3, e);
        if (i > 0)
        {
            FinishRound(i - 1);
        }

        _v.Copy(T4, a);
        _v.Logic(T3, f, g, SecondOrThirdByFirst);
        _v.Add(h, h, T3);
        _v.RotateRight(T0, e, 6);
        _v.RotateRight(T1, e, 11);
        _v.Logic(T0, T1, T2, XorOfThree);
        _v.RotateRight(T6, a, 13);
        _v.RotateRight(T7, a, 22);
        if (i + 1 < Avx512Tables.Rounds)
        {
            addWord(i + 1);
        }

        _v.Add(h, h, T0);
        _v.Logic(T4, b, c, AtLeastTwo);
        _v.RotateRight(T5, a, 2);
        _v.Logic(T5, T6, T7, XorOfThree);
        _v.Add(T4, T4, T5);
        _v.Add(d, d, h);
    }

    private void FinishRound(int i) => _v.Add(Name(7, i), Name(7, i), T4);

    /// <summary>Word i of the schedule becomes word i + 16.</summary>
    private void Schedule(int i)
    {
        int w0 = W + i, w1 = W + ((i + 1) % MessageWords), w9 = W + ((i + 9) % MessageWords), w14 = W + ((i + 14) % MessageWords);
        _v.RotateRight(T0, w1, 7);
        _v.RotateRight(T1, w1, 18);
        _v.ShiftRight(T2, w1, 3);
        _v.Add(w0, w0, w9);
        _v.Logic(T0, T1, T2, XorOfThree);
        _v.RotateRight(T5, w14, 17);
        _v.RotateRight(T6, w14, 19);
        _v.ShiftRight(T7, w14, 10);
        _v.Add(w0, w0, T0);
        _v.Logic(T5, T6, T7, XorOfThree);
        _v.Add(w0, w0, T5);
    }

    private void SaveState()
    {
        for (int w = 0; w < Words; w++)
        {
            _v.Store(__[rdi + _tables.Saved + (w * _v.VectorBytes)], w);
        }
    }

    private void AddState()
    {
        for (int w = 0; w < Words; w++)
        {
            _v.Add(w, w, __[rdi + _tables.Saved + (w * _v.VectorBytes)]);
        }
    }

    private void StoreLabel()
    {
        _v.And(7, 7, __dword_bcst[rdi + Avx512Tables.LabelMask]);
        _c.mov(rax, r8);
        _c.shl(rax, _nodeShift);
        _c.add(rax, rdx);
        for (int w = 0; w < Words; w++)
        {
            _v.Store(Vector(rax, w), w);
        }
    }
}
