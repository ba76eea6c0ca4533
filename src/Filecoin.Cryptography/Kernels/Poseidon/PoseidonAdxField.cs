using System.Numerics;
using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;

namespace Filecoin.Cryptography.Kernels.Poseidon;

/// <summary>
/// Emits the field arithmetic of the ADX kernel: subroutines for squares, products and sums of products of elements in memory, each with
/// one reduction. An element is 4 limbs of 64 bits and may be any integer below 2^256, not only below r.
/// </summary>
/// <remarks>
/// <para>Registers. r8-r15, rbx: T, the limbs of a product or a sum of them; results are left in T[4..7]. rdi, rsi: the operands. rdx: the limb
/// that MULX multiplies. rax, rcx: halves of a product. rbp: a carry between rows, or zero. All of these are destroyed.</para>
/// <para>Carries. A row adds limb times four limbs to T; low halves go along the carry flag (ADCX), high halves along the overflow flag (ADOX). The
/// four limbs are those of r or of a constant, hence below r, so the last high half is below 2^63: it takes in the carry flag and the
/// carry of the row before without overflowing, and a row leaves one carry only, in the overflow flag. SETO keeps it for the next row.
/// On Zen 4 such a row takes 6.4 cycles: ADCX and ADOX have two ports, and other additions take turns from MULX, which has one.</para>
/// <para>Bounds, with R = 2^256 = 2.208r. A reduction of T gives less than T/R + r. Squares and products get no correction: for x &lt; 1.139r,
/// x^2 &lt; 1.588r, x^4 &lt; 2.142r, x^5 &lt; 2.105r, K·x^4 &lt; 1.971r and K·x^5 &lt; 2.017r, all below R. A sum of n products of elements below R and
/// constants below r, plus R times an element, is reduced to less than (n + 2.14)·r if that element is below 1.139r: less than 8R for all
/// n &lt;= 15. Every sum's quotient by r is estimated from the bits from 2^252 up, so that after subtraction less than r + 2^252 &lt; 1.139r is
/// left. Its top limb is below 0.516·2^64, so a row whose four limbs are those of an element takes in its carries as well.</para>
/// </remarks>
internal sealed class PoseidonAdxField
{
    private const int Limbs = 4;
    private const int LimbBytes = sizeof(ulong);
    private const int ElementBytes = PoseidonAdxTables.ElementBytes;

    private static readonly AssemblerRegister64[] T = [r8, r9, r10, r11, r12, r13, r14, r15, rbx];
    private static readonly AssemblerRegister64 Low = rax, High = rcx, Carry = rbp, Zero = rbp;

    private readonly Assembler _c;
    private readonly AssemblerMemoryOperand _tables;
    private readonly Label[] _sums;
    private readonly PoseidonAdxTables _constants;
    private Label _square;
    private Label _product;
    private Label _mix;
    private Label _feedback;
    private Label _forward;

    /// <summary>Prepares to emit into <paramref name="assembler"/>.</summary>
    /// <param name="assembler">Receives the code.</param>
    /// <param name="constants">The tables.</param>
    /// <param name="tables">Where, seen from within a subroutine, their address is kept.</param>
    public PoseidonAdxField(Assembler assembler, PoseidonAdxTables constants, AssemblerMemoryOperand tables)
    {
        _c = assembler;
        _constants = constants;
        _tables = tables;
        _square = _c.CreateLabel();
        _product = _c.CreateLabel();
        _mix = _c.CreateLabel();
        _feedback = _c.CreateLabel();
        _forward = _c.CreateLabel();
        _sums = [.. Enumerable.Range(0, constants.Recurrence.Width + 1).Select(_ => _c.CreateLabel())];
    }

    /// <summary>Where results are left, and where a sum of products starts from, times R.</summary>
    public static ReadOnlySpan<AssemblerRegister64> Result => T.AsSpan(Limbs, Limbs);

    /// <summary>Where <see cref="CallMix"/> leaves its result.</summary>
    public static ReadOnlySpan<AssemblerRegister64> MixResult => T.AsSpan(1, Limbs);

    /// <summary>Where sums of the past are left, and where <see cref="Correct"/> expects an element.</summary>
    public static ReadOnlySpan<AssemblerRegister64> PastResult => T.AsSpan(0, Limbs);

    /// <summary>Result = [rdi]^2 / R.</summary>
    public void CallSquare() => _c.call(_square);

    /// <summary>Result = [rdi]·[rsi] / R.</summary>
    public void CallProduct() => _c.call(_product);

    /// <summary>
    /// Result += (sum of [rdi + 32k]·[rsi + 32k] for k &lt; terms) / R, below r + 2^252. The factors at rsi have to be below r. Terms are taken
    /// from the last to the first, so that the first may still be on its way.
    /// </summary>
    public void CallSum(int terms)
    {
        foreach (AssemblerRegister64 limb in (ReadOnlySpan<AssemblerRegister64>)[T[0], T[1], T[2], T[3], T[8]])
        {
            _c.xor(limb, limb);
        }

        _c.call(_sums[terms]);
    }

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
        EmitSums();
        _c.Label(ref _square);
        EmitSquare();
        Reduce(wide: false);
        _c.ret();
        _c.Label(ref _product);
        EmitProduct();
        Reduce(wide: false);
        _c.ret();
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

    private void EmitMix()
    {
        ClearLimbs(0, 1);
        LoadElement(MixResult);
        _c.mov(rsi, rcx);
        for (int j = 0; j < _constants.Recurrence.Width; j++)
        {
            _c.mov(rdx, __qword_ptr[rsi + (LimbBytes * j)]);
            AddRow(0, __qword_ptr[rdi + (ElementBytes * j)]);
        }

        _c.mov(rsi, _tables);
        ReduceRow(0);
        SubtractMultipleOfModulus(MixResult, overflow: null);
    }

    private void EmitFeedback()
    {
        int limbs = PoseidonAdxReduction.LimbsOf(_constants.MostFeedback);
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
        int limbs = PoseidonAdxReduction.LimbsOf(_constants.MostForward);
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
            int length = PoseidonAdxReduction.LimbsOf(factors[k]);
            if (k >= from)
            {
                AssemblerMemoryOperand element = __qword_ptr[rdi - ((lag + k - from) * ElementBytes)];
                for (int row = 0; row < length; row++)
                {
                    _c.mov(rdx, __qword_ptr[rsi + table + (LimbBytes * row)]);
                    AddRow(row, element, last: row == length - 1);
                }

                AddOverflow(T.AsSpan(length + Limbs, Math.Max(0, limbs - length - Limbs)));
            }

            table += length * LimbBytes;
        }
    }

    /// <summary>PastResult = T modulo r, below r + 2^252, by the steps of <see cref="PoseidonAdxReduction"/>. The tables are at rsi.</summary>
    private void ReduceFromTop(BigInteger most)
    {
        int limbs = PoseidonAdxReduction.LimbsOf(most);
        foreach (int shift in PoseidonAdxReduction.ShiftsFor(most))
        {
            (int limb, int bit) = PoseidonAdxReduction.Window(shift);
            _c.mov(rdx, T[limb]);
            _c.shr(rdx, (byte)bit);
            if (limb + 1 < limbs && bit > 0)
            {
                _c.mov(rax, T[limb + 1]);
                _c.shl(rax, (byte)(64 - bit));
                _c.or(rdx, rax);
            }

            _c.mulx(rdx, rax, __qword_ptr[rsi + PoseidonAdxTables.Quotient]);
            limbs = PoseidonAdxReduction.LimbsAfter(shift);
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

        SubtractMultipleOfModulus(PastResult, T[Limbs]);
    }

    /// <summary>Brings an element in PastResult, below 2^256, below r + 2^252. The tables are at rsi.</summary>
    public void Correct() => SubtractMultipleOfModulus(PastResult, overflow: null);

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

    /// <summary>One after the other the last term's code to the first's; a sum of fewer terms enters further down.</summary>
    private void EmitSums()
    {
        for (int terms = _sums.Length - 1; terms > 0; terms--)
        {
            _c.Label(ref _sums[terms]);
            AddProduct((terms - 1) * ElementBytes);
        }

        Reduce(wide: true);
        SubtractMultipleOfModulus(Result, T[8]);
        _c.ret();
    }

    /// <summary>T += [rdi + offset]·[rsi + offset], nine limbs.</summary>
    private void AddProduct(int offset)
    {
        for (int row = 0; row < Limbs; row++)
        {
            _c.mov(rdx, __qword_ptr[rdi + offset + (LimbBytes * row)]);
            AddRow(row, __qword_ptr[rsi + offset]);
        }

        AddOverflow(T.AsSpan(8, 1));
    }

    /// <summary>
    /// T[row …] += rdx·the four limbs, and the carry of the row before. The row's own carry is left in <see cref="Carry"/>, the last row's in
    /// the overflow flag.
    /// </summary>
    private void AddRow(int row, AssemblerMemoryOperand limbs, bool last = false)
    {
        if (row == 0)
        {
            _c.xor(ebp, ebp);
        }
        else
        {
            _c.xor(eax, eax);
        }

        for (int j = 0; j < Limbs; j++)
        {
            _c.mulx(High, Low, limbs + (LimbBytes * j));
            _c.adcx(T[row + j], Low);
            if (j == Limbs - 1)
            {
                _c.adcx(High, Carry);
            }

            _c.adox(T[row + j + 1], High);
        }

        if (row < Limbs - 1 && !last)
        {
            _c.seto(bpl);
        }
    }

    /// <summary>Adds the overflow flag to the limbs above a row.</summary>
    private void AddOverflow(ReadOnlySpan<AssemblerRegister64> limbs)
    {
        if (limbs.Length > 0)
        {
            _c.mov(eax, 0);
        }

        foreach (AssemblerRegister64 limb in limbs)
        {
            _c.adox(limb, rax);
        }
    }

    /// <summary>T[0..7] = [rdi]·[rsi], of any elements: each row's top limb is new and takes in both carries.</summary>
    private void EmitProduct()
    {
        _c.mov(rdx, __qword_ptr[rdi]);
        _c.xor(ebp, ebp);
        _c.mulx(T[1], T[0], __qword_ptr[rsi]);
        for (int j = 1; j < Limbs; j++)
        {
            _c.mulx(T[j + 1], Low, __qword_ptr[rsi + (LimbBytes * j)]);
            _c.adcx(T[j], Low);
        }

        _c.adcx(T[Limbs], Zero);
        for (int row = 1; row < Limbs; row++)
        {
            _c.mov(rdx, __qword_ptr[rdi + (LimbBytes * row)]);
            _c.xor(ebp, ebp);
            for (int j = 0; j < Limbs - 1; j++)
            {
                _c.mulx(High, Low, __qword_ptr[rsi + (LimbBytes * j)]);
                _c.adcx(T[row + j], Low);
                _c.adox(T[row + j + 1], High);
            }

            AssemblerRegister64 top = T[row + Limbs];
            _c.mulx(top, Low, __qword_ptr[rsi + (LimbBytes * (Limbs - 1))]);
            _c.adcx(T[row + Limbs - 1], Low);
            _c.adcx(top, Zero);
            _c.adox(top, Zero);
        }
    }

    /// <summary>T[0..7] = [rdi]^2: products of different limbs once, doubled, then the squares.</summary>
    private void EmitSquare()
    {
        _c.mov(rdx, __qword_ptr[rdi]);
        _c.xor(ebp, ebp);
        _c.mulx(T[2], T[1], __qword_ptr[rdi + LimbBytes]);
        _c.mulx(T[3], Low, __qword_ptr[rdi + (2 * LimbBytes)]);
        _c.mulx(T[4], High, __qword_ptr[rdi + (3 * LimbBytes)]);
        _c.adcx(T[2], Low);
        _c.adcx(T[3], High);
        _c.adcx(T[4], Zero);

        _c.mov(rdx, __qword_ptr[rdi + LimbBytes]);
        _c.mulx(High, Low, __qword_ptr[rdi + (2 * LimbBytes)]);
        _c.adcx(T[3], Low);
        _c.adox(T[4], High);
        _c.mulx(T[5], Low, __qword_ptr[rdi + (3 * LimbBytes)]);
        _c.adcx(T[4], Low);
        _c.adox(T[5], Zero);

        _c.mov(rdx, __qword_ptr[rdi + (2 * LimbBytes)]);
        _c.mulx(T[6], Low, __qword_ptr[rdi + (3 * LimbBytes)]);
        _c.adcx(T[5], Low);
        _c.adcx(T[6], Zero);

        // Doubling runs along the carry flag, the squares along the overflow flag.
        for (int i = 0; i < Limbs; i++)
        {
            AssemblerRegister64 low = i == 0 ? T[0] : Low;
            AssemblerRegister64 high = i == Limbs - 1 ? T[7] : High;
            _c.mov(rdx, __qword_ptr[rdi + (LimbBytes * i)]);
            _c.mulx(high, low, rdx);
            if (i > 0)
            {
                _c.adcx(T[2 * i], T[2 * i]);
                _c.adox(T[2 * i], low);
            }

            if (i < Limbs - 1)
            {
                _c.adcx(T[(2 * i) + 1], T[(2 * i) + 1]);
                _c.adox(T[(2 * i) + 1], high);
            }
        }

        _c.adcx(T[7], Zero);
        _c.adox(T[7], Zero);
    }

    /// <summary>
    /// Result = T / R modulo r: row by row a multiple of r is added that clears T's lowest limb. Loads rsi. With <paramref name="wide"/> T has
    /// nine limbs and the result five, otherwise it is known to fit four.
    /// </summary>
    private void Reduce(bool wide)
    {
        _c.mov(rsi, _tables);
        for (int row = 0; row < Limbs; row++)
        {
            ReduceRow(row);
        }

        if (wide)
        {
            AddOverflow(T.AsSpan(8, 1));
        }
    }

    /// <summary>Adds the multiple of r that clears T[row]. The tables are at rsi.</summary>
    private void ReduceRow(int row)
    {
        _c.mov(rdx, T[row]);
        _c.imul(rdx, __qword_ptr[rsi + PoseidonAdxTables.NegativeInverse]);
        AddRow(row, __qword_ptr[rsi + PoseidonAdxTables.Modulus]);
    }

    /// <summary>element -= q·r, with q the quotient of its and the overflow's leading bits: finds q·r in the table at rsi.</summary>
    private void SubtractMultipleOfModulus(ReadOnlySpan<AssemblerRegister64> element, AssemblerRegister64? overflow)
    {
        const int log2ElementBytes = 5;
        _c.mov(rax, element[Limbs - 1]);
        _c.shr(rax, 64 - PoseidonAdxTables.EstimateBits - log2ElementBytes);
        _c.and(eax, ((1 << PoseidonAdxTables.EstimateBits) - 1) * ElementBytes);
        if (overflow is AssemblerRegister64 limb)
        {
            _c.shl(limb, PoseidonAdxTables.EstimateBits + log2ElementBytes);
            _c.or(rax, limb);
        }

        AssemblerMemoryOperand multiple = __qword_ptr[rsi + rax + PoseidonAdxTables.Multiples];
        _c.sub(element[0], multiple);
        for (int i = 1; i < Limbs; i++)
        {
            _c.sbb(element[i], multiple + (LimbBytes * i));
        }
    }
}
