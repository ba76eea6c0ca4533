using Filecoin.Cryptography.Kernels.Emit;
using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;

namespace Filecoin.Cryptography.Kernels.Poseidon;

/// <summary>
/// Emits one function that runs Poseidon on two sets of preimages side by side, one preimage in each lane of doubles: <c>void f(double* work,
/// double* tables)</c>. On entry the elements of the state, which begin the working memory, are the canonical inputs as limbs of 51 bits, integers,
/// but for element 0; on return element 0 is the digest as signed limbs, doubles, less than r in magnitude. The algorithm is
/// <see cref="PoseidonRecurrence"/>'s.
/// </summary>
/// <remarks>
/// <para>Working memory: t + 1 elements of state; as many of scratch; the past, w~_(-n) … w~_P; all of them for one set and the other in turns.
/// Then a frame for each set (<see cref="PoseidonFmaFrame"/>), and what belongs to the whole.</para>
/// <para>Reductions are long chains of few instructions, sums of products many instructions that do not wait for each other. So the sum of one set
/// and the reduction of the other are woven together, always. Loops begin with a sum before them, and end with one too many, whose result
/// nobody uses.</para>
/// <para>Registers. rdi: working memory. rsi: tables. rdx, rcx: frames. In full rounds r8: walks elements; rax: addends; r9: factors; r10: results;
/// r11: counts. In partial rounds r8, rax with rdx, and r10, r9 with rcx: the past and the round's constants. Vectors as in
/// <see cref="PoseidonFmaField"/> and <see cref="PoseidonFmaReduction"/>.</para>
/// <para>Bounds are computed and checked while code is emitted. Elements are multiples of r around zero: at most 0.56 before an S-box; a square of it
/// 0.79, the fourth power 1.07, the fifth 1.04; Montgomery's factor is 1.104 r, so nothing but a highest limb grows by that.</para>
/// </remarks>
internal sealed class PoseidonFmaEmitter
{
    /// <summary>Sets of lanes.</summary>
    public const int Sets = 2;

    /// <summary>Round to nearest, all exceptions masked, denormals as zero: only lanes without a preimage could hold any.</summary>
    private const uint FloatingPointControl = 0x9fc0;

    private const int WordsOfAll = 8;

    private static readonly FmaBound BeforeSBox = new(0.56);
    private static readonly FmaBound Reduced = new(0.5 + 1e-8);

    private readonly Assembler _c = new(64);
    private readonly PoseidonFmaTables _tables;
    private readonly PoseidonRecurrence _recurrence;
    private readonly FmaVectors _vectors;
    private readonly PoseidonFmaField _field;
    private readonly PoseidonFmaReduction _reduction;
    private readonly int _width;
    private readonly int _element;
    private readonly int _pair;
    private readonly int _scratch;
    private readonly int _past;
    private readonly int _frames;
    private readonly int _frameBytes;
    private readonly int _counter;
    private readonly int _savedControl;
    private FmaBound _afterSBox;

    private PoseidonFmaEmitter(PoseidonFmaTables tables, int lanes)
    {
        _tables = tables;
        _recurrence = tables.Recurrence;
        _vectors = new FmaVectors(lanes * sizeof(double));
        _field = new PoseidonFmaField(_vectors, tables);
        _reduction = new PoseidonFmaReduction(_vectors, tables);
        _width = _recurrence.Width;
        _element = _field.ElementBytes;
        _pair = Sets * _element;
        _scratch = (_width + 1) * _pair;
        _past = 2 * _scratch;
        _frames = _past + ((_width + _recurrence.PartialRounds) * _pair);
        _frameBytes = PoseidonFmaFrame.Slots * _vectors.Bytes;
        _counter = _frames + (Sets * _frameBytes);
        _savedControl = _counter + sizeof(ulong);
    }

    /// <summary>64-bit words of working memory, which must lie at a multiple of a vector's bytes.</summary>
    public static int WorkWords(PoseidonRecurrence recurrence, int lanes) =>
        (((((3 * recurrence.Width) + 2 + recurrence.PartialRounds) * Radix51.Limbs) + PoseidonFmaFrame.Slots) * Sets * lanes) + WordsOfAll;

    /// <summary>Emits the function for these constants; null if the system does not let code be made.</summary>
    public static unsafe delegate* unmanaged<ulong*, ulong*, void> TryEmit(PoseidonFmaTables tables, int lanes) =>
        (delegate* unmanaged<ulong*, ulong*, void>)ExecutableMemory.TryLoad(Assemble(tables, lanes));

    /// <summary>The function's instructions.</summary>
    public static Assembler Assemble(PoseidonFmaTables tables, int lanes)
    {
        PoseidonFmaEmitter emitter = new(tables, lanes);
        emitter.EmitAll();
        return emitter._c;
    }

    private void EmitAll()
    {
        int ordinary = (PoseidonConstants.FullRounds / 2) - 1;
        _c.vstmxcsr(__dword_ptr[rdi + _savedControl]);
        _c.vldmxcsr(__dword_ptr[rsi + _tables.Vector(FloatingPointControl)]);
        Emit(_field.LoadConstants);
        EmitInput();
        EmitFullRounds(ordinary, _tables.FullAddends);
        EmitSBoxes();
        EmitEnter();
        EmitPartialRounds();
        EmitLeave();
        EmitFullRounds(ordinary, _tables.LastAddends);
        EmitSBoxes();
        EmitDigest();
        _c.vldmxcsr(__dword_ptr[rdi + _savedControl]);
        _c.vzeroupper();
        _c.ret();
    }

    /// <summary>state[0] = its constant, state[k] += its addend, brought between -r/2 and r/2.</summary>
    private void EmitInput()
    {
        const int register = 0;
        Emit(() =>
        {
            for (int i = 0; i < Radix51.Limbs; i++)
            {
                _vectors.Broadcast(register, rsi, _tables.First + (sizeof(double) * i));
                _vectors.Store(_vectors.At(rdi, i * _vectors.Bytes), register);
                _vectors.Store(_vectors.At(rdi, _element + (i * _vectors.Bytes)), register);
            }
        });
        _c.lea(rdx, __[rdi + _frames]);
        _c.lea(rax, __[rsi + _tables.First + ConstantBytes]);
        _c.lea(r8, __[rdi + _pair]);
        Loop(_width - 1, () =>
        {
            for (int set = 0; set < Sets; set++)
            {
                int offset = set * _element;
                Emit(() =>
                {
                    FmaColumns sum = _field.Begin(rdx, PoseidonFmaFrame.Joined * _vectors.Bytes);
                    _field.BeginWith(rax, 0);
                    _field.AddCanonical(r8, offset);
                    _field.End();
                    Check(_reduction.ReduceFromTop(rdx, PoseidonFmaFrame.Joined, sum, null, r8, offset), BeforeSBox);
                });
            }

            _c.add(r8, _pair);
            _c.add(rax, ConstantBytes);
        });
    }

    private void EmitFullRounds(int rounds, int addends)
    {
        _c.lea(rax, __[rsi + addends]);
        _c.mov(__qword_ptr[rdi + _counter], rounds);
        Label again = _c.CreateLabel();
        _c.Label(ref again);
        EmitSBoxes();
        EmitMixing();
        _c.dec(__qword_ptr[rdi + _counter]);
        _c.jnz(again);
    }

    /// <summary>scratch[k] = state[k]^5, in three passes over all elements of both sets.</summary>
    private void EmitSBoxes()
    {
        FmaBound square = Pass(0, sum => Square(0, BeforeSBox));
        FmaBound fourth = Pass(0, sum => Square(_scratch, square));
        _afterSBox = Pass(0, sum => _field.AddProduct(r8, 0, BeforeSBox, r8, _scratch, fourth));

        void Square(int offset, FmaBound bound) => _field.AddSquare(r8, offset, bound);
    }

    private FmaBound Pass(int from, Action<FmaColumns> multiply)
    {
        FmaColumns sum = new();
        FmaBound result = default;
        IReadOnlyList<Instruction> product = _vectors.Record(() =>
        {
            sum = _field.Begin(rdx, PoseidonFmaFrame.Sum * _vectors.Bytes);
            multiply(sum);
            _field.End();
        });
        IReadOnlyList<Instruction> reduction = _vectors.Record(() =>
            result = _reduction.Reduce(rcx, PoseidonFmaFrame.Sum, sum, Radix51.Limbs, r10, 0));
        EmitFramePointers();
        _c.lea(r8, __[rdi + from]);
        _c.lea(r10, __[rdi + _scratch]);
        Emit(product);
        Loop(Sets * _width, () =>
        {
            _c.xchg(rdx, rcx);
            _c.add(r8, _element);
            Weave(product, reduction);
            _c.add(r10, _element);
        });
        return result;
    }

    /// <summary>state = (D·M · scratch + the addends at rax, which move on) / 2^51.</summary>
    private void EmitMixing()
    {
        _c.lea(r9, __[rsi + _tables.Mix]);
        _c.mov(r10, rdi);
        EmitRows(_width, sizeof(double), ConstantBytes, _pair, 1, BeforeSBox, set =>
        {
            _field.BeginWith(rax, 0);
            AddMix(set);
        });
    }

    private void AddMix(int set)
    {
        for (int j = 0; j < _width; j++)
        {
            // The first row's factors are the largest.
            _field.AddRow(0, r9, sizeof(double) * j, (double)_recurrence.Mix[j], rdi, _scratch + (j * _pair) + (set * _element), _afterSBox);
        }
    }

    /// <summary>
    /// A result for each row of constants, the first one's factors at r9, its addends at rax, stored at r10 for both sets. All of them move on.
    /// </summary>
    private void EmitRows(int rows, int factorBytes, int addendBytes, int resultBytes, int steps, FmaBound most, Action<int> addRow)
    {
        AssemblerRegister64[] frames = [rdx, rcx];
        IReadOnlyList<Instruction>[] sums = new IReadOnlyList<Instruction>[Sets];
        IReadOnlyList<Instruction>[] reductions = new IReadOnlyList<Instruction>[Sets];
        for (int set = 0; set < Sets; set++)
        {
            FmaColumns sum = new();
            sums[set] = _vectors.Record(() =>
            {
                sum = _field.Begin(frames[set], PoseidonFmaFrame.Sum * _vectors.Bytes);
                addRow(set);
                _field.End();
            });
            reductions[set] = _vectors.Record(() =>
                Check(_reduction.Reduce(frames[set], PoseidonFmaFrame.Sum, sum, steps, r10, set * _element), most));
        }

        EmitFramePointers();
        Emit(sums[0]);
        Loop(rows, () =>
        {
            Weave(sums[1], reductions[0]);
            _c.add(r9, factorBytes);
            if (addendBytes > 0)
            {
                _c.add(rax, addendBytes);
            }

            Weave(sums[0], reductions[1]);
            _c.add(r10, resultBytes);
        });
    }

    /// <summary>The past as it would have been, and, where w~_0 will be, s~_0.</summary>
    private void EmitEnter()
    {
        _c.lea(r9, __[rsi + _tables.Enter]);
        _c.lea(r10, __[rdi + _past + ((_width - 1) * _pair)]);
        EmitRows(_width, (_width + 1) * ConstantBytes, 0, -_pair, PoseidonFmaTables.RowSteps, Reduced, set =>
            AddConstantRow(_scratch + (set * _element), _width, _afterSBox));
    }

    /// <summary>Adds the products of a row of constants at r9 with so many elements of the working memory, and its addend.</summary>
    private void AddConstantRow(int elements, int terms, FmaBound bound)
    {
        _field.BeginWith(r9, 0);
        for (int i = 0; i < Radix51.Limbs; i++)
        {
            for (int k = 0; k < terms; k++)
            {
                _field.AddRow(
                    i, r9, ((k + 1) * ConstantBytes) + (i * sizeof(double)), FmaBound.Balanced.Of(i), rdi, elements + (k * _pair), bound);
            }
        }
    }

    /// <summary>
    /// Each set goes through a round's phases, one half of a round after the other, so that sums meet reductions. What a phase needs of its set is in
    /// three registers, those of the first half and those of the second, which are exchanged when the sets change places.
    /// </summary>
    private void EmitPartialRounds()
    {
        int rounds = _recurrence.PartialRounds;
        PoseidonFmaPartialRound first = new(_vectors, _field, _reduction, _tables, _pair, Reduced, rdx, r8, rax);
        PoseidonFmaPartialRound second = new(_vectors, _field, _reduction, _tables, _pair, Reduced, rcx, r10, r9);
        IReadOnlyList<Instruction>[] begin = first.Phases[..PoseidonFmaPartialRound.Half];
        IReadOnlyList<Instruction>[] end = second.Phases[PoseidonFmaPartialRound.Half..];
        EmitFramePointers();
        _c.lea(r8, __[rdi + _past + ((_width - 1) * _pair)]);
        _c.lea(r10, __[r8 + _element]);
        _c.lea(rax, __[rsi + _tables.Rounds]);
        _c.mov(r9, rax);
        CopyElement(rdx, PoseidonFmaFrame.State * _vectors.Bytes, r8);
        CopyElement(rcx, PoseidonFmaFrame.State * _vectors.Bytes, r10);
        foreach (IReadOnlyList<Instruction> phase in begin)
        {
            Emit(phase);
        }

        ChangePlaces();
        Loop((Sets * rounds) - 1, () =>
        {
            for (int i = 0; i < begin.Length; i++)
            {
                Weave(begin[i], end[i]);
            }

            _c.add(r10, _pair);
            _c.add(r9, 2 * ConstantBytes);
            ChangePlaces();
        });
        foreach (IReadOnlyList<Instruction> phase in end)
        {
            Emit(phase);
        }

        void ChangePlaces()
        {
            _c.xchg(rdx, rcx);
            _c.xchg(r8, r10);
            _c.xchg(rax, r9);
        }
    }

    private void CopyElement(AssemblerRegister64 to, int offset, AssemblerRegister64 from)
    {
        const int register = 0;
        Emit(() =>
        {
            for (int i = 0; i < Radix51.Limbs; i++)
            {
                _vectors.Load(register, _vectors.At(from, i * _vectors.Bytes));
                _vectors.Store(_vectors.At(to, offset + (i * _vectors.Bytes)), register);
            }
        });
    }

    private void EmitLeave()
    {
        EmitFramePointers();
        AssemblerRegister64[] frames = [rdx, rcx];
        for (int set = 0; set < Sets; set++)
        {
            Emit(() =>
            {
                FmaColumns sum = _field.Begin(frames[set], PoseidonFmaFrame.Sum * _vectors.Bytes);
                for (int i = 0; i < Radix51.Limbs; i++)
                {
                    _field.AddRow(
                        i, rsi, _tables.LeaveFirst + (i * sizeof(double)), FmaBound.Balanced.Of(i),
                        frames[set], PoseidonFmaFrame.State * _vectors.Bytes, Reduced);
                }

                _field.End();
                Check(
                    _reduction.Reduce(frames[set], PoseidonFmaFrame.Sum, sum, PoseidonFmaTables.RowSteps, rdi, set * _element),
                    BeforeSBox);
            });
        }

        _c.lea(r9, __[rsi + _tables.Leave]);
        _c.lea(r10, __[rdi + _pair]);
        EmitRows(_width - 1, _width * ConstantBytes, 0, _pair, PoseidonFmaTables.RowSteps, BeforeSBox, set =>
            AddConstantRow(_past + (_recurrence.PartialRounds * _pair) + (set * _element), _width - 1, Reduced));
    }

    /// <summary>state[0] = row 1 of the matrix times scratch.</summary>
    private void EmitDigest()
    {
        _c.lea(r9, __[rsi + _tables.Mix + sizeof(double)]);
        _c.mov(r10, rdi);
        EmitRows(1, sizeof(double), 0, _pair, 1, new FmaBound(0.99), AddMix);
    }

    private const int ConstantBytes = Radix51.Limbs * sizeof(double);

    private static void Check(FmaBound bound, FmaBound most) =>
        FmaColumns.Require(bound.OfModulus <= most.OfModulus, "an element may be larger than what comes next allows");

    private void EmitFramePointers()
    {
        _c.lea(rdx, __[rdi + _frames]);
        _c.lea(rcx, __[rdi + _frames + _frameBytes]);
    }

    private void Emit(Action emit) => Emit(_vectors.Record(emit));

    private void Emit(IReadOnlyList<Instruction> instructions)
    {
        foreach (Instruction instruction in instructions)
        {
            _c.AddInstruction(instruction);
        }
    }

    /// <summary>Two streams that do not touch each other's registers and memory, in one, both at an even pace.</summary>
    private void Weave(IReadOnlyList<Instruction> one, IReadOnlyList<Instruction> other)
    {
        int i = 0, j = 0;
        while (i < one.Count || j < other.Count)
        {
            bool first = j == other.Count || (i < one.Count && (long)i * other.Count <= (long)j * one.Count);
            _c.AddInstruction(first ? one[i++] : other[j++]);
        }
    }

    private void Loop(int times, Action body)
    {
        Label again = _c.CreateLabel();
        _c.mov(r11, (long)times);
        _c.Label(ref again);
        body();
        _c.dec(r11);
        _c.jnz(again);
    }
}
