using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;

namespace Filecoin.Sealing.Labeling.Kernels.Avx512;

/// <summary>
/// AVX-512 instructions on 32-bit lanes, of 512-bit registers or (AVX-512VL) of their lower halves, so that code is written once for both.
/// Registers are given by number, 0 to 31.
/// </summary>
internal sealed class LaneAssembler(Assembler assembler, int lanes)
{
    private static readonly AssemblerRegisterZMM[] Zmm =
    [
        zmm0, zmm1, zmm2, zmm3, zmm4, zmm5, zmm6, zmm7, zmm8, zmm9, zmm10, zmm11, zmm12, zmm13, zmm14, zmm15,
        zmm16, zmm17, zmm18, zmm19, zmm20, zmm21, zmm22, zmm23, zmm24, zmm25, zmm26, zmm27, zmm28, zmm29, zmm30, zmm31,
    ];

    private static readonly AssemblerRegisterYMM[] Ymm =
    [
        ymm0, ymm1, ymm2, ymm3, ymm4, ymm5, ymm6, ymm7, ymm8, ymm9, ymm10, ymm11, ymm12, ymm13, ymm14, ymm15,
        ymm16, ymm17, ymm18, ymm19, ymm20, ymm21, ymm22, ymm23, ymm24, ymm25, ymm26, ymm27, ymm28, ymm29, ymm30, ymm31,
    ];

    private readonly bool _wide = lanes == 16;

    /// <summary>Bytes of one word of all lanes.</summary>
    public int VectorBytes { get; } = lanes * sizeof(uint);

    /// <summary>d = [memory].</summary>
    public void Load(int d, AssemblerMemoryOperand memory)
    {
        if (_wide)
        {
            assembler.vmovdqa32(Zmm[d], memory);
        }
        else
        {
            assembler.vmovdqa32(Ymm[d], memory);
        }
    }

    /// <summary>[memory] = s.</summary>
    public void Store(AssemblerMemoryOperand memory, int s)
    {
        if (_wide)
        {
            assembler.vmovdqa32(memory, Zmm[s]);
        }
        else
        {
            assembler.vmovdqa32(memory, Ymm[s]);
        }
    }

    /// <summary>d = s.</summary>
    public void Copy(int d, int s)
    {
        if (_wide)
        {
            assembler.vmovdqa32(Zmm[d], Zmm[s]);
        }
        else
        {
            assembler.vmovdqa32(Ymm[d], Ymm[s]);
        }
    }

    /// <summary>Every lane of d = the 32-bit word in memory.</summary>
    public void Broadcast(int d, AssemblerMemoryOperand memory)
    {
        if (_wide)
        {
            assembler.vpbroadcastd(Zmm[d], memory);
        }
        else
        {
            assembler.vpbroadcastd(Ymm[d], memory);
        }
    }

    /// <summary>Every lane of d = s.</summary>
    public void Broadcast(int d, AssemblerRegister32 s)
    {
        if (_wide)
        {
            assembler.vpbroadcastd(Zmm[d], s);
        }
        else
        {
            assembler.vpbroadcastd(Ymm[d], s);
        }
    }

    /// <summary>d = x + y.</summary>
    public void Add(int d, int x, int y)
    {
        if (_wide)
        {
            assembler.vpaddd(Zmm[d], Zmm[x], Zmm[y]);
        }
        else
        {
            assembler.vpaddd(Ymm[d], Ymm[x], Ymm[y]);
        }
    }

    /// <summary>d = x + [memory]; the operand may be broadcast.</summary>
    public void Add(int d, int x, AssemblerMemoryOperand memory)
    {
        if (_wide)
        {
            assembler.vpaddd(Zmm[d], Zmm[x], memory);
        }
        else
        {
            assembler.vpaddd(Ymm[d], Ymm[x], memory);
        }
    }

    /// <summary>d = x and [memory]; the operand may be broadcast.</summary>
    public void And(int d, int x, AssemblerMemoryOperand memory)
    {
        if (_wide)
        {
            assembler.vpandd(Zmm[d], Zmm[x], memory);
        }
        else
        {
            assembler.vpandd(Ymm[d], Ymm[x], memory);
        }
    }

    /// <summary>d = 0.</summary>
    public void Clear(int d)
    {
        if (_wide)
        {
            assembler.vpxord(Zmm[d], Zmm[d], Zmm[d]);
        }
        else
        {
            assembler.vpxord(Ymm[d], Ymm[d], Ymm[d]);
        }
    }

    /// <summary>d = s rotated right.</summary>
    public void RotateRight(int d, int s, byte bits)
    {
        if (_wide)
        {
            assembler.vprord(Zmm[d], Zmm[s], bits);
        }
        else
        {
            assembler.vprord(Ymm[d], Ymm[s], bits);
        }
    }

    /// <summary>d = s shifted right.</summary>
    public void ShiftRight(int d, int s, byte bits)
    {
        if (_wide)
        {
            assembler.vpsrld(Zmm[d], Zmm[s], bits);
        }
        else
        {
            assembler.vpsrld(Ymm[d], Ymm[s], bits);
        }
    }

    /// <summary>d = the bit that the truth table has for (d, x, y), 111 first.</summary>
    public void Logic(int d, int x, int y, byte table)
    {
        if (_wide)
        {
            assembler.vpternlogd(Zmm[d], Zmm[x], Zmm[y], table);
        }
        else
        {
            assembler.vpternlogd(Ymm[d], Ymm[x], Ymm[y], table);
        }
    }
}
