using System.Globalization;
using System.Runtime.InteropServices;
using Filecoin.Cryptography.Kernels.Emit;
using Filecoin.Cryptography.Kernels.Poseidon;
using Iced.Intel;
using SealerRecover.Recovery.Bench;
using static Iced.Intel.AssemblerRegisters;

namespace Filecoin.Benchmarks.Bounds;

/// <summary>
/// What no code can beat on this processor: the latency of the SHA-256 round instruction, which chains 32 times a block and 20 blocks a
/// label, and the throughput of the 52-bit multiply-add and of split products of doubles, of which Poseidon needs known numbers.
/// </summary>
internal static unsafe class ProcessorBounds
{
    private const int Repeats = 10_000;
    private const int Unrolled = 64;
    private const int RoundsInBlock = 64;
    private const int RoundsInInstruction = 2;
    private const int BlocksInLabel = 20;

    /// <summary>imul r64, r64 takes three cycles on every x86-64 core of the last ten years.</summary>
    private const int MultiplyCycles = 3;

    /// <summary>Enough independent accumulators to hide the latency of a multiply-add.</summary>
    private const int Accumulators = 16;

    public static int Print(Options options)
    {
        ArgumentNullException.ThrowIfNull(options);
        double cycle = Instruction(c => c.imul(rax, rax)) / MultiplyCycles;
        double round = Instruction((c, i) =>
        {
            // As in the kernel: each instruction needs the result of the one before.
            AssemblerRegisterXMM target = i % 2 == 0 ? xmm1 : xmm2;
            c.sha256rnds2(target, i % 2 == 0 ? xmm2 : xmm1);
        });
        double block = round * RoundsInBlock / RoundsInInstruction;
        Console.WriteLine(Text($"yardstick                     {Yardstick.Nanoseconds(),8:0.00} ns a block"));
        Console.WriteLine(Text($"clock                         {1 / cycle,8:0.00} GHz"));
        Console.WriteLine(Text($"sha256rnds2, latency          {round / cycle,8:0.00} cycles"));
        Console.WriteLine(Text($"SHA-256 rounds of a block     {block,8:0.0} ns"));
        Console.WriteLine(Text($"  of a label, 20 blocks       {BlocksInLabel * block,8:0} ns, {1000 / (BlocksInLabel * block):0.00} M labels/s of one sector"));
        if (System.Runtime.Intrinsics.X86.Avx512F.IsSupported)
        {
            double multiply = Instruction((c, i) => c.vpmadd52luq(new AssemblerRegisterZMM(Register.ZMM0 + (i % Accumulators)), zmm30, zmm31));
            Console.WriteLine(Text($"vpmadd52 zmm, throughput      {multiply / cycle,8:0.00} cycles"));
            foreach (int arity in (int[])[2, 8, 11])
            {
                double count = PoseidonCount.MultiplyAdds(arity);
                Console.WriteLine(Text($"  of Poseidon {arity,2}              {count * multiply,8:0} ns: {count:0} multiply-adds a hash"));
            }
        }

        foreach (int lanes in (int[])[PoseidonFma.Narrow, PoseidonFma.Wide])
        {
            if (PoseidonKernel.Available.Contains(lanes == PoseidonFma.Narrow ? "fma" : "fma-512"))
            {
                double product = Product(lanes);
                Console.WriteLine(Text($"product of limbs, {lanes} lanes     {product,8:0.000} ns, {product / cycle:0.00} cycles: two fused multiply-adds, three additions"));
                foreach (int arity in (int[])[2, 8, 11])
                {
                    double count = PoseidonCount.Products(arity, lanes);
                    Console.WriteLine(Text($"  of Poseidon {arity,2}              {count * product,8:0} ns: {count:0} products a hash"));
                }
            }
        }

        return 0;
    }

    /// <summary>Nanoseconds that one split product of limbs takes, in all lanes, in a long run of products of elements as the kernel adds them up.</summary>
    private static double Product(int lanes)
    {
        const int products = Radix51.Limbs * Radix51.Limbs;
        PoseidonFmaTables tables = new(PoseidonConstants.For(2), lanes);
        FmaVectors vectors = new(lanes * sizeof(double));
        PoseidonFmaField field = new(vectors, tables);
        FmaBound bound = new(0.5);
        Assembler c = new(64);
        Add(vectors.Record(field.LoadConstants));
        Label again = c.CreateLabel();
        c.mov(ecx, Repeats);
        c.Label(ref again);
        Add(vectors.Record(() =>
        {
            _ = field.Begin(rdi, 0);
            field.AddProduct(rdi, PoseidonFmaFrame.State * vectors.Bytes, bound, rdi, PoseidonFmaFrame.Square * vectors.Bytes, bound);
            field.End();
        }));
        c.dec(ecx);
        c.jnz(again);
        c.vzeroupper();
        c.ret();
        delegate* unmanaged<ulong*, ulong*, void> run = (delegate* unmanaged<ulong*, ulong*, void>)ExecutableMemory.TryLoad(c);
        if (run is null)
        {
            throw new PlatformNotSupportedException("this system does not let code be made");
        }

        ulong[] words = tables.Words;
        ulong* memory = (ulong*)NativeMemory.AlignedAlloc((nuint)(words.Length + (PoseidonFmaFrame.Slots * lanes)) * sizeof(ulong), 64);
        words.CopyTo(new Span<ulong>(memory, words.Length));
        new Span<ulong>(memory + words.Length, PoseidonFmaFrame.Slots * lanes).Clear();
        RateMeter meter = new(TimeProvider.System, TimeSpan.FromSeconds(1), CancellationToken.None);
        double taken = meter.Measure(Repeats * products, () => run(memory + words.Length, memory)).Nanoseconds;
        NativeMemory.AlignedFree(memory);
        return taken;

        void Add(IReadOnlyList<Instruction> instructions)
        {
            foreach (Instruction instruction in instructions)
            {
                c.AddInstruction(instruction);
            }
        }
    }

    private static double Instruction(Action<Assembler> emit) => Instruction((c, _) => emit(c));

    /// <summary>Nanoseconds an instruction takes in a long run of its like.</summary>
    private static double Instruction(Action<Assembler, int> emit)
    {
        Assembler c = new(64);
        Label again = c.CreateLabel();
        c.mov(eax, 3);
        c.mov(ecx, Repeats);
        c.Label(ref again);
        for (int i = 0; i < Unrolled; i++)
        {
            emit(c, i);
        }

        c.dec(ecx);
        c.jnz(again);
        c.vzeroupper();
        c.ret();
        delegate* unmanaged<void> run = (delegate* unmanaged<void>)ExecutableMemory.TryLoad(c);
        if (run is null)
        {
            throw new PlatformNotSupportedException("this system does not let code be made");
        }

        RateMeter meter = new(TimeProvider.System, TimeSpan.FromSeconds(1), CancellationToken.None);
        return meter.Measure(Repeats * Unrolled, () => run()).Nanoseconds;
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
