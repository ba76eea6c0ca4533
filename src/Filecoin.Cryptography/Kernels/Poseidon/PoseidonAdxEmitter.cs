using Filecoin.Cryptography.Kernels.Emit;
using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;

namespace Filecoin.Cryptography.Kernels.Poseidon;

/// <summary>
/// Emits one function that runs Poseidon on <see cref="Lanes"/> consecutive preimages with MULX, ADCX and ADOX:
/// <c>void f(byte* preimages, ulong* digests, ulong* work, ulong* tables)</c>. Preimages are canonical elements; digests, 4 limbs each, are
/// below r + 2^252. The algorithm is <see cref="PoseidonRecurrence"/>'s, the arithmetic that of <see cref="PoseidonAdxField"/> and <see cref="PoseidonAdxSums"/>.
/// </summary>
/// <remarks>
/// <para>Why lanes. An S-box is three multiplications each waiting for the one before, and a partial round has only one. The lanes take turns
/// at every multiplication, so that one's fill the other's waiting.</para>
/// <para>Memory of a lane, in elements: t of state; t of scratch, where S-boxes leave their results; the past, w~_(-n) … w~_(P-1).</para>
/// <para>Registers between subroutines. rdi, rsi, rcx: their operands. rax: pointer to where results go. Everything else stays in the
/// stack frame, because the arithmetic needs all registers.</para>
/// </remarks>
internal sealed class PoseidonAdxEmitter
{
    /// <summary>Preimages hashed by one call.</summary>
    public const int Lanes = 2;

    private const int ElementBytes = PoseidonTables64.ElementBytes;

    // The stack frame: eight bytes each.
    private const int Preimages = 0, Digests = 8, Work = 16, Tables = 24, Row = 32, Factors = 40, Offset = 48, Rounds = 56, Past = 64, FrameBytes = 80;

    private static readonly AssemblerRegister64[] CalleeSaved = [rbx, rbp, r12, r13, r14, r15];

    private readonly Assembler _c = new(64);
    private readonly PoseidonTables64 _tables;
    private readonly PoseidonAdxField _field;
    private readonly PoseidonAdxSums _sums;
    private readonly int _width;
    private readonly int _rounds;

    private PoseidonAdxEmitter(PoseidonTables64 tables)
    {
        _tables = tables;
        _width = tables.Recurrence.Width;
        _rounds = tables.Recurrence.PartialRounds;
        _field = new PoseidonAdxField(_c, tables, Frame(Tables + sizeof(ulong)));
        _sums = new PoseidonAdxSums(_c, tables, Frame(Tables + sizeof(ulong)));
    }

    private int Scratch => _width * ElementBytes;

    private int PastStart => 2 * Scratch;

    private int LaneBytes => LaneElements(_tables.Recurrence) * ElementBytes;

    /// <summary>64-bit words of working memory the function needs.</summary>
    public static int WorkWords(PoseidonRecurrence recurrence) => Lanes * LaneElements(recurrence) * ElementBytes / sizeof(ulong);

    /// <summary>Emits the function for these constants; null if the system does not let code be made.</summary>
    public static unsafe delegate* unmanaged<byte*, ulong*, ulong*, ulong*, void> TryEmit(PoseidonTables64 tables) =>
        (delegate* unmanaged<byte*, ulong*, ulong*, ulong*, void>)ExecutableMemory.TryLoad(Assemble(tables));

    /// <summary>The function's instructions.</summary>
    public static Assembler Assemble(PoseidonTables64 tables)
    {
        PoseidonAdxEmitter emitter = new(tables);
        emitter.EmitAll();
        return emitter._c;
    }

    private static int LaneElements(PoseidonRecurrence recurrence) => (3 * recurrence.Width) - 1 + recurrence.PartialRounds;

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
        _c.mov(Frame(Work), rdx);
        _c.mov(Frame(Tables), rcx);

        int ordinary = (PoseidonConstants.FullRounds / 2) - 1;
        EmitInput();
        EmitFullRounds(ordinary, _tables.FullAddends);
        EmitSBoxes();
        EmitEnter();
        EmitPartialRounds();
        EmitLeave();
        EmitFullRounds(ordinary, _tables.LastAddends);
        EmitSBoxes();
        EmitDigest();

        _c.add(rsp, FrameBytes);
        foreach (AssemblerRegister64 register in CalleeSaved.Reverse())
        {
            _c.pop(register);
        }

        _c.ret();
        _field.EmitSubroutines();
        _sums.EmitSubroutines();
    }

    /// <summary>state[0] = its constant, state[k] = input + addend.</summary>
    private void EmitInput()
    {
        PointRowTo(_tables.First);
        ForLanes(lane =>
        {
            _c.mov(rsi, Frame(Row));
            Load(PoseidonAdxSums.PastResult, rsi, 0);
            StoreAt(PoseidonAdxSums.PastResult, lane, 0);
        });
        NextRow(ElementBytes);
        ForElements(_width - 1, () =>
        {
            ForLanes(lane =>
            {
                _c.mov(rsi, Frame(Row));
                Load(PoseidonAdxSums.PastResult, rsi, 0);
                _c.mov(rsi, Frame(Preimages));
                _c.add(rsi, Frame(Offset));
                int preimage = lane * (_width - 1) * ElementBytes;
                _c.add(PoseidonAdxSums.PastResult[0], __qword_ptr[rsi + preimage]);
                for (int i = 1; i < PoseidonAdxSums.PastResult.Length; i++)
                {
                    _c.adc(PoseidonAdxSums.PastResult[i], __qword_ptr[rsi + preimage + (sizeof(ulong) * i)]);
                }

                _c.mov(rsi, Frame(Tables));
                _sums.Correct();
                StoreAtOffset(PoseidonAdxSums.PastResult, lane, ElementBytes);
            });
            NextRow(ElementBytes);
        });
    }

    private void EmitFullRounds(int rounds, int addends)
    {
        PointRowTo(addends);
        Loop(Rounds, rounds, () =>
        {
            EmitSBoxes();
            EmitMixing();
        });
    }

    /// <summary>scratch[k] = state[k]^5, in three passes over all elements so that neighbours do not wait for each other.</summary>
    private void EmitSBoxes()
    {
        Pass(0, _field.CallSquare);
        Pass(Scratch, _field.CallSquare);
        Pass(Scratch, _field.CallProduct);

        void Pass(int from, Action multiply) => ForElements(_width, () => ForLanes(lane =>
        {
            PointAtOffset(rdi, lane, from);
            PointAtOffset(rsi, lane, 0);
            multiply();
            StoreAtOffset(PoseidonAdxField.Result, lane, Scratch);
        }));
    }

    /// <summary>state = D·M · scratch / 2^64 + the addends at Row, which move on.</summary>
    private void EmitMixing()
    {
        _c.mov(rax, Frame(Tables));
        _c.add(rax, _tables.Mix);
        _c.mov(Frame(Factors), rax);
        ForElements(_width, () =>
        {
            ForLanes(lane =>
            {
                Point(rdi, lane, Scratch);
                _c.mov(rsi, Frame(Row));
                _c.mov(rcx, Frame(Factors));
                _sums.CallMix();
                StoreAtOffset(PoseidonAdxSums.MixResult, lane, 0);
            });
            NextRow(ElementBytes);
            _c.add(Frame(Factors), sizeof(ulong));
        });
    }

    /// <summary>state[0] = s~_0, and the past as it would have been; row k makes w~_(-k), and the past begins with the oldest.</summary>
    private void EmitEnter()
    {
        PointRowTo(_tables.Enter);
        EmitRow(Scratch, _width, lane => StoreAt(PoseidonAdxField.Result, lane, 0));
        _c.mov(Frame(Offset), (_width - 2) * ElementBytes);
        Loop(Rounds, _width - 1, () =>
        {
            EmitRow(Scratch, _width, lane => StoreAtOffset(PoseidonAdxField.Result, lane, PastStart));
            _c.sub(Frame(Offset), ElementBytes);
        });
    }

    /// <summary>Every lane's Result = addend and sum of products of the row with elements of the lane; Row moves on.</summary>
    private void EmitRow(int elements, int terms, Action<int> store)
    {
        ForLanes(lane =>
        {
            Point(rdi, lane, elements);
            _c.mov(rsi, Frame(Row));
            Load(PoseidonAdxField.Result, rsi, 0);
            _c.add(rsi, ElementBytes);
            _field.CallSum(terms);
            store(lane);
        });
        NextRow((terms + 1) * ElementBytes);
    }

    /// <summary>From s~_i in state[0] and the past before Past: w~_i there, then s~_(i+1) in state[0].</summary>
    private void EmitPartialRounds()
    {
        PointRowTo(_tables.Rounds);
        _c.mov(Frame(Past), PastStart + ((_width - 1) * ElementBytes));
        Loop(Rounds, _rounds, () =>
        {
            Multiply(0, _field.CallSquare);
            Multiply(Scratch, _field.CallSquare);
            ForLanes(lane =>
            {
                Point(rdi, lane, Scratch);
                _c.mov(rsi, Frame(Row));
                _field.CallProduct();
                StoreAt(PoseidonAdxField.Result, lane, Scratch);
            });
            Multiply(Scratch, _field.CallProduct);
            NextRow(ElementBytes);
            ForLanes(lane =>
            {
                PointAtPast(rdi, lane);
                Point(rsi, lane, Scratch);
                _sums.CallFeedback();
                PointAtPast(rax, lane);
                Store(rax, PoseidonAdxSums.PastResult, 0);
            });
            ForLanes(lane =>
            {
                PointAtPast(rdi, lane);
                _c.mov(rsi, Frame(Row));
                _sums.CallForward();
                StoreAt(PoseidonAdxSums.PastResult, lane, 0);
            });
            NextRow(ElementBytes);
            _c.add(Frame(Past), ElementBytes);
        });

        void Multiply(int from, Action multiply) => ForLanes(lane =>
        {
            Point(rdi, lane, from);
            Point(rsi, lane, 0);
            multiply();
            StoreAt(PoseidonAdxField.Result, lane, Scratch);
        });
    }

    private void EmitLeave()
    {
        PointRowTo(_tables.Leave);
        EmitRow(0, 1, lane => StoreAt(PoseidonAdxField.Result, lane, 0));
        ForElements(_width - 1, () => EmitRow(
            PastStart + (_rounds * ElementBytes), _width - 1, lane => StoreAtOffset(PoseidonAdxField.Result, lane, ElementBytes)));
    }

    private void EmitDigest() => ForLanes(lane =>
    {
        Point(rdi, lane, Scratch);
        _c.mov(rsi, Frame(Row));
        _c.mov(rcx, Frame(Tables));
        _c.add(rcx, _tables.Mix + sizeof(ulong));
        _sums.CallMix();
        _c.mov(rax, Frame(Digests));
        Store(rax, PoseidonAdxSums.MixResult, lane * ElementBytes);
    });

    private void PointRowTo(int table)
    {
        _c.mov(rax, Frame(Tables));
        _c.add(rax, table);
        _c.mov(Frame(Row), rax);
    }

    private void NextRow(int bytes) => _c.add(Frame(Row), bytes);

    private void Point(AssemblerRegister64 pointer, int lane, int offset)
    {
        _c.mov(pointer, Frame(Work));
        _c.add(pointer, (lane * LaneBytes) + offset);
    }

    private void PointAtOffset(AssemblerRegister64 pointer, int lane, int offset)
    {
        Point(pointer, lane, offset);
        _c.add(pointer, Frame(Offset));
    }

    private void PointAtPast(AssemblerRegister64 pointer, int lane)
    {
        Point(pointer, lane, 0);
        _c.add(pointer, Frame(Past));
    }

    private void StoreAt(ReadOnlySpan<AssemblerRegister64> element, int lane, int offset)
    {
        _c.mov(rax, Frame(Work));
        Store(rax, element, (lane * LaneBytes) + offset);
    }

    private void StoreAtOffset(ReadOnlySpan<AssemblerRegister64> element, int lane, int offset)
    {
        _c.mov(rax, Frame(Work));
        _c.add(rax, Frame(Offset));
        Store(rax, element, (lane * LaneBytes) + offset);
    }

    private void Load(ReadOnlySpan<AssemblerRegister64> element, AssemblerRegister64 from, int offset)
    {
        for (int i = 0; i < element.Length; i++)
        {
            _c.mov(element[i], __qword_ptr[from + offset + (sizeof(ulong) * i)]);
        }
    }

    private void Store(AssemblerRegister64 to, ReadOnlySpan<AssemblerRegister64> element, int offset)
    {
        for (int i = 0; i < element.Length; i++)
        {
            _c.mov(__qword_ptr[to + offset + (sizeof(ulong) * i)], element[i]);
        }
    }

    private static void ForLanes(Action<int> body)
    {
        for (int lane = 0; lane < Lanes; lane++)
        {
            body(lane);
        }
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
