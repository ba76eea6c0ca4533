using System.Runtime.InteropServices;
using Filecoin.Cryptography.Fields;
using Filecoin.Cryptography.Kernels.Emit;
using Filecoin.Cryptography.Kernels.Poseidon;
using Iced.Intel;
using Xunit;
using static Iced.Intel.AssemblerRegisters;

namespace Filecoin.Cryptography.Tests.Kernels;

/// <summary>The emitted machine code itself: which processors it asks for, and whether it keeps the calling convention.</summary>
public sealed unsafe class EmittedPoseidonTests
{
    private static readonly AssemblerRegister64[] CalleeSaved = [rbx, rbp, r12, r13, r14, r15];

    private static readonly CpuidFeature[] EveryX64Processor = [CpuidFeature.INTEL8086, CpuidFeature.INTEL386, CpuidFeature.X64];

    /// <summary>Rounding upwards, denormals as zero, two sticky flags set, all exceptions masked.</summary>
    private const int KnownMode = 0x1f80 | 0x4000 | 0x40 | 0x05;

    public static TheoryData<int> Arities => [2, 4, 8, 11];

    [Theory]
    [MemberData(nameof(Arities))]
    public void The_adx_kernel_needs_bmi2_and_adx_only(int arity) =>
        AssertDecodesTo(
            PoseidonAdxEmitter.Assemble(new PoseidonTables64(PoseidonConstants.For(arity))), [CpuidFeature.BMI2, CpuidFeature.ADX]);

    [Theory]
    [MemberData(nameof(Arities))]
    public void The_ifma_kernel_needs_avx512f_and_ifma_only(int arity)
    {
        AssertDecodesTo(
            PoseidonIfmaEmitter.Assemble(new PoseidonIfmaTables(PoseidonConstants.For(arity))),
            [CpuidFeature.AVX, CpuidFeature.AVX512F, CpuidFeature.AVX512_IFMA]);
    }

    [Theory]
    [MemberData(nameof(Arities))]
    public void The_fma_kernel_needs_avx2_and_fma_only(int arity) =>
        AssertDecodesTo(
            PoseidonFmaEmitter.Assemble(new PoseidonFmaTables(PoseidonConstants.For(arity), PoseidonFma.Narrow), PoseidonFma.Narrow),
            [CpuidFeature.AVX, CpuidFeature.AVX2, CpuidFeature.FMA]);

    [Theory]
    [MemberData(nameof(Arities))]
    public void The_fma_512_kernel_needs_avx512f_only(int arity) =>
        AssertDecodesTo(
            PoseidonFmaEmitter.Assemble(new PoseidonFmaTables(PoseidonConstants.For(arity), PoseidonFma.Wide), PoseidonFma.Wide),
            [CpuidFeature.AVX, CpuidFeature.AVX512F]);

    [Theory]
    [MemberData(nameof(Arities))]
    public void The_adx_kernel_restores_what_belongs_to_its_caller(int arity)
    {
        Assert.SkipUnless(PoseidonKernel.Available.Contains("adx"), "the processor has no BMI2 and ADX");
        PoseidonTables64 tables = new(PoseidonConstants.For(arity));
        AssertRestoresCalleeSaved(
            PoseidonAdxEmitter.TryEmit(tables),
            new byte[PoseidonAdxEmitter.Lanes * arity * Fr.Bytes],
            new ulong[PoseidonAdxEmitter.Lanes * Fr.Bytes / sizeof(ulong)],
            new ulong[PoseidonAdxEmitter.WorkWords(tables.Recurrence)],
            tables.Limbs);
    }

    [Theory]
    [MemberData(nameof(Arities))]
    public void The_ifma_kernel_restores_what_belongs_to_its_caller(int arity)
    {
        Assert.SkipUnless(PoseidonKernel.Available.Contains("ifma"), "the processor has no AVX-512 IFMA");
        PoseidonIfmaTables tables = new(PoseidonConstants.For(arity));
        AssertRestoresCalleeSaved(
            PoseidonIfmaEmitter.TryEmit(tables), new ulong[PoseidonIfmaEmitter.WorkWords(tables.Recurrence)], tables.Limbs);
    }

    [Theory]
    [InlineData("fma", PoseidonFma.Narrow)]
    [InlineData("fma-512", PoseidonFma.Wide)]
    public void The_fma_kernels_restore_what_belongs_to_their_caller(string name, int lanes)
    {
        Assert.SkipUnless(PoseidonKernel.Available.Contains(name), "the processor has no vectors of this kind");
        foreach (int arity in new[] { 2, 4, 8, 11 })
        {
            PoseidonFmaTables tables = new(PoseidonConstants.For(arity), lanes);
            void* function = PoseidonFmaEmitter.TryEmit(tables, lanes);
            AssertRestoresCalleeSaved(
                function, (nint)Aligned(new ulong[PoseidonFmaEmitter.WorkWords(tables.Recurrence, lanes)]), (nint)Aligned(tables.Words));
        }
    }

    /// <summary>The words where vectors may lie, for as long as the tests run.</summary>
    private static void* Aligned(ulong[] words)
    {
        void* aligned = NativeMemory.AlignedAlloc((nuint)words.Length * sizeof(ulong), 64);
        words.CopyTo(new Span<ulong>(aligned, words.Length));
        return aligned;
    }

    /// <summary>Decodes the bytes again: the same instructions, all of them known to the declared features, branches landing on instructions.</summary>
    private static void AssertDecodesTo(Assembler assembler, CpuidFeature[] features)
    {
        using MemoryStream code = new();
        assembler.Assemble(new StreamCodeWriter(code), 0);
        Decoder decoder = Decoder.Create(64, new ByteArrayCodeReader(code.ToArray()));
        List<Instruction> decoded = [];
        while (decoder.IP < (ulong)code.Length)
        {
            decoded.Add(decoder.Decode());
        }

        Assert.Equal(assembler.Instructions.Select(instruction => instruction.Mnemonic), decoded.Select(instruction => instruction.Mnemonic));
        CpuidFeature[] used = [.. decoded.SelectMany(instruction => instruction.Code.CpuidFeatures()).Distinct()];
        Assert.Equal(features.Order(), used.Except(EveryX64Processor).Order());
        HashSet<ulong> starts = [.. decoded.Select(instruction => instruction.IP)];
        Assert.All(
            decoded.Where(instruction => instruction.FlowControl is not (FlowControl.Next or FlowControl.Return)),
            branch => Assert.Contains(branch.NearBranchTarget, starts));
        Assert.Equal(Mnemonic.Ret, decoded[^1].Mnemonic);
    }

    /// <summary>Calls the function with known values in the callee-saved registers and asks which of them came back changed.</summary>
    private static void AssertRestoresCalleeSaved(void* function, params Array[] arguments)
    {
        GCHandle[] pinned = [.. arguments.Select(argument => GCHandle.Alloc(argument, GCHandleType.Pinned))];
        AssertRestoresCalleeSaved(function, [.. pinned.Select(handle => handle.AddrOfPinnedObject())]);
        foreach (GCHandle handle in pinned)
        {
            handle.Free();
        }
    }

    private static void AssertRestoresCalleeSaved(void* function, params nint[] arguments)
    {
        Assert.True(function != null, "the system did not let code be made");
        delegate* unmanaged<void**, long> check = (delegate* unmanaged<void**, long>)ExecutableMemory.TryLoad(CalleeSavedCheck());
        Assert.True(check != null, "the system did not let code be made");
        void** call = stackalloc void*[5];
        call[0] = function;
        for (int i = 0; i < arguments.Length; i++)
        {
            call[i + 1] = (void*)arguments[i];
        }

        Assert.Equal(0, check(call));
    }

    /// <summary>long f(void* call[5]): calls call[0](call[1] … call[4]); bit i of the result tells that register i was changed, the next one that MXCSR was.</summary>
    private static Assembler CalleeSavedCheck()
    {
        Assembler c = new(64);
        foreach (AssemblerRegister64 register in CalleeSaved)
        {
            c.push(register);
        }

        // Seven words are on the stack with the return address; the eighth aligns it to 16 for the call. Below it: MXCSR before, known, after.
        c.push(rdi);
        c.sub(rsp, 16);
        c.stmxcsr(__dword_ptr[rsp]);
        c.mov(__dword_ptr[rsp + 4], KnownMode);
        c.ldmxcsr(__dword_ptr[rsp + 4]);
        for (int i = 0; i < CalleeSaved.Length; i++)
        {
            c.mov(CalleeSaved[i], Known(i));
        }

        c.mov(rax, __qword_ptr[rdi]);
        c.mov(rsi, __qword_ptr[rdi + 16]);
        c.mov(rdx, __qword_ptr[rdi + 24]);
        c.mov(rcx, __qword_ptr[rdi + 32]);
        c.mov(rdi, __qword_ptr[rdi + 8]);
        c.call(rax);
        c.stmxcsr(__dword_ptr[rsp + 8]);
        c.ldmxcsr(__dword_ptr[rsp]);
        c.xor(eax, eax);
        c.cmp(__dword_ptr[rsp + 8], KnownMode);
        c.setne(al);
        c.shl(eax, (byte)CalleeSaved.Length);
        c.add(rsp, 16);
        c.pop(rdi);
        for (int i = 0; i < CalleeSaved.Length; i++)
        {
            c.xor(edx, edx);
            c.mov(rcx, Known(i));
            c.cmp(CalleeSaved[i], rcx);
            c.setne(dl);
            c.shl(edx, (byte)i);
            c.or(rax, rdx);
        }

        foreach (AssemblerRegister64 register in CalleeSaved.Reverse())
        {
            c.pop(register);
        }

        c.ret();
        return c;
    }

    private static ulong Known(int register) => 0x5ea1e4_5ec70400UL + (ulong)register;
}
