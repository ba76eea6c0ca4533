using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;

namespace Filecoin.Cryptography.Kernels.Poseidon;

/// <summary>Emits the rows that the ADX kernel's products and sums are made of: a limb times four limbs, added to T.</summary>
/// <remarks>
/// <para>Registers. r8-r15, rbx: T, the limbs of a product or a sum of them; results are left in T[4..7]. rdi, rsi: the operands. rdx: the limb
/// that MULX multiplies. rax, rcx: halves of a product. rbp: a carry between rows, or zero. All of these are destroyed.</para>
/// <para>Carries. A row adds limb times four limbs to T; low halves go along the carry flag (ADCX), high halves along the overflow flag (ADOX). The
/// four limbs are those of r or of a constant, hence below r, so the last high half is below 2^63: it takes in the carry flag and the
/// carry of the row before without overflowing, and a row leaves one carry only, in the overflow flag. SETO keeps it for the next row.
/// On Zen 4 such a row takes 6.4 cycles: ADCX and ADOX have two ports, and other additions take turns from MULX, which has one.</para>
/// </remarks>
internal sealed class PoseidonAdxRows(Assembler assembler)
{
    /// <summary>Limbs of an element.</summary>
    public const int Limbs = 4;

    /// <summary>Bytes of a limb.</summary>
    public const int LimbBytes = sizeof(ulong);

    public static readonly AssemblerRegister64[] T = [r8, r9, r10, r11, r12, r13, r14, r15, rbx];
    public static readonly AssemblerRegister64 Low = rax, High = rcx, Carry = rbp, Zero = rbp;

    private readonly Assembler _c = assembler;

    /// <summary>
    /// T[row …] += rdx·the four limbs, and the carry of the row before. The row's own carry is left in <see cref="Carry"/>, the last row's in
    /// the overflow flag.
    /// </summary>
    public void AddRow(int row, AssemblerMemoryOperand limbs, bool last = false)
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
    public void AddOverflow(ReadOnlySpan<AssemblerRegister64> limbs)
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

    /// <summary>Adds the multiple of r that clears T[row]. The tables are at rsi.</summary>
    public void ReduceRow(int row)
    {
        _c.mov(rdx, T[row]);
        _c.imul(rdx, __qword_ptr[rsi + PoseidonTables64.NegativeInverse]);
        AddRow(row, __qword_ptr[rsi + PoseidonTables64.Modulus]);
    }

    /// <summary>element -= q·r, with q the quotient of its and the overflow's leading bits: finds q·r in the table at rsi.</summary>
    public void SubtractMultipleOfModulus(ReadOnlySpan<AssemblerRegister64> element, AssemblerRegister64? overflow)
    {
        const int log2ElementBytes = 5;
        _c.mov(rax, element[Limbs - 1]);
        _c.shr(rax, 64 - PoseidonTables64.EstimateBits - log2ElementBytes);
        _c.and(eax, ((1 << PoseidonTables64.EstimateBits) - 1) * PoseidonTables64.ElementBytes);
        if (overflow is AssemblerRegister64 limb)
        {
            _c.shl(limb, PoseidonTables64.EstimateBits + log2ElementBytes);
            _c.or(rax, limb);
        }

        AssemblerMemoryOperand multiple = __qword_ptr[rsi + rax + PoseidonTables64.Multiples];
        _c.sub(element[0], multiple);
        for (int i = 1; i < Limbs; i++)
        {
            _c.sbb(element[i], multiple + (LimbBytes * i));
        }
    }
}
