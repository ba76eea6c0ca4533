using Filecoin.Cryptography.Kernels;
using Filecoin.Cryptography.Kernels.Emit;
using Filecoin.Cryptography.Kernels.Poseidon;
using Iced.Intel;
using SealerRecover.Tests;
using Xunit;
using static Iced.Intel.AssemblerRegisters;

namespace Filecoin.Cryptography.Tests.Kernels;

/// <summary>
/// The FMA kernels count on rounding to nearest: they hash rightly whatever mode their thread is in, and leave it as it was. MXCSR: bits 0-5
/// flags, which the runtime sets as it likes (that kernels leave them, too, is in <see cref="EmittedPoseidonTests"/>); 6 and 15 denormals as
/// zero; 7-12 masks of exceptions; 13-14 rounding.
/// </summary>
public sealed class FloatingPointModeTests
{
    private const int Arity = 8;
    private const int Hashes = 29;
    private const uint Default = 0x1f80;
    private const uint Flags = 0x3f;

    private static readonly byte[] Preimages = Elements();
    private static readonly byte[] Expected = Hash(PoseidonKernel.Create(Arity, "plain"));

    private static readonly nint GetterCode = Load(c =>
    {
        c.push(rax);
        c.stmxcsr(__dword_ptr[rsp]);
        c.pop(rax);
    });

    private static readonly nint SetterCode = Load(c =>
    {
        c.push(rdi);
        c.ldmxcsr(__dword_ptr[rsp]);
        c.pop(rdi);
    });

    public static TheoryData<string, uint> Modes()
    {
        TheoryData<string, uint> data = [];
        foreach (string name in PoseidonKernel.Available)
        {
            for (uint rounding = 0; rounding < 4; rounding++)
            {
                data.Add(name, Default | (rounding << 13));
            }

            data.Add(name, Default | 0x8040);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Modes))]
    public void Kernels_hash_rightly_in_any_mode_and_leave_it_as_it_was(string name, uint mode)
    {
        Assert.SkipUnless(ProcessorFeatures.Current.Has(ProcessorFeature.EmittedCode), "no code is made here");
        PoseidonKernel kernel = PoseidonKernel.Create(Arity, name);
        byte[] digests = new byte[Expected.Length];
        SetMode(mode);
        kernel.HashMany(Preimages, digests);
        uint after = Mode();
        SetMode(Default);
        Assert.Equal(mode, after & ~Flags);
        Assert.Equal(Expected, digests);
    }

    [Fact]
    public async Task Threads_that_hash_and_threads_that_divide_do_not_see_each_other()
    {
        Assert.SkipUnless(ProcessorFeatures.Current.Has(ProcessorFeature.EmittedCode), "no code is made here");
        const int rounds = 200;
        int threads = 2 * PoseidonKernel.Available.Count;
        (uint Mode, long Third, long MinusThird) expected = State();
        await Task.WhenAll(Enumerable.Range(0, threads).Select(thread => Task.Factory.StartNew(
            () =>
            {
                PoseidonKernel kernel = PoseidonKernel.Create(Arity, PoseidonKernel.Available[thread / 2]);
                byte[] digests = new byte[Expected.Length];
                for (int i = 0; i < (kernel.Name == "plain" ? 3 : rounds); i++)
                {
                    Assert.Equal(expected, State());
                    if (thread % 2 == 0)
                    {
                        kernel.HashMany(Preimages, digests);
                        Assert.Equal(Expected, digests);
                    }

                    Assert.Equal(expected, State());
                }
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default)));
    }

    /// <summary>The thread's mode without flags, and what it makes of quotients that no double holds.</summary>
    private static (uint Mode, long Third, long MinusThird) State()
    {
        double one = Environment.ProcessorCount > 0 ? 1 : 2;
        return (Mode() & ~Flags, BitConverter.DoubleToInt64Bits(one / 3), BitConverter.DoubleToInt64Bits(-one / 3));
    }

    private static byte[] Elements()
    {
        byte[] preimages = VectorFiles.Stream("floating-point-modes", (long)Hashes * Arity * Bytes32.Length);
        for (int i = Bytes32.Length - 1; i < preimages.Length; i += Bytes32.Length)
        {
            preimages[i] &= 0x3f;
        }

        return preimages;
    }

    private static byte[] Hash(PoseidonKernel kernel)
    {
        byte[] digests = new byte[Hashes * Bytes32.Length];
        kernel.HashMany(Preimages, digests);
        return digests;
    }

    private static unsafe uint Mode() => ((delegate* unmanaged<uint>)GetterCode)();

    private static unsafe void SetMode(uint mode) => ((delegate* unmanaged<uint, void>)SetterCode)(mode);

    private static unsafe nint Load(Action<Assembler> body)
    {
        Assembler c = new(64);
        body(c);
        c.ret();
        return ExecutableMemory.IsSupported ? (nint)ExecutableMemory.TryLoad(c) : 0;
    }
}
