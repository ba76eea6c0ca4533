using Iced.Intel;
using static Filecoin.Cryptography.Kernels.Poseidon.PoseidonAdxRows;
using static Iced.Intel.AssemblerRegisters;

namespace Filecoin.Cryptography.Kernels.Poseidon;

/// <summary>
/// Emits the field arithmetic of the ADX kernel: subroutines for squares, products and sums of products of elements in memory, each with
/// one reduction. An element is 4 limbs of 64 bits and may be any integer below 2^256, not only below r.
/// </summary>
/// <remarks>
/// <para>Registers as in <see cref="PoseidonAdxRows"/>; results are left in T[4..7].</para>
/// <para>Bounds, with R = 2^256 = 2.208r. A reduction of T gives less than T/R + r. Squares and products get no correction: for x &lt; 1.139r,
/// x^2 &lt; 1.588r, x^4 &lt; 2.142r, x^5 &lt; 2.105r, K·x^4 &lt; 1.971r and K·x^5 &lt; 2.017r, all below R. A sum of n products of elements below R and
/// constants below r, plus R times an element, is reduced to less than (n + 2.14)·r if that element is below 1.139r: less than 8R for all
/// n &lt;= 15. Every sum's quotient by r is estimated from the bits from 2^252 up, so that after subtraction less than r + 2^252 &lt; 1.139r is
/// left. Its top limb is below 0.516·2^64, so a row whose four limbs are those of an element takes in its carries as well.</para>
/// </remarks>
internal sealed class PoseidonAdxField
{
    private const int ElementBytes = PoseidonTables64.ElementBytes;

    private readonly Assembler _c;
    private readonly PoseidonAdxRows _rows;
    private readonly AssemblerMemoryOperand _tables;
    private readonly Label[] _sums;
    private Label _square;
    private Label _product;

    /// <summary>Prepares to emit into <paramref name="assembler"/>.</summary>
    /// <param name="assembler">Receives the code.</param>
    /// <param name="constants">The tables.</param>
    /// <param name="tables">Where, seen from within a subroutine, their address is kept.</param>
    public PoseidonAdxField(Assembler assembler, PoseidonTables64 constants, AssemblerMemoryOperand tables)
    {
        _c = assembler;
        _rows = new PoseidonAdxRows(assembler);
        _tables = tables;
        _square = _c.CreateLabel();
        _product = _c.CreateLabel();
        _sums = [.. Enumerable.Range(0, constants.Recurrence.Width + 1).Select(_ => _c.CreateLabel())];
    }

    /// <summary>Where results are left, and where a sum of products starts from, times R.</summary>
    public static ReadOnlySpan<AssemblerRegister64> Result => T.AsSpan(Limbs, Limbs);

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
        _rows.SubtractMultipleOfModulus(Result, T[8]);
        _c.ret();
    }

    /// <summary>T += [rdi + offset]·[rsi + offset], nine limbs.</summary>
    private void AddProduct(int offset)
    {
        for (int row = 0; row < Limbs; row++)
        {
            _c.mov(rdx, __qword_ptr[rdi + offset + (LimbBytes * row)]);
            _rows.AddRow(row, __qword_ptr[rsi + offset]);
        }

        _rows.AddOverflow(T.AsSpan(8, 1));
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
            _rows.ReduceRow(row);
        }

        if (wide)
        {
            _rows.AddOverflow(T.AsSpan(8, 1));
        }
    }


}
