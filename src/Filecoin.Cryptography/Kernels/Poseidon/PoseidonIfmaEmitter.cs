using Filecoin.Cryptography.Kernels.Emit;
using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;

namespace Filecoin.Cryptography.Kernels.Poseidon;

/// <summary>
/// Emits one function that runs Poseidon on eight preimages side by side, one in each 64-bit lane:
/// <c>void f(ulong* state, ulong* scratch, ulong* tables)</c>. State and scratch hold t elements of 5 limbs of 8 lanes; on entry elements
/// 1 … t-1 of the state are the canonical inputs, on return element 0 of the scratch is the digest, below 2^255 + 1 but possibly r itself.
/// </summary>
/// <remarks>
/// <para>Registers. zmm0-9: T, ten accumulating limbs of a product or sum of products. zmm10-14: A, a factor. zmm15: B, a broadcast limb.
/// zmm16: m of the reduction. zmm17-21: X, x or x^4 in the S-box, the old first element in partial rounds. zmm26-30: r. zmm31: -r^-1 mod 2^52.
/// zmm25: limb mask. rdi, rsi: state and scratch, swapped by every dense matrix. rdx: tables. rax: walks constants. rcx: walks the state.
/// rbx: end of the state. r8: walks matrix rows. r9: counts rounds. r10: counts rows. r11: walks the scratch.</para>
/// <para>Bounds, with R = 2^260 > 35r. A reduction of a sum of n products of factors below c·r and d·r gives less than (1 + n·c·d/35)·r.
/// Constants are below r. Full rounds: a dense row over t &lt;= 12 elements below 2r gives less than 1.7r; x^5 plus a constant stays below 2.2r.
/// Partial rounds: elements 1 … t-1 grow by less than 1.1r a round and are reduced every 8 rounds, so they stay below 11r; the first element,
/// a dot product of those, stays below (1 + 12·11/35)·r &lt; 5r, its square below 1.8r. Everything is far below 2^260, and T's limbs, sums of at
/// most 120 + 10 halves of 52 bits each, below 2^60.</para>
/// </remarks>
internal sealed class PoseidonIfmaEmitter
{
    /// <summary>Preimages hashed side by side.</summary>
    public const int Lanes = 8;

    /// <summary>Bytes of an element: five limbs of eight lanes.</summary>
    public const int ElementBytes = Limbs * LimbBytes;

    private const int Limbs = Radix52.Limbs;
    private const int LimbBytes = Lanes * sizeof(ulong);
    private const int ConstantBytes = Limbs * sizeof(ulong);
    private const int RoundsBetweenReductions = 8;

    private static readonly AssemblerRegisterZMM[] T = [zmm0, zmm1, zmm2, zmm3, zmm4, zmm5, zmm6, zmm7, zmm8, zmm9];
    private static readonly AssemblerRegisterZMM[] A = [zmm10, zmm11, zmm12, zmm13, zmm14];
    private static readonly AssemblerRegisterZMM[] X = [zmm17, zmm18, zmm19, zmm20, zmm21];
    private static readonly AssemblerRegisterZMM[] Q = [zmm26, zmm27, zmm28, zmm29, zmm30];
    private static readonly AssemblerRegisterZMM B = zmm15, M = zmm16, LimbMask = zmm25, Inverse = zmm31;

    private readonly Assembler _c = new(64);
    private readonly PoseidonConstants _constants;
    private readonly PoseidonIfmaTables _tables;
    private readonly int _stateBytes;

    private PoseidonIfmaEmitter(PoseidonConstants constants, PoseidonIfmaTables tables)
    {
        _constants = constants;
        _tables = tables;
        _stateBytes = constants.Width * ElementBytes;
    }

    /// <summary>Emits the function for these constants; null if the system does not let code be made.</summary>
    public static unsafe delegate* unmanaged<ulong*, ulong*, ulong*, void> TryEmit(PoseidonConstants constants, PoseidonIfmaTables tables) =>
        (delegate* unmanaged<ulong*, ulong*, ulong*, void>)ExecutableMemory.TryLoad(Assemble(constants, tables));

    /// <summary>The function's instructions.</summary>
    public static Assembler Assemble(PoseidonConstants constants, PoseidonIfmaTables tables)
    {
        PoseidonIfmaEmitter emitter = new(constants, tables);
        emitter.EmitAll();
        return emitter._c;
    }

    private void EmitAll()
    {
        _c.push(rbx);
        LoadFieldConstants();
        EmitInput();

        int half = PoseidonConstants.FullRounds / 2;
        _c.lea(rax, __[rdx + _tables.FullConstants]);
        Loop(r9, half - 1, () =>
        {
            EmitFullSBoxes(withConstants: true);
            EmitDense(_tables.Mds);
        });
        EmitFullSBoxes(withConstants: true);
        EmitDense(_tables.PreSparse);

        EmitPartialRounds();

        _c.lea(rax, __[rdx + _tables.LastConstants]);
        Loop(r9, half - 1, () =>
        {
            EmitFullSBoxes(withConstants: true);
            EmitDense(_tables.Mds);
        });
        EmitFullSBoxes(withConstants: false);
        EmitDigest();
        _c.vzeroupper();
        _c.pop(rbx);
        _c.ret();
    }

    private void LoadFieldConstants()
    {
        for (int i = 0; i < Limbs; i++)
        {
            _c.vpbroadcastq(Q[i], __qword_ptr[rdx + _tables.Modulus + (8 * i)]);
        }

        _c.mov(rax, Radix52.NegativeInverse);
        _c.vpbroadcastq(Inverse, rax);
        _c.mov(rax, Radix52.Mask);
        _c.vpbroadcastq(LimbMask, rax);
    }

    /// <summary>state[0] = tag + constant; state[k] = input·2^260 + constant.</summary>
    private void EmitInput()
    {
        _c.lea(rax, __[rdx + _tables.Initial]);
        for (int i = 0; i < Limbs; i++)
        {
            _c.vpbroadcastq(A[i], __qword_ptr[rax + (8 * i)]);
        }

        Store(rdi, A);
        _c.lea(r8, __[rdx + _tables.ToMontgomery]);
        ForElements(1, () =>
        {
            Load(A, rcx);
            MultiplyByConstant(A, r8, accumulate: false);
            Reduce();
            _c.add(rax, ConstantBytes);
            AddConstant();
            Normalize();
            Store(rcx, Upper);
        });
    }

    /// <summary>state[k] = state[k]^5, plus the constant at rax, which moves on.</summary>
    private void EmitFullSBoxes(bool withConstants) => ForElements(0, () =>
    {
        Load(A, rcx);
        SBox(withConstants);
        Store(rcx, Upper);
    });

    /// <summary>scratch = matrix · state; then the two change places.</summary>
    private void EmitDense(int matrix)
    {
        _c.lea(r8, __[rdx + matrix]);
        _c.mov(r11, rsi);
        Loop(r10, _constants.Width, () =>
        {
            DotProduct(firstLast: false);
            Store(r11, Upper);
            _c.add(r11, ElementBytes);
        });
        _c.xchg(rdi, rsi);
    }

    private void EmitPartialRounds()
    {
        _c.lea(rax, __[rdx + _tables.PartialConstants]);
        _c.lea(r8, __[rdx + _tables.Sparse]);
        int rest = _constants.PartialRounds % RoundsBetweenReductions;
        Loop(r9, _constants.PartialRounds / RoundsBetweenReductions, () =>
        {
            Loop(r10, RoundsBetweenReductions, EmitPartialRound);
            EmitReduceRest();
        });
        if (rest > 0)
        {
            Loop(r10, rest, EmitPartialRound);
            EmitReduceRest();
        }
    }

    private void EmitPartialRound()
    {
        Load(A, rdi);
        SBox(withConstant: true);
        Store(rdi, Upper);
        DotProduct(firstLast: true);

        // The new first element waits in the scratch until the old one has been added to the others; its latency hides behind them.
        Load(X, rdi);
        Store(rsi, Upper);
        ForElements(1, () =>
        {
            MultiplyByConstant(X, r8, accumulate: false);
            _c.add(r8, ConstantBytes);
            Reduce();
            for (int i = 0; i < Limbs; i++)
            {
                _c.vpaddq(Upper[i], Upper[i], __zmmword_ptr[rcx + (LimbBytes * i)]);
            }

            Normalize();
            Store(rcx, Upper);
        });
        Load(A, rsi);
        Store(rdi, A);
    }

    /// <summary>Brings elements 1 … t-1, grown by additions, back below 2r.</summary>
    private void EmitReduceRest()
    {
        _c.lea(r11, __[rdx + _tables.One]);
        ForElements(1, () =>
        {
            Load(A, rcx);
            MultiplyByConstant(A, r11, accumulate: false);
            Reduce();
            Normalize();
            Store(rcx, Upper);
        });
    }

    /// <summary>scratch[0] = row 1 of M · state, out of Montgomery form.</summary>
    private void EmitDigest()
    {
        _c.lea(r8, __[rdx + _tables.Mds + (_constants.Width * ConstantBytes)]);
        DotProduct(firstLast: false);
        for (int i = 0; i < Limbs; i++)
        {
            _c.vmovdqa64(A[i], Upper[i]);
        }

        _c.lea(r8, __[rdx + _tables.FromMontgomery]);
        MultiplyByConstant(A, r8, accumulate: false);
        Reduce();
        Normalize();
        Store(rsi, Upper);
    }

    /// <summary>T's upper half: where a reduction leaves its result.</summary>
    private static ReadOnlySpan<AssemblerRegisterZMM> Upper => T.AsSpan(Limbs, Limbs);

    /// <summary>Upper = A^5 (+ the constant at rax, which moves on). Destroys A, X, T, B, M.</summary>
    private void SBox(bool withConstant)
    {
        for (int i = 0; i < Limbs; i++)
        {
            _c.vmovdqa64(X[i], A[i]);
        }

        SquareOfA();
        SquareOfA(fromUpper: true);
        MoveUpperToA();
        Multiply(A, X);
        Reduce();
        if (withConstant)
        {
            AddConstant();
            _c.add(rax, ConstantBytes);
        }

        Normalize();
    }

    private void SquareOfA(bool fromUpper = false)
    {
        if (fromUpper)
        {
            MoveUpperToA();
        }

        Square(A);
        Reduce();
        Normalize();
    }

    private void MoveUpperToA()
    {
        for (int i = 0; i < Limbs; i++)
        {
            _c.vmovdqa64(A[i], Upper[i]);
        }
    }

    /// <summary>
    /// Upper = sum of state[k] · constant[k], constants at r8, which moves on. With <paramref name="firstLast"/> element 0 comes last, so that
    /// the others can be multiplied while it is still being made; its constant nevertheless stands first.
    /// </summary>
    private void DotProduct(bool firstLast)
    {
        ClearT();
        if (firstLast)
        {
            _c.mov(r11, r8);
            _c.add(r8, ConstantBytes);
            ForElements(1, Term);
            Load(A, rdi);
            MultiplyByConstant(A, r11, accumulate: true);
        }
        else
        {
            ForElements(0, Term);
        }

        Reduce();
        Normalize();

        void Term()
        {
            Load(A, rcx);
            MultiplyByConstant(A, r8, accumulate: true);
            _c.add(r8, ConstantBytes);
        }
    }

    private void ClearT()
    {
        foreach (AssemblerRegisterZMM limb in T)
        {
            _c.vpxorq(limb, limb, limb);
        }
    }

    /// <summary>T (+)= factor · the constant at <paramref name="constant"/>.</summary>
    private void MultiplyByConstant(AssemblerRegisterZMM[] factor, AssemblerRegister64 constant, bool accumulate)
    {
        if (!accumulate)
        {
            ClearT();
        }

        for (int i = 0; i < Limbs; i++)
        {
            _c.vpbroadcastq(B, __qword_ptr[constant + (8 * i)]);
            MultiplyRow(factor, B, i);
        }
    }

    /// <summary>T = a · b.</summary>
    private void Multiply(AssemblerRegisterZMM[] a, AssemblerRegisterZMM[] b)
    {
        ClearT();
        for (int i = 0; i < Limbs; i++)
        {
            MultiplyRow(a, b[i], i);
        }
    }

    private void MultiplyRow(AssemblerRegisterZMM[] factor, AssemblerRegisterZMM limb, int row)
    {
        for (int j = 0; j < Limbs; j++)
        {
            _c.vpmadd52luq(T[row + j], factor[j], limb);
            _c.vpmadd52huq(T[row + j + 1], factor[j], limb);
        }
    }

    /// <summary>T = a^2: products of different limbs once, doubled, then the squares.</summary>
    private void Square(AssemblerRegisterZMM[] a)
    {
        ClearT();
        for (int i = 0; i < Limbs; i++)
        {
            for (int j = i + 1; j < Limbs; j++)
            {
                _c.vpmadd52luq(T[i + j], a[i], a[j]);
                _c.vpmadd52huq(T[i + j + 1], a[i], a[j]);
            }
        }

        for (int i = 1; i < 2 * Limbs; i++)
        {
            _c.vpaddq(T[i], T[i], T[i]);
        }

        for (int i = 0; i < Limbs; i++)
        {
            _c.vpmadd52luq(T[2 * i], a[i], a[i]);
            _c.vpmadd52huq(T[(2 * i) + 1], a[i], a[i]);
        }
    }

    /// <summary>Upper = T / 2^260 modulo r, limbs not normalised. Destroys the lower half of T, B and M.</summary>
    private void Reduce()
    {
        for (int i = 0; i < Limbs; i++)
        {
            _c.vpxorq(M, M, M);
            _c.vpmadd52luq(M, T[i], Inverse);
            MultiplyRow(Q, M, i);

            // T[i] is now a multiple of 2^52.
            _c.vpsrlq(B, T[i], Radix52.Bits);
            _c.vpaddq(T[i + 1], T[i + 1], B);
        }
    }

    /// <summary>Upper += the constant at rax; limbs are not normalised.</summary>
    private void AddConstant()
    {
        for (int i = 0; i < Limbs; i++)
        {
            _c.vpaddq(Upper[i], Upper[i], __qword_bcst[rax + (8 * i)]);
        }
    }

    /// <summary>Carries in Upper, so that every limb is below 2^52; the value is below 2^260.</summary>
    private void Normalize()
    {
        for (int i = 0; i < Limbs - 1; i++)
        {
            _c.vpsrlq(B, Upper[i], Radix52.Bits);
            _c.vpandq(Upper[i], Upper[i], LimbMask);
            _c.vpaddq(Upper[i + 1], Upper[i + 1], B);
        }
    }

    private void Load(AssemblerRegisterZMM[] element, AssemblerRegister64 from)
    {
        for (int i = 0; i < Limbs; i++)
        {
            _c.vmovdqu64(element[i], __zmmword_ptr[from + (LimbBytes * i)]);
        }
    }

    private void Store(AssemblerRegister64 to, ReadOnlySpan<AssemblerRegisterZMM> element)
    {
        for (int i = 0; i < Limbs; i++)
        {
            _c.vmovdqu64(__zmmword_ptr[to + (LimbBytes * i)], element[i]);
        }
    }

    /// <summary>Runs the body with rcx at every element of the state from <paramref name="first"/> on.</summary>
    private void ForElements(int first, Action body)
    {
        Label again = _c.CreateLabel();
        _c.lea(rcx, __[rdi + (first * ElementBytes)]);
        _c.Label(ref again);
        body();
        _c.add(rcx, ElementBytes);
        _c.lea(rbx, __[rdi + _stateBytes]);
        _c.cmp(rcx, rbx);
        _c.jb(again);
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
