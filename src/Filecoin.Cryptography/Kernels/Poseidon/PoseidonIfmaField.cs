using System.Numerics;
using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;

namespace Filecoin.Cryptography.Kernels.Poseidon;

/// <summary>
/// Emits the field arithmetic of the IFMA kernel: fragments that work on registers, an element of eight lanes in each.
/// </summary>
/// <remarks>
/// <para>Registers. zmm0-9: T, the accumulating limbs of a product or a sum of products; results are in five of them. zmm10-14: A, a factor.
/// zmm15: B, a broadcast limb or a carry. zmm16: M, a quotient limb. zmm17-21: X, another factor. zmm26-30: r. zmm31: limb mask.
/// rsi: tables.</para>
/// <para>Limbs of factors are below 2^52, those of T are not: up to 130 halves of products keep them below 2^60. After a subtraction they may
/// be negative, therefore carries are shifted arithmetically.</para>
/// <para>Montgomery reduction. r = 1 - 2^32 modulo 2^52, so the quotient limb for T is -(T + 2^32·T), without a multiplication; and what the lowest
/// limb of its product with r adds makes T's lowest limb a multiple of 2^52, so only its carry is needed: T / 2^52, rounded up. With
/// R = 2^260 > 35·r, a product of factors below c·r and d·r becomes less than (1 + c·d / 35)·r.</para>
/// </remarks>
internal sealed class PoseidonIfmaField(Assembler assembler, PoseidonIfmaTables tables)
{
    /// <summary>Bytes of a limb of eight lanes.</summary>
    public const int LimbBytes = 8 * sizeof(ulong);

    /// <summary>Bytes of an element of eight lanes.</summary>
    public const int ElementBytes = Limbs * LimbBytes;

    /// <summary>Bytes of an element of a table, the same for all lanes.</summary>
    public const int ConstantBytes = Limbs * sizeof(ulong);

    private const int Limbs = Radix52.Limbs;

    public static readonly AssemblerRegisterZMM[] T = [zmm0, zmm1, zmm2, zmm3, zmm4, zmm5, zmm6, zmm7, zmm8, zmm9];
    public static readonly AssemblerRegisterZMM[] A = [zmm10, zmm11, zmm12, zmm13, zmm14];
    public static readonly AssemblerRegisterZMM[] X = [zmm17, zmm18, zmm19, zmm20, zmm21];
    private static readonly AssemblerRegisterZMM[] R = [zmm26, zmm27, zmm28, zmm29, zmm30];
    private static readonly AssemblerRegisterZMM B = zmm15, M = zmm16, LimbMask = zmm31;

    private readonly Assembler _c = assembler;

    /// <summary>T's lower half.</summary>
    public static ReadOnlySpan<AssemblerRegisterZMM> Lower => T.AsSpan(0, Limbs);

    /// <summary>T's upper half, where a Montgomery reduction leaves its result.</summary>
    public static ReadOnlySpan<AssemblerRegisterZMM> Upper => T.AsSpan(Limbs, Limbs);

    /// <summary>Fills the registers that stay.</summary>
    public void LoadConstants()
    {
        for (int i = 0; i < Limbs; i++)
        {
            _c.vpbroadcastq(R[i], __qword_ptr[rsi + tables.Modulus + (8 * i)]);
        }

        _c.mov(rax, Radix52.Mask);
        _c.vpbroadcastq(LimbMask, rax);
    }

    public void Load(ReadOnlySpan<AssemblerRegisterZMM> element, AssemblerRegister64 from, int offset = 0)
    {
        for (int i = 0; i < element.Length; i++)
        {
            _c.vmovdqu64(element[i], __zmmword_ptr[from + offset + (LimbBytes * i)]);
        }
    }

    public void Store(AssemblerRegister64 to, ReadOnlySpan<AssemblerRegisterZMM> element, int offset = 0)
    {
        for (int i = 0; i < element.Length; i++)
        {
            _c.vmovdqu64(__zmmword_ptr[to + offset + (LimbBytes * i)], element[i]);
        }
    }

    /// <summary>element = the constant at a place of the tables, in all lanes.</summary>
    public void Broadcast(ReadOnlySpan<AssemblerRegisterZMM> element, AssemblerRegister64 from, int offset = 0)
    {
        for (int i = 0; i < element.Length; i++)
        {
            _c.vpbroadcastq(element[i], __qword_ptr[from + offset + (8 * i)]);
        }
    }

    /// <summary>element += the constant; limbs are not normalised.</summary>
    public void AddConstant(ReadOnlySpan<AssemblerRegisterZMM> element, AssemblerRegister64 from, int offset = 0)
    {
        for (int i = 0; i < element.Length; i++)
        {
            _c.vpaddq(element[i], element[i], __qword_bcst[from + offset + (8 * i)]);
        }
    }

    public void Clear(ReadOnlySpan<AssemblerRegisterZMM> limbs)
    {
        foreach (AssemblerRegisterZMM limb in limbs)
        {
            _c.vpxorq(limb, limb, limb);
        }
    }

    /// <summary>sum[row + j], sum[row + j + 1] += halves of the products of the element's limbs and one other limb.</summary>
    public void AddRow(
        ReadOnlySpan<AssemblerRegisterZMM> sum, ReadOnlySpan<AssemblerRegisterZMM> element, AssemblerRegisterZMM limb, int row)
    {
        for (int j = 0; j < element.Length; j++)
        {
            _c.vpmadd52luq(sum[row + j], element[j], limb);
            _c.vpmadd52huq(sum[row + j + 1], element[j], limb);
        }
    }

    /// <summary>T += A · the number of so many limbs at a place of the tables.</summary>
    public void AddTerm(AssemblerRegister64 constant, int offset = 0, int limbs = Limbs)
    {
        for (int i = 0; i < limbs; i++)
        {
            _c.vpbroadcastq(B, __qword_ptr[constant + offset + (8 * i)]);
            AddRow(T, A, B, i);
        }
    }

    /// <summary>T = A · X.</summary>
    public void Multiply()
    {
        Clear(T);
        for (int i = 0; i < Limbs; i++)
        {
            AddRow(T, A, X[i], i);
        }
    }

    /// <summary>T = A^2: products of different limbs once, doubled, then the squares.</summary>
    public void Square()
    {
        Clear(T);
        for (int i = 0; i < Limbs; i++)
        {
            for (int j = i + 1; j < Limbs; j++)
            {
                _c.vpmadd52luq(T[i + j], A[i], A[j]);
                _c.vpmadd52huq(T[i + j + 1], A[i], A[j]);
            }
        }

        for (int i = 1; i < 2 * Limbs; i++)
        {
            _c.vpaddq(T[i], T[i], T[i]);
        }

        for (int i = 0; i < Limbs; i++)
        {
            _c.vpmadd52luq(T[2 * i], A[i], A[i]);
            _c.vpmadd52huq(T[(2 * i) + 1], A[i], A[i]);
        }
    }

    /// <summary>Upper = T / 2^260 modulo r, limbs not normalised. Destroys the lower half, B and M.</summary>
    public void ReduceProduct()
    {
        for (int i = 0; i < Limbs; i++)
        {
            ReduceLimb(T.AsSpan(i));
        }
    }

    /// <summary>sum[1 …] = sum / 2^52 modulo r. Destroys sum[0], B and M.</summary>
    public void ReduceLimb(ReadOnlySpan<AssemblerRegisterZMM> sum)
    {
        _c.vpsllq(B, sum[0], 32);
        _c.vpaddq(B, B, sum[0]);
        _c.vpxorq(M, M, M);
        _c.vpsubq(M, M, B);
        _c.vpaddq(sum[0], sum[0], LimbMask);
        _c.vpsrlq(sum[0], sum[0], Radix52.Bits);
        _c.vpaddq(sum[1], sum[1], sum[0]);
        for (int j = 0; j < Limbs; j++)
        {
            if (j > 0)
            {
                _c.vpmadd52luq(sum[j], R[j], M);
            }

            _c.vpmadd52huq(sum[j + 1], R[j], M);
        }
    }

    /// <summary>
    /// Lower = T modulo r, below 2.6·r, normalised, by the steps of <see cref="Reduction52"/>. Destroys the rest of T, B and M.
    /// </summary>
    /// <param name="most">Bound of T.</param>
    public void ReduceFromTop(BigInteger most)
    {
        int limbs = Reduction52.LimbsOf(most);
        bool topIsClean = true;
        foreach (int shift in Reduction52.ShiftsFor(most))
        {
            (int limb, int bit) = Reduction52.Window(shift);
            _c.vpsraq(B, T[limb - 1], Radix52.Bits);
            _c.vpandq(T[limb - 1], T[limb - 1], LimbMask);
            _c.vpaddq(T[limb], T[limb], B);
            if (limb + 1 < limbs)
            {
                _c.vpsrlq(B, T[limb], (byte)bit);
                _c.vpsllq(M, T[limb + 1], (byte)(Radix52.Bits - bit));
                _c.vpaddq(B, B, M);
            }
            else
            {
                if (!topIsClean)
                {
                    _c.vpandq(T[limb], T[limb], LimbMask);
                }

                _c.vpsrlq(B, T[limb], (byte)bit);
            }

            _c.vpxorq(M, M, M);
            _c.vpmadd52huq(M, B, __qword_bcst[rsi + tables.Quotient]);
            limbs = Reduction52.LimbsAfter(shift);
            for (int i = shift / Radix52.Bits; i < limbs; i++)
            {
                AssemblerMemoryOperand factor = __qword_bcst[rsi + tables.NegativeMultiple(shift) + (8 * i)];
                _c.vpmadd52luq(T[i], M, factor);
                if (i + 1 < limbs)
                {
                    _c.vpmadd52huq(T[i + 1], M, factor);
                }
            }

            topIsClean = false;
        }

        Normalize(Lower);
        _c.vpandq(Lower[Limbs - 1], Lower[Limbs - 1], LimbMask);
    }

    /// <summary>Carries, so that every limb but the last is below 2^52; the last is, too, if the value is below 2^260.</summary>
    public void Normalize(ReadOnlySpan<AssemblerRegisterZMM> element)
    {
        for (int i = 0; i < element.Length - 1; i++)
        {
            _c.vpsraq(B, element[i], Radix52.Bits);
            _c.vpandq(element[i], element[i], LimbMask);
            _c.vpaddq(element[i + 1], element[i + 1], B);
        }
    }
}
