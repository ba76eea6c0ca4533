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
        Assert.True(function != null, "the system did not let code be made");
        GCHandle[] pinned = [.. arguments.Select(argument => GCHandle.Alloc(argument, GCHandleType.Pinned))];
        delegate* unmanaged<void**, long> check = (delegate* unmanaged<void**, long>)ExecutableMemory.TryLoad(CalleeSavedCheck());
        Assert.True(check != null, "the system did not let code be made");
        void** call = stackalloc void*[5];
        call[0] = function;
        for (int i = 0; i < arguments.Length; i++)
        {
            call[i + 1] = (void*)pinned[i].AddrOfPinnedObject();
        }

        long changed = check(call);
        foreach (GCHandle handle in pinned)
        {
            handle.Free();
        }

        Assert.Equal(0, changed);
    }

    /// <summary>long f(void* call[5]): calls call[0](call[1] … call[4]); bit i of the result tells that register i was changed.</summary>
    private static Assembler CalleeSavedCheck()
    {
        Assembler c = new(64);
        foreach (AssemblerRegister64 register in CalleeSaved)
        {
            c.push(register);
        }

        // Seven words are on the stack with the return address; the eighth aligns it to 16 for the call.
        c.push(rdi);
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
        c.pop(rdi);
        c.xor(eax, eax);
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
