using Filecoin.Cryptography.Kernels.Emit;
using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;

namespace Filecoin.Cryptography.Kernels.Poseidon;

/// <summary>
/// Emits one function that runs Poseidon on <see cref="Lanes"/> consecutive preimages with MULX, ADCX and ADOX:
/// <c>void f(byte* preimages, ulong* digests, ulong* work, ulong* tables)</c>. Preimages are canonical elements; digests, 4 limbs each, are
/// below r + 2^252. The arithmetic is <see cref="PoseidonAdxField"/>'s, rows and blocks are explained at <see cref="PoseidonAdxTables"/>.
/// </summary>
/// <remarks>
/// <para>Why lanes. An S-box is three multiplications each waiting for the one before, and a partial round has only one. The lanes take turns
/// at every multiplication, so that one's fill the other's waiting. Measured on Zen 4: two lanes gain 3 % over one (arity 2: 9 %), more gain
/// nothing.</para>
/// <para>Memory. A lane's state is s_2, s_1, s_0, y_1, …, y_(t-1), x, q: the S-box outputs of a block of partial rounds in falling order, the
/// elements but the first, the first, the S-box's intermediate. In full rounds the first element lies in s_0's place, before the others.
/// Every lane has two states, the second one for what a matrix makes of the first; there it also gives room for the S-boxes.</para>
/// <para>Registers between subroutines. rdi, rsi: their operands. rax: pointer to where results go. Everything else stays in the
/// stack frame, because the arithmetic needs all registers.</para>
/// </remarks>
internal sealed class PoseidonAdxEmitter
{
    /// <summary>Preimages hashed by one call.</summary>
    public const int Lanes = 2;

    private const int ElementBytes = PoseidonAdxTables.ElementBytes;
    private const int BlockRounds = PoseidonAdxTables.BlockRounds;
    private const int FirstSlot = BlockRounds - 1;

    // The stack frame: eight bytes each.
    private const int Preimages = 0, Digests = 8, State = 16, Mixed = 24, Tables = 32, Row = 40, Offset = 48, Rounds = 56, FrameBytes = 64;

    private static readonly AssemblerRegister64[] CalleeSaved = [rbx, rbp, r12, r13, r14, r15];

    private readonly Assembler _c = new(64);
    private readonly PoseidonConstants _constants;
    private readonly PoseidonAdxField _field;
    private readonly int _width;

    private PoseidonAdxEmitter(PoseidonConstants constants)
    {
        _constants = constants;
        _width = constants.Width;
        _field = new PoseidonAdxField(_c, _width - 1 + BlockRounds, Frame(Tables + sizeof(ulong)));
    }

    private int SlotX => FirstSlot + _width;

    private int SlotQ => SlotX + 1;

    private int StateBytes => StateElements(_width) * ElementBytes;

    /// <summary>64-bit words of working memory the function needs.</summary>
    public static int WorkWords(int width) => 2 * Lanes * StateElements(width) * ElementBytes / sizeof(ulong);

    /// <summary>Emits the function for these constants; null if the system does not let code be made.</summary>
    public static unsafe delegate* unmanaged<byte*, ulong*, ulong*, ulong*, void> TryEmit(PoseidonConstants constants) =>
        (delegate* unmanaged<byte*, ulong*, ulong*, ulong*, void>)ExecutableMemory.TryLoad(Assemble(constants));

    /// <summary>The function's instructions.</summary>
    public static Assembler Assemble(PoseidonConstants constants)
    {
        PoseidonAdxEmitter emitter = new(constants);
        emitter.EmitAll();
        return emitter._c;
    }

    private static int StateElements(int width) => FirstSlot + width + 2;

    private static AssemblerMemoryOperand Frame(int offset) => __qword_ptr[rsp + offset];

    private void EmitAll()
    {
        foreach (AssemblerRegister64 register in CalleeSaved)
        {
            _c.push(register);
        }

        _c.sub(rsp, FrameBytes);
        _c.mov(Frame(Preimages), rdi);
        _c.mov(Frame(Digests), rsi);
        _c.mov(Frame(State), rdx);
        _c.add(rdx, Lanes * StateBytes);
        _c.mov(Frame(Mixed), rdx);
        _c.mov(Frame(Tables), rcx);
        _c.add(rcx, PoseidonAdxTables.FirstElement);
        _c.mov(Frame(Row), rcx);

        int half = PoseidonConstants.FullRounds / 2;
        EmitInput();
        Loop(Rounds, half, EmitFullRound);
        EmitPartialRounds();
        Loop(Rounds, half - 1, EmitFullRound);
        EmitFullSBoxes();
        EmitDigest();

        _c.add(rsp, FrameBytes);
        foreach (AssemblerRegister64 register in CalleeSaved.Reverse())
        {
            _c.pop(register);
        }

        _c.ret();
        _field.EmitSubroutines();
    }

    /// <summary>state[0] = tag + constant; state[k] = input in Montgomery form + constant.</summary>
    private void EmitInput()
    {
        _c.mov(rsi, Frame(Row));
        LoadResult(rsi, 0);
        _c.mov(rax, Frame(State));
        for (int lane = 0; lane < Lanes; lane++)
        {
            StoreResult(rax, At(lane, FirstSlot));
        }

        _c.add(Frame(Row), ElementBytes);
        ForElements(_width - 1, () =>
        {
            for (int lane = 0; lane < Lanes; lane++)
            {
                _c.mov(rdi, Frame(Preimages));
                _c.add(rdi, Frame(Offset));
                _c.add(rdi, lane * (_width - 1) * ElementBytes);
                SumOfRow(1);
                StoreAtOffset(State, At(lane, FirstSlot + 1));
            }

            NextRow(1);
        });
    }

    private void EmitFullRound()
    {
        EmitFullSBoxes();
        EmitDense();
    }

    /// <summary>state[k] = state[k]^5, in three passes over all elements so that neighbours do not wait for each other.</summary>
    private void EmitFullSBoxes()
    {
        Pass(State, _field.CallSquare, Mixed);
        Pass(Mixed, _field.CallSquare, Mixed);
        Pass(Mixed, _field.CallProduct, State);

        void Pass(int from, Action multiply, int to) => ForElements(_width, () =>
        {
            for (int lane = 0; lane < Lanes; lane++)
            {
                PointTo(rdi, from, At(lane, FirstSlot));
                PointTo(rsi, State, At(lane, FirstSlot));
                multiply();
                StoreAtOffset(to, At(lane, FirstSlot));
            }
        });

        void PointTo(AssemblerRegister64 pointer, int buffer, int offset)
        {
            _c.mov(pointer, Frame(buffer));
            _c.add(pointer, Frame(Offset));
            _c.add(pointer, offset);
        }
    }

    /// <summary>mixed = the next rows · state; then the two change places.</summary>
    private void EmitDense()
    {
        ForElements(_width, () =>
        {
            for (int lane = 0; lane < Lanes; lane++)
            {
                _c.mov(rdi, Frame(State));
                _c.add(rdi, At(lane, FirstSlot));
                SumOfRow(_width);
                StoreAtOffset(Mixed, At(lane, FirstSlot));
            }

            NextRow(_width);
        });
        _c.mov(rax, Frame(State));
        _c.mov(rdx, Frame(Mixed));
        _c.mov(Frame(State), rdx);
        _c.mov(Frame(Mixed), rax);
    }

    private void EmitPartialRounds()
    {
        Move(FirstSlot, SlotX);
        Loop(Rounds, _constants.PartialRounds / BlockRounds, () => EmitBlock(BlockRounds));
        if (_constants.PartialRounds % BlockRounds is int rest and > 0)
        {
            EmitBlock(rest);
        }

        Move(SlotX, FirstSlot);
    }

    private void EmitBlock(int rounds)
    {
        for (int i = 0; i < rounds; i++)
        {
            int slot = FirstSlot - i;
            Step(SlotX, _field.CallSquare, SlotQ);
            Step(SlotQ, _field.CallSquare, SlotQ);
            Step(SlotQ, _field.CallProduct, slot);
            int terms = _width + i;
            Step(slot, () => SumOfRow(terms), SlotX);
            NextRow(terms);
        }

        int last = FirstSlot - (rounds - 1);
        ForElements(_width - 1, () =>
        {
            for (int lane = 0; lane < Lanes; lane++)
            {
                _c.mov(rdi, Frame(State));
                _c.mov(rsi, Frame(Offset));
                _c.add(rsi, rdi);
                LoadResult(rsi, At(lane, FirstSlot + 1));
                _c.add(rdi, At(lane, last));
                _c.mov(rsi, Frame(Row));
                _field.CallSum(rounds);
                StoreAtOffset(State, At(lane, FirstSlot + 1));
            }

            _c.add(Frame(Row), rounds * ElementBytes);
        });
    }

    /// <summary>In every lane: the element at <paramref name="to"/> = what becomes of the one at <paramref name="from"/> (and of x).</summary>
    private void Step(int from, Action compute, int to)
    {
        for (int lane = 0; lane < Lanes; lane++)
        {
            _c.mov(rax, Frame(State));
            _c.lea(rdi, __[rax + At(lane, from)]);
            _c.lea(rsi, __[rax + At(lane, SlotX)]);
            compute();
            _c.mov(rax, Frame(State));
            StoreResult(rax, At(lane, to));
        }
    }

    private void EmitDigest()
    {
        for (int lane = 0; lane < Lanes; lane++)
        {
            _c.mov(rdi, Frame(State));
            _c.add(rdi, At(lane, FirstSlot));
            _c.mov(rsi, Frame(Row));
            foreach (AssemblerRegister64 limb in PoseidonAdxField.Result)
            {
                _c.xor(limb, limb);
            }

            _field.CallSum(_width);
            _c.mov(rax, Frame(Digests));
            StoreResult(rax, lane * ElementBytes);
        }
    }

    /// <summary>Result = addend + sum of the current row's factors times the terms at rdi.</summary>
    private void SumOfRow(int terms)
    {
        _c.mov(rsi, Frame(Row));
        LoadResult(rsi, 0);
        _c.add(rsi, ElementBytes);
        _field.CallSum(terms);
    }

    private void NextRow(int terms) => _c.add(Frame(Row), (terms + 1) * ElementBytes);

    private int At(int lane, int slot) => (lane * StateBytes) + (slot * ElementBytes);

    private void Move(int from, int to) => Step(from, () => LoadResult(rdi, 0), to);

    private void LoadResult(AssemblerRegister64 from, int offset)
    {
        for (int i = 0; i < PoseidonAdxField.Result.Length; i++)
        {
            _c.mov(PoseidonAdxField.Result[i], __qword_ptr[from + offset + (sizeof(ulong) * i)]);
        }
    }

    private void StoreResult(AssemblerRegister64 to, int offset)
    {
        for (int i = 0; i < PoseidonAdxField.Result.Length; i++)
        {
            _c.mov(__qword_ptr[to + offset + (sizeof(ulong) * i)], PoseidonAdxField.Result[i]);
        }
    }

    private void StoreAtOffset(int buffer, int offset)
    {
        _c.mov(rax, Frame(buffer));
        _c.add(rax, Frame(Offset));
        StoreResult(rax, offset);
    }

    /// <summary>Runs the body with Offset at 0, 32, …: the byte offsets of elements.</summary>
    private void ForElements(int count, Action body)
    {
        Label again = _c.CreateLabel();
        _c.mov(Frame(Offset), 0);
        _c.Label(ref again);
        body();
        _c.add(Frame(Offset), ElementBytes);
        _c.cmp(Frame(Offset), count * ElementBytes);
        _c.jb(again);
    }

    private void Loop(int counter, int times, Action body)
    {
        Label again = _c.CreateLabel();
        _c.mov(Frame(counter), times);
        _c.Label(ref again);
        body();
        _c.dec(Frame(counter));
        _c.jnz(again);
    }
}
