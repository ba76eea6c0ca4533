using System.Numerics;
using Filecoin.Cryptography.Kernels.Emit;
using Filecoin.Cryptography.Kernels.Poseidon;
using Iced.Intel;
using SealerRecover.Tests;
using Xunit;
using static Iced.Intel.AssemblerRegisters;

namespace Filecoin.Cryptography.Tests.Kernels;

/// <summary>
/// The ADX kernel's arithmetic against BigInteger at the largest operands its bounds allow, which no hash would ever meet by chance.
/// </summary>
public sealed unsafe class PoseidonAdxFieldTests
{
    private const int MaxTerms = 12;
    private const int Words = 4;

    private static readonly PoseidonTables64 Constants = new(PoseidonConstants.For(11));
    private static readonly BigInteger R = Radix52.Modulus;
    private static readonly BigInteger Montgomery = BigInteger.One << 256;
    private static readonly BigInteger Corrected = R + (BigInteger.One << (256 - PoseidonTables64.EstimateBits));

    [Fact]
    public void Squares_and_products_stay_within_the_bounds_of_the_s_box()
    {
        Assert.SkipUnless(PoseidonKernel.Available.Contains("adx"), "the processor has no BMI2 and ADX");
        void* square = Function(field => field.CallSquare());
        void* product = Function(field => field.CallProduct());
        foreach (BigInteger x in Values(Corrected))
        {
            BigInteger second = Call(square, [x], [0], 0);
            AssertReduced(x * x, second);
            BigInteger fourth = Call(square, [second], [0], 0);
            AssertReduced(second * second, fourth);
            AssertReduced(fourth * x, Call(product, [fourth], [x], 0));
        }
    }

    [Fact]
    public void Sums_of_products_of_any_number_of_terms_end_below_r_and_a_little()
    {
        Assert.SkipUnless(PoseidonKernel.Available.Contains("adx"), "the processor has no BMI2 and ADX");
        BigInteger[] elements = [.. Values(Montgomery)];
        BigInteger[] factors = [.. Values(R)];
        BigInteger[] starts = [.. Values(Corrected)];
        for (int terms = 1; terms <= MaxTerms; terms++)
        {
            int n = terms;
            void* sum = Function(field => field.CallSum(n));
            for (int i = 0; i < elements.Length; i++)
            {
                // Once the same everywhere, the largest first; once mixed.
                foreach (int step in new[] { 0, 1 })
                {
                    BigInteger[] a = [.. Enumerable.Range(0, n).Select(k => elements[(i + (k * step)) % elements.Length])];
                    BigInteger[] b = [.. Enumerable.Range(0, n).Select(k => factors[(i + (k * k * step)) % factors.Length])];
                    BigInteger start = starts[i % starts.Length];
                    BigInteger result = Call(sum, a, b, start);
                    AssertReduced((start * Montgomery) + a.Zip(b, BigInteger.Multiply).Aggregate(BigInteger.Add), result);
                    Assert.True(result < Corrected, $"{n} terms gave {result:x}");
                }
            }
        }
    }

    [Theory]
    [InlineData(2)]
    [InlineData(4)]
    [InlineData(8)]
    [InlineData(11)]
    public void Sums_with_small_factors_end_below_r_and_a_little(int arity)
    {
        Assert.SkipUnless(PoseidonKernel.Available.Contains("adx"), "the processor has no BMI2 and ADX");
        PoseidonTables64 tables = new(PoseidonConstants.For(arity));
        PoseidonRecurrence recurrence = tables.Recurrence;
        int n = arity;
        void* mix = Function((_, sums) => sums.CallMix(), PoseidonAdxSums.MixResult, tables);
        void* feedback = Function((_, sums) => sums.CallFeedback(), PoseidonAdxSums.PastResult, tables, behind: n);
        void* forward = Function((_, sums) => sums.CallForward(), PoseidonAdxSums.PastResult, tables, behind: n);
        BigInteger[] past = [.. Values(Corrected)];
        BigInteger[] any = [.. Values(Montgomery)];
        BigInteger[] addends = [.. Values(R)];
        for (int i = 0; i < past.Length; i++)
        {
            foreach (int step in new[] { 0, 1 })
            {
                BigInteger[] w = Pick(past, n + 1, i, step);
                BigInteger[] state = Pick(any, n + 1, i, step);
                BigInteger addend = addends[i % addends.Length];
                BigInteger power = any[i];

                BigInteger mixed = Call(mix, state, [addend], 0, tables);
                AssertBelow(Corrected, mixed);
                Assert.Equal(
                    ((addend << 64) + Sum(recurrence.Mix[..(n + 1)], state)) % R, (mixed << 64) % R);

                // Elements lie in the order of their age, so the newest of n + 1 is the last; feedback sees n of them.
                BigInteger fed = Call(feedback, w, [power], 0, tables);
                AssertBelow(Corrected, fed);
                Assert.Equal(power % R, (fed + Sum(recurrence.Feedback, [.. w[..n].Reverse()])) % R);

                BigInteger led = Call(forward, w, [addend], 0, tables);
                AssertBelow(Corrected, led);
                Assert.Equal((addend + Sum(recurrence.Forward, [.. w.Reverse()])) % R, led % R);
            }
        }
    }

    private static BigInteger[] Pick(BigInteger[] from, int count, int first, int step) =>
        [.. Enumerable.Range(0, count).Select(k => from[(first + (k * step)) % from.Length])];

    private static BigInteger Sum(BigInteger[] factors, BigInteger[] elements) =>
        factors.Zip(elements, BigInteger.Multiply).Aggregate(BigInteger.Add);

    private static void AssertBelow(BigInteger limit, BigInteger value) => Assert.True(value < limit, $"{value:x}");

    /// <summary>The largest values below the limit, then edges of limbs and random ones.</summary>
    private static IEnumerable<BigInteger> Values(BigInteger limit)
    {
        BigInteger[] values =
        [
            limit - 1, limit - 2, R - 1, R, R + 1, 0, 1,
            .. new[] { 64, 128, 192, 252, 255 }.SelectMany(bit => new[] { (BigInteger.One << bit) - 1, BigInteger.One << bit }),
            .. VectorFiles.Stream("poseidon-adx-field", 32 * 16).Chunk(32).Select(bytes => new BigInteger(bytes, isUnsigned: true)),
        ];
        return values.Select(value => value % limit);
    }

    private static void AssertReduced(BigInteger expectedTimesMontgomery, BigInteger actual) =>
        Assert.Equal(expectedTimesMontgomery % R, actual * Montgomery % R);

    /// <summary>void f(ulong* a, ulong* b, ulong* tables, ulong* result) around one subroutine; result is also where a sum starts.</summary>
    private static void* Function(Action<PoseidonAdxField> call) =>
        Function((field, _) => call(field), PoseidonAdxField.Result, Constants);

    /// <summary>The same for a subroutine that leaves its result elsewhere, with rcx at the factors, and rdi so many elements behind a.</summary>
    private static void* Function(
        Action<PoseidonAdxField, PoseidonAdxSums> call, ReadOnlySpan<AssemblerRegister64> result, PoseidonTables64 constants, int behind = 0)
    {
        AssemblerRegister64[] calleeSaved = [rbx, rbp, r12, r13, r14, r15];
        Assembler c = new(64);
        PoseidonAdxField field = new(c, constants, tables: __qword_ptr[rsp + 8]);
        PoseidonAdxSums sums = new(c, constants, tables: __qword_ptr[rsp + 8]);
        foreach (AssemblerRegister64 register in calleeSaved)
        {
            c.push(register);
        }

        c.push(rcx);
        c.push(rdx);
        for (int i = 0; i < Words; i++)
        {
            c.mov(PoseidonAdxField.Result[i], __qword_ptr[rcx + (8 * i)]);
        }

        c.add(rdi, behind * PoseidonTables64.ElementBytes);
        c.lea(rcx, __[rdx + constants.Mix]);
        call(field, sums);
        c.pop(rax);
        c.pop(rax);
        for (int i = 0; i < Words; i++)
        {
            c.mov(__qword_ptr[rax + (8 * i)], result[i]);
        }

        foreach (AssemblerRegister64 register in calleeSaved.Reverse())
        {
            c.pop(register);
        }

        c.ret();
        field.EmitSubroutines();
        sums.EmitSubroutines();
        void* function = ExecutableMemory.TryLoad(c);
        Assert.True(function != null, "the system did not let code be made");
        return function;
    }

    private static BigInteger Call(void* function, BigInteger[] a, BigInteger[] b, BigInteger start, PoseidonTables64? tables = null)
    {
        ulong[] result = Limbs([start]);
        fixed (ulong* first = Limbs(a), second = Limbs(b), constants = (tables ?? Constants).Limbs, third = result)
        {
            ((delegate* unmanaged<ulong*, ulong*, ulong*, ulong*, void>)function)(first, second, constants, third);
        }

        return result.Reverse().Aggregate(BigInteger.Zero, (value, limb) => (value << 64) + limb);
    }

    private static ulong[] Limbs(BigInteger[] values) =>
        [.. values.SelectMany(value => Enumerable.Range(0, Words).Select(i => (ulong)((value >> (64 * i)) & ulong.MaxValue)))];
}
