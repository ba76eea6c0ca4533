using System.Numerics;
using Iced.Intel;
using static Filecoin.Cryptography.Kernels.Poseidon.PoseidonAdxRows;
using static Iced.Intel.AssemblerRegisters;

namespace Filecoin.Cryptography.Kernels.Poseidon;

/// <summary>
/// Emits the sums with small factors of the ADX kernel: subroutines for a row of <see cref="PoseidonRecurrence.Mix"/> and for those of the past.
/// Bounds are explained at <see cref="PoseidonAdxField"/> and <see cref="Reduction64"/>.
/// </summary>
internal sealed class PoseidonAdxSums
{
    private const int ElementBytes = PoseidonTables64.ElementBytes;

    private readonly Assembler _c;
    private readonly PoseidonAdxRows _rows;
    private readonly PoseidonTables64 _constants;
    private readonly AssemblerMemoryOperand _tables;
    private Label _mix;
    private Label _feedback;
    private Label _forward;

    /// <summary>Prepares to emit into <paramref name="assembler"/>.</summary>
    /// <param name="assembler">Receives the code.</param>
    /// <param name="constants">The tables.</param>
    /// <param name="tables">Where, seen from within a subroutine, their address is kept.</param>
    public PoseidonAdxSums(Assembler assembler, PoseidonTables64 constants, AssemblerMemoryOperand tables)
    {
        _c = assembler;
        _rows = new PoseidonAdxRows(assembler);
        _constants = constants;
        _tables = tables;
        _mix = _c.CreateLabel();
        _feedback = _c.CreateLabel();
        _forward = _c.CreateLabel();
    }

    /// <summary>Where <see cref="CallMix"/> leaves its result.</summary>
    public static ReadOnlySpan<AssemblerRegister64> MixResult => T.AsSpan(1, Limbs);

    /// <summary>Where sums of the past are left, and where <see cref="Correct"/> expects an element.</summary>
    public static ReadOnlySpan<AssemblerRegister64> PastResult => T.AsSpan(0, Limbs);

    /// <summary>
    /// MixResult = [rsi] + (sum of [rdi + 32j]·[rcx + 8j] for j &lt; t) / 2^64, below r + 2^252; factors are one limb long, as those of
    /// <see cref="PoseidonRecurrence.Mix"/>.
    /// </summary>
    public void CallMix() => _c.call(_mix);

    /// <summary>
    /// PastResult = [rsi] - the past's sum with <see cref="PoseidonRecurrence.Feedback"/>, below r + 2^252. The place behind the past is rdi.
    /// </summary>
    public void CallFeedback() => _c.call(_feedback);

    /// <summary>
    /// PastResult = [rsi] + the past's sum with <see cref="PoseidonRecurrence.Forward"/>, below r + 2^252. The newest element of the past is at rdi.
    /// </summary>
    public void CallForward() => _c.call(_forward);

    /// <summary>Emits the subroutines; no path of execution may lead into them.</summary>
    public void EmitSubroutines()
    {
        _c.Label(ref _mix);
        EmitMix();
        _c.ret();
        _c.Label(ref _feedback);
        EmitFeedback();
        _c.ret();
        _c.Label(ref _forward);
        EmitForward();
        _c.ret();
    }

    /// <summary>Brings an element in PastResult, below 2^256, below r + 2^252. The tables are at rsi.</summary>
    public void Correct() => _rows.SubtractMultipleOfModulus(PastResult, overflow: null);

    private void EmitMix()
    {
        ClearLimbs(0, 1);
        LoadElement(MixResult);
        _c.mov(rsi, rcx);
        for (int j = 0; j < _constants.Recurrence.Width; j++)
        {
            _c.mov(rdx, __qword_ptr[rsi + (LimbBytes * j)]);
            _rows.AddRow(0, __qword_ptr[rdi + (ElementBytes * j)]);
        }

        _c.mov(rsi, _tables);
        _rows.ReduceRow(0);
        _rows.SubtractMultipleOfModulus(MixResult, overflow: null);
    }

    private void EmitFeedback()
    {
        int limbs = Reduction64.LimbsOf(_constants.MostFeedback);
        ClearLimbs(0, limbs);
        _c.mov(__qword_ptr[rsp - LimbBytes], rsi);
        _c.mov(rsi, _tables);
        AddPast(_constants.Feedback, _constants.Recurrence.Feedback, from: 0, lag: 1, limbs);

        // A sum of the past is at most the multiple; what is left gets the element.
        for (int i = 0; i < limbs; i++)
        {
            _c.mov(Low, __qword_ptr[rsi + _constants.LargeMultiple + (LimbBytes * i)]);
            if (i == 0)
            {
                _c.sub(Low, T[i]);
            }
            else
            {
                _c.sbb(Low, T[i]);
            }

            _c.mov(T[i], Low);
        }

        _c.mov(High, __qword_ptr[rsp - LimbBytes]);
        for (int i = 0; i < limbs; i++)
        {
            if (i == 0)
            {
                _c.add(T[i], __qword_ptr[High]);
            }
            else if (i < Limbs)
            {
                _c.adc(T[i], __qword_ptr[High + (LimbBytes * i)]);
            }
            else
            {
                _c.adc(T[i], 0);
            }
        }

        ReduceFromTop(_constants.MostFeedback);
    }

    private void EmitForward()
    {
        int limbs = Reduction64.LimbsOf(_constants.MostForward);
        ClearLimbs(Limbs, limbs - Limbs);
        LoadElement(PastResult);
        _c.mov(rsi, _tables);

        // The newest, which may still be on its way, comes last.
        AddPast(_constants.Forward, _constants.Recurrence.Forward, from: 1, lag: 1, limbs);
        AddPast(_constants.Forward, _constants.Recurrence.Forward.AsSpan(0, 1), from: 0, lag: 0, limbs);
        ReduceFromTop(_constants.MostForward);
    }

    /// <summary>T += sum of elements of the past, before rdi, with small factors from the table at rsi, leaving out the first ones.</summary>
    private void AddPast(int table, ReadOnlySpan<BigInteger> factors, int from, int lag, int limbs)
    {
        for (int k = 0; k < factors.Length; k++)
        {
            int length = Reduction64.LimbsOf(factors[k]);
            if (k >= from)
            {
                AssemblerMemoryOperand element = __qword_ptr[rdi - ((lag + k - from) * ElementBytes)];
                for (int row = 0; row < length; row++)
                {
                    _c.mov(rdx, __qword_ptr[rsi + table + (LimbBytes * row)]);
                    _rows.AddRow(row, element, last: row == length - 1);
                }

                _rows.AddOverflow(T.AsSpan(length + Limbs, Math.Max(0, limbs - length - Limbs)));
            }

            table += length * LimbBytes;
        }
    }

    /// <summary>PastResult = T modulo r, below r + 2^252, by the steps of <see cref="Reduction64"/>. The tables are at rsi.</summary>
    private void ReduceFromTop(BigInteger most)
    {
        int limbs = Reduction64.LimbsOf(most);
        foreach (int shift in Reduction64.ShiftsFor(most))
        {
            (int limb, int bit) = Reduction64.Window(shift);
            _c.mov(rdx, T[limb]);
            _c.shr(rdx, (byte)bit);
            if (limb + 1 < limbs && bit > 0)
            {
                _c.mov(rax, T[limb + 1]);
                _c.shl(rax, (byte)(64 - bit));
                _c.or(rdx, rax);
            }

            _c.mulx(rdx, rax, __qword_ptr[rsi + PoseidonTables64.Quotient]);
            limbs = Reduction64.LimbsAfter(shift);
            _c.xor(eax, eax);
            for (int i = shift / 64; i < limbs; i++)
            {
                _c.mulx(High, Low, __qword_ptr[rsi + _constants.NegativeMultiple(shift) + (LimbBytes * i)]);
                _c.adcx(T[i], Low);
                if (i + 1 < limbs)
                {
                    _c.adox(T[i + 1], High);
                }
            }
        }

        _rows.SubtractMultipleOfModulus(PastResult, T[Limbs]);
    }

    private void ClearLimbs(int first, int count)
    {
        foreach (AssemblerRegister64 limb in T.AsSpan(first, count))
        {
            _c.xor(limb, limb);
        }
    }

    private void LoadElement(ReadOnlySpan<AssemblerRegister64> to)
    {
        for (int i = 0; i < Limbs; i++)
        {
            _c.mov(to[i], __qword_ptr[rsi + (LimbBytes * i)]);
        }
    }
}
