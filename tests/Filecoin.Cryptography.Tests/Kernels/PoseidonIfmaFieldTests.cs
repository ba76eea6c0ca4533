using System.Numerics;
using Filecoin.Cryptography.Kernels.Emit;
using Filecoin.Cryptography.Kernels.Poseidon;
using Iced.Intel;
using SealerRecover.Tests;
using Xunit;
using static Iced.Intel.AssemblerRegisters;

namespace Filecoin.Cryptography.Tests.Kernels;

/// <summary>
/// The IFMA kernel's reductions against BigInteger at the largest sums their bounds allow, with limbs that have not been carried, which no hash
/// would ever meet by chance.
/// </summary>
public sealed unsafe class PoseidonIfmaFieldTests
{
    private const int Lanes = 8;
    private const int SumLimbs = 10;
    private static readonly BigInteger R = Radix52.Modulus;

    public static TheoryData<int> Arities => [2, 4, 8, 11];

    [Theory]
    [MemberData(nameof(Arities))]
    public void Sums_with_small_factors_are_reduced_from_the_top(int arity)
    {
        Assert.SkipUnless(PoseidonKernel.Available.Contains("ifma"), "the processor has no AVX-512 IFMA");
        PoseidonIfmaTables tables = new(PoseidonConstants.For(arity));
        foreach (BigInteger most in new[] { tables.MostFeedback, tables.MostForward })
        {
            void* reduce = Function(tables, field => field.ReduceFromTop(most), PoseidonIfmaField.Lower);
            foreach (BigInteger value in Values(most + 1))
            {
                foreach (BigInteger result in Call(reduce, tables, value, Reduction52.LimbsOf(most)))
                {
                    Assert.Equal(value % R, result % R);
                    Assert.True(result < 26 * R / 10, $"{value:x} gave {result:x}");
                }
            }
        }
    }

    [Fact]
    public void Products_are_reduced_below_their_share_and_r()
    {
        Assert.SkipUnless(PoseidonKernel.Available.Contains("ifma"), "the processor has no AVX-512 IFMA");
        PoseidonIfmaTables tables = new(PoseidonConstants.For(2));
        void* reduce = Function(
            tables,
            field =>
            {
                field.ReduceProduct();
                field.Normalize(PoseidonIfmaField.Upper);
            },
            PoseidonIfmaField.Upper);
        foreach (BigInteger value in Values(BigInteger.One << 519))
        {
            foreach (BigInteger result in Call(reduce, tables, value, SumLimbs))
            {
                Assert.Equal(value % R, (result << 260) % R);
                Assert.True(result < (value >> 260) + R + 1, $"{value:x} gave {result:x}");
            }
        }
    }

    /// <summary>The largest values below the limit, then edges of limbs, multiples of r and what is beside them, and random ones.</summary>
    private static IEnumerable<BigInteger> Values(BigInteger limit)
    {
        BigInteger multiples = (limit - 1) / R;
        BigInteger[] values =
        [
            limit - 1, limit - 2, 0, 1,
            .. Enumerable.Range(0, (int)limit.GetBitLength()).Select(bit => BigInteger.One << bit),
            .. Enumerable.Range(1, (int)limit.GetBitLength()).Select(bit => (BigInteger.One << bit) - 1),
            .. new[] { 0, 1, 2, 49, 50, 51, 52, 98, 104, 147 }.SelectMany(bit => new[] { (multiples >> bit) * R, ((multiples >> bit) * R) - 1 }),
            .. VectorFiles.Stream("poseidon-ifma-field", 65 * 64).Chunk(65).Select(bytes => new BigInteger(bytes, isUnsigned: true)),
        ];
        return values.Where(value => value >= 0).Select(value => value % limit);
    }

    /// <summary>void f(ulong* sum, ulong* tables): the ten limbs of T come in, five go out to the same place.</summary>
    private static void* Function(PoseidonIfmaTables tables, Action<PoseidonIfmaField> body, ReadOnlySpan<AssemblerRegisterZMM> result)
    {
        Assembler c = new(64);
        PoseidonIfmaField field = new(c, tables);
        field.LoadConstants();
        field.Load(PoseidonIfmaField.T, rdi);
        body(field);
        field.Store(rdi, result);
        c.vzeroupper();
        c.ret();
        void* function = ExecutableMemory.TryLoad(c);
        Assert.True(function != null, "the system did not let code be made");
        return function;
    }

    /// <summary>Every lane gets the same value, from lane to lane with more of each limb left uncarried in the one below.</summary>
    private static IEnumerable<BigInteger> Call(void* function, PoseidonIfmaTables tables, BigInteger value, int limbs)
    {
        ulong[] sum = new ulong[SumLimbs * Lanes];
        for (int lane = 0; lane < Lanes; lane++)
        {
            ulong[] lent = [.. Enumerable.Range(0, SumLimbs).Select(i => (ulong)((value >> (52 * i)) & Radix52.Mask))];
            for (int i = SumLimbs - 1; i > 0; i--)
            {
                ulong loan = Math.Min(lent[i], (1UL << lane) - 1);
                lent[i] -= loan;
                lent[i - 1] += loan << 52;
            }

            // What the emitted code takes for dead may hold anything.
            for (int i = 0; i < SumLimbs; i++)
            {
                sum[(i * Lanes) + lane] = i < limbs ? lent[i] : 0xdead_beef_dead;
            }
        }

        fixed (ulong* values = sum, constants = tables.Limbs)
        {
            ((delegate* unmanaged<ulong*, ulong*, void>)function)(values, constants);
        }

        return [.. Enumerable.Range(0, Lanes).Select(lane => Enumerable.Range(0, Radix52.Limbs)
            .Aggregate(BigInteger.Zero, (total, i) => total + (new BigInteger(sum[(i * Lanes) + lane]) << (52 * i))))];
    }
}
