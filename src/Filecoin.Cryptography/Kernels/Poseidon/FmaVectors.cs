using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;

namespace Filecoin.Cryptography.Kernels.Poseidon;

/// <summary>
/// Instructions on vectors of doubles and 64-bit integers in 256 bits (AVX2 and FMA) or 512 (AVX-512 F), by one name each. They are recorded into
/// lists, so that two streams which touch different registers can be woven into one.
/// </summary>
/// <param name="bytes">Bytes of a vector, 32 or 64.</param>
internal sealed class FmaVectors(int bytes)
{
    private Assembler _c = new(64);

    private bool IsWide => bytes == 64;

    /// <summary>Bytes of a vector.</summary>
    public int Bytes => bytes;

    /// <summary>What <paramref name="emit"/> emits.</summary>
    public IReadOnlyList<Instruction> Record(Action emit)
    {
        Assembler outer = _c;
        _c = new Assembler(64);
        emit();
        IReadOnlyList<Instruction> recorded = _c.Instructions;
        _c = outer;
        return recorded;
    }

    /// <summary>A vector in memory.</summary>
    public AssemblerMemoryOperand At(AssemblerRegister64 from, int offset) =>
        IsWide ? __zmmword_ptr[from + offset] : __ymmword_ptr[from + offset];

    public void Move(int to, int from)
    {
        if (IsWide)
        {
            _c.vmovapd(Z(to), Z(from));
        }
        else
        {
            _c.vmovapd(Y(to), Y(from));
        }
    }

    public void Load(int to, AssemblerMemoryOperand from)
    {
        if (IsWide)
        {
            _c.vmovapd(Z(to), from);
        }
        else
        {
            _c.vmovapd(Y(to), from);
        }
    }

    public void Store(AssemblerMemoryOperand to, int from)
    {
        if (IsWide)
        {
            _c.vmovapd(to, Z(from));
        }
        else
        {
            _c.vmovapd(to, Y(from));
        }
    }

    /// <summary>The 64 bits at a place, in all lanes.</summary>
    public void Broadcast(int to, AssemblerRegister64 from, int offset)
    {
        if (IsWide)
        {
            _c.vbroadcastsd(Z(to), __qword_ptr[from + offset]);
        }
        else
        {
            _c.vbroadcastsd(Y(to), __qword_ptr[from + offset]);
        }
    }

    /// <summary>to = addend - factor · to.</summary>
    public void NegativeMultiplyAdd(int to, int factor, int addend)
    {
        if (IsWide)
        {
            _c.vfnmadd213pd(Z(to), Z(factor), Z(addend));
        }
        else
        {
            _c.vfnmadd213pd(Y(to), Y(factor), Y(addend));
        }
    }

    /// <summary>to += factor · other.</summary>
    public void AddProduct(int to, int factor, AssemblerMemoryOperand other)
    {
        if (IsWide)
        {
            _c.vfmadd231pd(Z(to), Z(factor), other);
        }
        else
        {
            _c.vfmadd231pd(Y(to), Y(factor), other);
        }
    }

    /// <summary>to = to · factor + addend.</summary>
    public void MultiplyAdd(int to, int addend, AssemblerMemoryOperand factor)
    {
        if (IsWide)
        {
            _c.vfmadd132pd(Z(to), Z(addend), factor);
        }
        else
        {
            _c.vfmadd132pd(Y(to), Y(addend), factor);
        }
    }

    /// <summary>to = to · factor - subtrahend.</summary>
    public void MultiplySubtract(int to, int subtrahend, AssemblerMemoryOperand factor)
    {
        if (IsWide)
        {
            _c.vfmsub132pd(Z(to), Z(subtrahend), factor);
        }
        else
        {
            _c.vfmsub132pd(Y(to), Y(subtrahend), factor);
        }
    }

    public void MultiplyDoubles(int to, int a, AssemblerMemoryOperand b)
    {
        if (IsWide)
        {
            _c.vmulpd(Z(to), Z(a), b);
        }
        else
        {
            _c.vmulpd(Y(to), Y(a), b);
        }
    }

    public void AddDoubles(int to, int a, int b)
    {
        if (IsWide)
        {
            _c.vaddpd(Z(to), Z(a), Z(b));
        }
        else
        {
            _c.vaddpd(Y(to), Y(a), Y(b));
        }
    }

    public void SubtractDoubles(int to, int a, int b)
    {
        if (IsWide)
        {
            _c.vsubpd(Z(to), Z(a), Z(b));
        }
        else
        {
            _c.vsubpd(Y(to), Y(a), Y(b));
        }
    }

    public void SubtractDoubles(int to, int a, AssemblerMemoryOperand b)
    {
        if (IsWide)
        {
            _c.vsubpd(Z(to), Z(a), b);
        }
        else
        {
            _c.vsubpd(Y(to), Y(a), b);
        }
    }

    public void AddIntegers(int to, int a, int b)
    {
        if (IsWide)
        {
            _c.vpaddq(Z(to), Z(a), Z(b));
        }
        else
        {
            _c.vpaddq(Y(to), Y(a), Y(b));
        }
    }

    public void AddIntegers(int to, int a, AssemblerMemoryOperand b)
    {
        if (IsWide)
        {
            _c.vpaddq(Z(to), Z(a), b);
        }
        else
        {
            _c.vpaddq(Y(to), Y(a), b);
        }
    }

    public void SubtractIntegers(int to, int a, int b)
    {
        if (IsWide)
        {
            _c.vpsubq(Z(to), Z(a), Z(b));
        }
        else
        {
            _c.vpsubq(Y(to), Y(a), Y(b));
        }
    }

    public void ShiftLeft(int to, int from, byte bits)
    {
        if (IsWide)
        {
            _c.vpsllq(Z(to), Z(from), bits);
        }
        else
        {
            _c.vpsllq(Y(to), Y(from), bits);
        }
    }

    public void ShiftRight(int to, int from, byte bits)
    {
        if (IsWide)
        {
            _c.vpsrlq(Z(to), Z(from), bits);
        }
        else
        {
            _c.vpsrlq(Y(to), Y(from), bits);
        }
    }

    public void And(int to, int a, AssemblerMemoryOperand b)
    {
        if (IsWide)
        {
            _c.vpandq(Z(to), Z(a), b);
        }
        else
        {
            _c.vpand(Y(to), Y(a), b);
        }
    }

    public void Or(int to, int a, AssemblerMemoryOperand b)
    {
        if (IsWide)
        {
            _c.vporq(Z(to), Z(a), b);
        }
        else
        {
            _c.vpor(Y(to), Y(a), b);
        }
    }

    private static AssemblerRegisterYMM Y(int index) => new(Register.YMM0 + index);

    private static AssemblerRegisterZMM Z(int index) => new(Register.ZMM0 + index);
}
