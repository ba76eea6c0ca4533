using System.Numerics;
using Filecoin.Cryptography.Kernels.Emit;
using Iced.Intel;
using static Filecoin.Cryptography.Kernels.Poseidon.PoseidonIfmaField;
using static Iced.Intel.AssemblerRegisters;

namespace Filecoin.Cryptography.Kernels.Poseidon;

/// <summary>
/// Emits one function that runs Poseidon on eight preimages side by side, one in each 64-bit lane: <c>void f(ulong* work, ulong* tables)</c>.
/// On entry the elements of the state, which begin the working memory, are the canonical inputs but for element 0; on return element 0 is
/// the digest, at most r. The algorithm is <see cref="PoseidonRecurrence"/>'s.
/// </summary>
/// <remarks>
/// <para>Working memory, in elements of 5 limbs of 8 lanes: t of state; t of scratch; the past, w~_(-n) … w~_(P-1); five for values that wait.</para>
/// <para>Registers. rdi: working memory. rsi: tables. rax: walks constants. rcx: walks elements. r8: walks rows, in partial rounds the past.
/// r9, r10: count. r11: walks results. Vectors as in <see cref="PoseidonIfmaField"/>.</para>
/// <para>Bounds, in multiples of r. State: inputs and constants below 2; sums with one-limb factors, divided by a limb, below 2^-5 + 1, plus an
/// addend: below 2.1. Its powers below 1.2. Products with <see cref="PoseidonRecurrence.Enter"/> below 2.4; w~ below 4.1 and s~ below 2.6, see
/// <see cref="Reduction52"/>; products with <see cref="PoseidonRecurrence.Leave"/> below 3.3. All of it far below 2^260 > 35·r.</para>
/// <para>Order in a partial round. Every step's result is normalised by a chain of carries, during which the multipliers would wait; so steps that
/// do not need each other stand next to each other: the past's sums between the squarings.</para>
/// </remarks>
internal sealed class PoseidonIfmaEmitter
{
    /// <summary>Preimages hashed side by side.</summary>
    public const int Lanes = 8;

    private const int Waiting = 5;
    private readonly Assembler _c = new(64);
    private readonly PoseidonIfmaTables _tables;
    private readonly PoseidonRecurrence _recurrence;
    private readonly PoseidonIfmaField _field;
    private readonly int _width;
    private readonly int _scratch;
    private readonly int _past;
    private readonly int _square;
    private readonly int _product;
    private readonly int _sum;
    private readonly int _longSum;

    private PoseidonIfmaEmitter(PoseidonIfmaTables tables)
    {
        _tables = tables;
        _recurrence = tables.Recurrence;
        _field = new PoseidonIfmaField(_c, tables);
        _width = _recurrence.Width;
        _scratch = _width * ElementBytes;
        _past = 2 * _scratch;
        _square = _past + ((_width - 1 + _recurrence.PartialRounds) * ElementBytes);
        _product = _square + ElementBytes;
        _sum = _product + ElementBytes;
        _longSum = _sum + ElementBytes;
    }

    /// <summary>64-bit words of working memory.</summary>
    public static int WorkWords(PoseidonRecurrence recurrence) =>
        ((3 * recurrence.Width) - 1 + recurrence.PartialRounds + Waiting) * ElementBytes / sizeof(ulong);

    /// <summary>Emits the function for these constants; null if the system does not let code be made.</summary>
    public static unsafe delegate* unmanaged<ulong*, ulong*, void> TryEmit(PoseidonIfmaTables tables) =>
        (delegate* unmanaged<ulong*, ulong*, void>)ExecutableMemory.TryLoad(Assemble(tables));

    /// <summary>The function's instructions.</summary>
    public static Assembler Assemble(PoseidonIfmaTables tables)
    {
        PoseidonIfmaEmitter emitter = new(tables);
        emitter.EmitAll();
        return emitter._c;
    }

    private void EmitAll()
    {
        int ordinary = (PoseidonConstants.FullRounds / 2) - 1;
        _field.LoadConstants();
        EmitInput();
        EmitFullRounds(ordinary, _tables.FullAddends);
        EmitSBoxes();
        EmitEnter();
        EmitPartialRounds();
        EmitLeave();
        EmitFullRounds(ordinary, _tables.LastAddends);
        EmitSBoxes();
        _c.lea(r8, __[rsi + _tables.Mix + sizeof(ulong)]);
        EmitMix(1, addends: false);
        _field.Store(rdi, X, 0);
        _c.vzeroupper();
        _c.ret();
    }

    /// <summary>state[0] = its constant, state[k] += its addend.</summary>
    private void EmitInput()
    {
        _field.Broadcast(A, rsi, _tables.First);
        _field.Store(rdi, A);
        _c.lea(rax, __[rsi + _tables.First + ConstantBytes]);
        _c.lea(rcx, __[rdi + ElementBytes]);
        Loop(r10, _width - 1, () =>
        {
            _field.Load(A, rcx);
            _field.AddConstant(A, rax);
            _field.Normalize(A);
            _field.Store(rcx, A);
            _c.add(rcx, ElementBytes);
            _c.add(rax, ConstantBytes);
        });
    }

    private void EmitFullRounds(int rounds, int addends)
    {
        _c.lea(rax, __[rsi + addends]);
        Loop(r9, rounds, () =>
        {
            EmitSBoxes();
            EmitMixing();
        });
    }

    /// <summary>scratch[k] = state[k]^5, in three passes over all elements, so that neighbours do not wait for each other.</summary>
    private void EmitSBoxes()
    {
        Pass(0, () => _field.Square());
        Pass(_scratch, () => _field.Square());
        Pass(_scratch, () =>
        {
            _field.Load(X, rcx);
            _field.Multiply();
        });

        void Pass(int from, Action multiply)
        {
            _c.mov(rcx, rdi);
            Loop(r10, _width, () =>
            {
                _field.Load(A, rcx, from);
                multiply();
                _field.ReduceProduct();
                _field.Normalize(Upper);
                _field.Store(rcx, Upper, _scratch);
                _c.add(rcx, ElementBytes);
            });
        }
    }

    /// <summary>state = D·M · scratch / 2^52 + the addends at rax, which move on.</summary>
    private void EmitMixing()
    {
        int together = _width % 3 == 0 ? 3 : 1;
        _c.lea(r8, __[rsi + _tables.Mix]);
        _c.mov(r11, rdi);
        Loop(r10, _width / together, () =>
        {
            EmitMix(together, addends: true);
            _c.add(r8, together * sizeof(ulong));
            _c.add(r11, together * ElementBytes);
        });
    }

    /// <summary>
    /// So many rows of the matrix at once, the first one's factors at r8, stored at r11; or, without addends, one row left in X.
    /// </summary>
    /// <remarks>Three sums of six limbs and an element leave three registers for factors, each used by one row after the other.</remarks>
    private void EmitMix(int rows, bool addends)
    {
        AssemblerRegisterZMM[][] sums =
        [
            [zmm0, zmm1, zmm2, zmm3, zmm4, zmm5], [zmm6, zmm7, zmm8, zmm9, zmm10, zmm11], [zmm12, zmm13, zmm14, zmm22, zmm23, zmm24],
        ];
        AssemblerRegisterZMM[] element = X, factors = [zmm15, zmm16, zmm25];
        for (int row = 0; row < rows; row++)
        {
            _field.Clear(addends ? sums[row].AsSpan(0, 1) : sums[row]);
            if (addends)
            {
                _field.Broadcast(sums[row].AsSpan(1), rax);
                _c.add(rax, ConstantBytes);
            }

            _c.vpbroadcastq(factors[row], __qword_ptr[r8 + (8 * row)]);
        }

        for (int j = 0; j < _width; j++)
        {
            _field.Load(element, rdi, _scratch + (j * ElementBytes));
            for (int row = 0; row < rows; row++)
            {
                _field.AddRow(sums[row], element, factors[(j + row) % rows], 0);
            }

            if (j + 1 < _width)
            {
                _c.vpbroadcastq(factors[j % rows], __qword_ptr[r8 + (8 * (j + rows))]);
            }
        }

        for (int row = 0; row < rows; row++)
        {
            _field.ReduceLimb(sums[row]);
            _field.Normalize(sums[row].AsSpan(1));
            if (addends)
            {
                _field.Store(r11, sums[row].AsSpan(1), row * ElementBytes);
            }
        }

        if (!addends)
        {
            for (int i = 0; i < X.Length; i++)
            {
                _c.vmovdqa64(X[i], sums[0][i + 1]);
            }
        }
    }

    /// <summary>state[0] = s~_0, and the past as it would have been.</summary>
    private void EmitEnter()
    {
        _c.lea(r8, __[rsi + _tables.Enter]);
        EmitRow(_scratch, _width);
        _field.Store(rdi, Upper);

        // Row k makes w~_(-k), and the past begins with the oldest.
        _c.lea(r11, __[rdi + _past + ((_width - 2) * ElementBytes)]);
        Loop(r9, _width - 1, () =>
        {
            EmitRow(_scratch, _width);
            _field.Store(r11, Upper);
            _c.sub(r11, ElementBytes);
        });
    }

    /// <summary>Upper = addend and sum of products of the row at r8, which moves on, with elements of the working memory.</summary>
    private void EmitRow(int elements, int terms)
    {
        _field.Clear(Lower);
        _field.Broadcast(Upper, r8);
        _c.lea(rcx, __[rdi + elements]);
        Loop(r10, terms, () =>
        {
            _c.add(r8, ConstantBytes);
            _field.Load(A, rcx);
            _field.AddTerm(r8);
            _c.add(rcx, ElementBytes);
        });
        _c.add(r8, ConstantBytes);
        _field.ReduceProduct();
        _field.Normalize(Upper);
    }

    private void EmitPartialRounds()
    {
        _c.lea(rax, __[rsi + _tables.Rounds]);
        _c.lea(r8, __[rdi + _past + ((_width - 1) * ElementBytes)]);
        Loop(r9, _recurrence.PartialRounds, () =>
        {
            EmitPartialRound();
            _c.add(r8, ElementBytes);
            _c.add(rax, 2 * ConstantBytes);
        });
    }

    /// <summary>From s~_i in state[0] and the past before r8: w~_i at r8, s~_(i+1) in state[0]. Power and addend are at rax.</summary>
    private void EmitPartialRound()
    {
        EmitPast(_tables.Feedback, _recurrence.Feedback, firstLag: 1, Reduction52.LimbsOf(_tables.MostFeedback));
        _field.ReduceFromTop(_tables.MostFeedback);
        _field.Store(rdi, Lower, _sum);

        _field.Load(A, rdi);
        _field.Square();
        FinishProduct(_square);

        _field.Load(A, rdi);
        _field.Clear(T);
        _field.AddTerm(rax);
        FinishProduct(_product);

        _field.Load(A, rdi, _square);
        _field.Square();
        FinishProduct(_square);

        int limbs = Reduction52.LimbsOf(_tables.MostForward);
        int newest = PoseidonIfmaTables.Split(_recurrence.Forward[0]).Length;
        EmitPast(_tables.Forward + (newest * sizeof(ulong)), _recurrence.Forward.AsSpan(1), firstLag: 1, limbs);
        _field.AddConstant(Lower, rax, ConstantBytes);
        _field.Store(rdi, T.AsSpan(0, limbs), _longSum);

        _field.Load(A, rdi, _square);
        _field.Load(X, rdi, _product);
        _field.Multiply();
        _field.ReduceProduct();
        _field.AddConstant(Upper, rsi, _tables.SmallMultiple);
        for (int i = 0; i < Upper.Length; i++)
        {
            _c.vpsubq(A[i], Upper[i], __zmmword_ptr[rdi + _sum + (i * LimbBytes)]);
        }

        _field.Normalize(A);
        _field.Store(r8, A);

        _field.Load(T.AsSpan(0, limbs), rdi, _longSum);
        _field.AddTerm(rsi, _tables.Forward, newest);
        _field.ReduceFromTop(_tables.MostForward);
        _field.Store(rdi, Lower);

        void FinishProduct(int to)
        {
            _field.ReduceProduct();
            _field.Normalize(Upper);
            _field.Store(rdi, Upper, to);
        }
    }

    /// <summary>T = sum of products of the past, from the lag on, with small factors.</summary>
    private void EmitPast(int table, ReadOnlySpan<BigInteger> factors, int firstLag, int limbs)
    {
        _field.Clear(T.AsSpan(0, limbs));
        for (int k = 0; k < factors.Length; k++)
        {
            int length = PoseidonIfmaTables.Split(factors[k]).Length;
            _field.Load(A, r8, -(firstLag + k) * ElementBytes);
            _field.AddTerm(rsi, table, length);
            table += length * sizeof(ulong);
        }
    }

    private void EmitLeave()
    {
        _c.lea(r8, __[rsi + _tables.Leave]);
        _field.Load(A, rdi);
        _field.Clear(T);
        _field.AddTerm(r8);
        _field.ReduceProduct();
        _field.Normalize(Upper);
        _field.Store(rdi, Upper);
        _c.add(r8, ConstantBytes);
        _c.lea(r11, __[rdi + ElementBytes]);
        Loop(r9, _width - 1, () =>
        {
            EmitRow(_past + (_recurrence.PartialRounds * ElementBytes), _width - 1);
            _field.Store(r11, Upper);
            _c.add(r11, ElementBytes);
        });
    }

    private void Loop(AssemblerRegister64 counter, int times, Action body)
    {
        Label again = _c.CreateLabel();
        _c.mov(counter, (long)times);
        _c.Label(ref again);
        body();
        _c.dec(counter);
        _c.jnz(again);
    }
}
