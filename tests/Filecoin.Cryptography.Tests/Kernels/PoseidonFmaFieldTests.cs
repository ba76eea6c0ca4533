using System.Numerics;
using System.Runtime.InteropServices;
using Filecoin.Cryptography.Kernels;
using Filecoin.Cryptography.Kernels.Emit;
using Filecoin.Cryptography.Kernels.Poseidon;
using Iced.Intel;
using SealerRecover.Tests;
using Xunit;
using static Iced.Intel.AssemblerRegisters;

namespace Filecoin.Cryptography.Tests.Kernels;

/// <summary>
/// The FMA kernel's products and reductions against BigInteger at the largest limbs and sums their bounds allow, which no hash would ever meet
/// by chance; in four lanes, and in eight where the processor has them.
/// </summary>
public sealed unsafe class PoseidonFmaFieldTests
{
    private const int Columns = 10;
    private const int ResultSlot = PoseidonFmaFrame.Product;
    private static readonly BigInteger R = Radix52.Modulus;
    private static readonly BigInteger LargestLimb = BigInteger.One << 50;

    public static TheoryData<int> Lanes
    {
        get
        {
            TheoryData<int> lanes = [];
            if (ProcessorFeatures.Current.Has(ProcessorFeature.Avx2 | ProcessorFeature.Fma | ProcessorFeature.EmittedCode))
            {
                lanes.Add(PoseidonFma.Narrow);
            }

            if (ProcessorFeatures.Current.Has(ProcessorFeature.Avx512 | ProcessorFeature.EmittedCode))
            {
                lanes.Add(PoseidonFma.Wide);
            }

            if (lanes.Count == 0)
            {
                lanes.Add(0);
            }

            return lanes;
        }
    }

    [Theory]
    [MemberData(nameof(Lanes))]
    public void Products_of_the_largest_limbs_are_exact_to_the_bit(int lanes)
    {
        Skip(lanes);
        FmaBound bound = new(1.1);
        long top = (long)bound.Highest - 1;
        long[][] elements =
        [
            .. Signs().Select(sign => Enumerable.Range(0, 5).Select(i => ((sign >> i) & 1) == 0 ? Edge(i) : -Edge(i)).ToArray()),
            .. Signs().Select(sign => Enumerable.Range(0, 5).Select(i => ((sign >> i) & 1) == 0 ? Edge(i) - 1 : 0).ToArray()),
            .. VectorFiles.Stream("poseidon-fma-limbs", 32 * 40).Chunk(40).Select(bytes =>
                MemoryMarshal.Cast<byte, long>(bytes).ToArray().Select(limb => limb >> 14).ToArray()),
        ];
        foreach (bool isSquare in new[] { false, true })
        {
            Machine machine = new(lanes);
            FmaColumns sum = new();
            machine.Emit(c =>
            {
                sum = machine.Field.Begin(rdi, 0);
                if (isSquare)
                {
                    machine.Field.AddSquare(rdi, machine.Slot(PoseidonFmaFrame.State), bound);
                }
                else
                {
                    machine.Field.AddProduct(
                        rdi, machine.Slot(PoseidonFmaFrame.State), bound, rdi, machine.Slot(PoseidonFmaFrame.Square), bound);
                }

                machine.Field.End();
            });
            for (int k = 0; k < sum.Count; k++)
            {
                machine.Tables.Set(sum.Start(k), sum.Correction(k));
            }

            machine.Load();
            for (int i = 0; i < elements.Length; i++)
            {
                long[] a = elements[i], b = isSquare ? a : elements[^(i + 1)];
                machine.SetDoubles(PoseidonFmaFrame.State, a);
                machine.SetDoubles(PoseidonFmaFrame.Square, b);
                machine.Run();
                foreach (long[] columns in machine.Integers(0, Columns))
                {
                    Assert.Equal(Value(a) * Value(b), Value(columns));
                }
            }
        }

        long Edge(int limb) => limb == 4 ? top : (long)LargestLimb;

        static IEnumerable<int> Signs() => Enumerable.Range(0, 32);
    }

    [Theory]
    [MemberData(nameof(Lanes))]
    public void Sums_are_divided_by_so_many_limbs(int lanes)
    {
        Skip(lanes);
        foreach (int steps in new[] { 1, 5, 6 })
        {
            // A row of the matrix, a product, a row of twelve products.
            int count = steps == 1 ? 6 : Columns;
            BigInteger most = steps switch { 1 => (R << 51) * 6 / 100, 5 => R * R * 63 / 100, _ => R * R * 7 };
            AssertReduced(lanes, count, most, steps * 51, (reduction, sum, to) => reduction.Reduce(rdi, 0, sum, steps, rdi, to));
        }
    }

    [Theory]
    [MemberData(nameof(Lanes))]
    public void Sums_with_small_factors_are_reduced_from_the_top(int lanes)
    {
        Skip(lanes);
        foreach (int arity in new[] { 2, 4, 8, 11 })
        {
            PoseidonRecurrence recurrence = new PoseidonFmaTables(PoseidonConstants.For(arity), lanes).Recurrence;
            foreach (BigInteger[] factors in new[] { recurrence.Feedback, recurrence.Forward })
            {
                BigInteger most = PoseidonRecurrence.Most(factors, (R / 2) + 1) + R;
                int count = Math.Max(6, ((int)most.GetBitLength() / 51) + 1);
                AssertReduced(lanes, count, most, 0, (reduction, sum, to) =>
                {
                    FmaColumns folded = reduction.Fold(rdi, 0, sum);
                    return reduction.ReduceFromTop(
                        rdi, PoseidonFmaFrame.Folded, folded, PoseidonFmaFrame.Folded + Radix51.Limbs, rdi, to);
                });
            }
        }
    }

    private static void Skip(int lanes) => Assert.SkipUnless(lanes > 0, "the processor has no FMA");

    /// <summary>Results must be congruent, below the bound, and of balanced limbs.</summary>
    private static void AssertReduced(
        int lanes, int count, BigInteger most, int bits, Func<PoseidonFmaReduction, FmaColumns, int, FmaBound> emit)
    {
        Machine machine = new(lanes);
        FmaColumns sum = new();
        for (int k = 0; k < count; k++)
        {
            sum.Add(k, k < count - 1 ? 1L << 57 : (double)(most >> (51 * k)) + 100);
        }

        sum.AddValue((double)most * (1 + 1e-12));
        FmaBound bound = default;
        machine.Emit(_ => bound = emit(machine.Reduction, sum, machine.Slot(ResultSlot)));
        machine.Load();
        BigInteger largest = (BigInteger)(bound.Value * (1 + 1e-12));
        foreach (BigInteger value in Values(most))
        {
            machine.SetSum(value, count);
            machine.Run();
            foreach (long[] limbs in machine.Doubles(ResultSlot, Radix51.Limbs))
            {
                BigInteger result = Value(limbs);
                Assert.True(((result << bits) - value) % R == 0, $"{value} gave {result}");
                Assert.True(BigInteger.Abs(result) <= largest, $"{value} gave {result}");
                Assert.All(limbs[..^1], limb => Assert.InRange(limb, -(1L << 50), (1L << 50) - 1));
            }
        }
    }

    /// <summary>
    /// Both signs of the largest values, of powers of two and what is beside them, of multiples of r and of its half, and random ones; then
    /// sums whose lowest columns are just between two multiples of a limb.
    /// </summary>
    private static IEnumerable<BigInteger> Values(BigInteger most)
    {
        int bits = (int)most.GetBitLength();
        BigInteger multiples = most / R;
        BigInteger[] values =
        [
            most, most - 1, 0, 1,
            .. Enumerable.Range(0, bits).Select(bit => BigInteger.One << bit),
            .. Enumerable.Range(1, bits).Select(bit => (BigInteger.One << bit) - 1),
            .. Enumerable.Range(1, bits / 51).Select(limb => (BigInteger.One << (51 * limb)) - (BigInteger.One << (51 * limb - 1))),
            .. Enumerable.Range(1, bits / 51).Select(limb => Enumerable.Range(0, limb).Aggregate(BigInteger.Zero, (v, i) => v + (LargestLimb << (51 * i)))),
            .. new[] { 0, 1, 2, 50, 51, 52, 101, 102, 153 }.SelectMany(bit => new[]
            {
                (multiples >> bit) * R, ((multiples >> bit) * R) - 1, ((multiples >> bit) * R) - (R / 2), ((multiples >> bit) * R) - (R / 2) - 1,
            }),
            .. VectorFiles.Stream("poseidon-fma-sums", 65 * 64).Chunk(65).Select(bytes => new BigInteger(bytes, isUnsigned: true)),
        ];
        return values.Select(value => value % (most + 1)).SelectMany(value => new[] { value, -value });
    }

    private static BigInteger Value(long[] limbs) =>
        limbs.Select((limb, i) => (BigInteger)limb << (51 * i)).Aggregate(BigInteger.Zero, (sum, part) => sum + part);

    /// <summary>A frame, tables, and code that works on them: void f(ulong* frame, ulong* tables).</summary>
    private sealed class Machine
    {
        private readonly Assembler _c = new(64);
        private readonly FmaVectors _vectors;
        private readonly int _lanes;
        private readonly ulong* _frame;
        private ulong* _words;
        private delegate* unmanaged<ulong*, ulong*, void> _function;

        public Machine(int lanes)
        {
            _lanes = lanes;
            Tables = new PoseidonFmaTables(PoseidonConstants.For(2), lanes);
            _vectors = new FmaVectors(lanes * sizeof(double));
            Field = new PoseidonFmaField(_vectors, Tables);
            Reduction = new PoseidonFmaReduction(_vectors, Tables);
            _frame = Aligned(PoseidonFmaFrame.Slots * lanes);
        }

        public PoseidonFmaTables Tables { get; }

        public PoseidonFmaField Field { get; }

        public PoseidonFmaReduction Reduction { get; }

        public int Slot(int slot) => slot * _vectors.Bytes;

        public void Emit(Action<Assembler> body)
        {
            foreach (Instruction instruction in _vectors.Record(() =>
            {
                Field.LoadConstants();
                body(_c);
            }))
            {
                _c.AddInstruction(instruction);
            }

            _c.vzeroupper();
            _c.ret();
        }

        public void Load()
        {
            ulong[] words = Tables.Words;
            _words = Aligned(words.Length);
            words.CopyTo(new Span<ulong>(_words, words.Length));
            _function = (delegate* unmanaged<ulong*, ulong*, void>)ExecutableMemory.TryLoad(_c);
            Assert.True(_function != null, "the system did not let code be made");
        }

        public void Run() => _function(_frame, _words);

        /// <summary>The same element in every lane.</summary>
        public void SetDoubles(int slot, long[] limbs) => Set(slot, limbs.Length, (i, _) => BitConverter.DoubleToUInt64Bits(limbs[i]));

        /// <summary>The same value in every lane, from lane to lane with more of each limb left in the column below or taken from it.</summary>
        public void SetSum(BigInteger value, int count)
        {
            long[] limbs = Radix51.Split(value, count);
            Set(0, count, (i, lane) =>
            {
                long owed = lane == 0 ? 0 : (1L << (lane % 6)) * (lane % 2 == 0 ? 1 : -1);
                return (ulong)(limbs[i] + (i + 1 < count ? owed << 51 : 0) - (i > 0 ? owed : 0));
            });
        }

        public long[][] Integers(int slot, int count) => Lanes(slot, count, bits => (long)bits);

        public long[][] Doubles(int slot, int count) => Lanes(slot, count, bits => (long)BitConverter.UInt64BitsToDouble(bits));

        /// <summary>Nobody frees these few kilobytes: they live as long as the tests.</summary>
        private static ulong* Aligned(int words) => (ulong*)NativeMemory.AlignedAlloc((nuint)words * sizeof(ulong), 64);

        private void Set(int slot, int count, Func<int, int, ulong> value)
        {
            for (int i = 0; i < count; i++)
            {
                for (int lane = 0; lane < _lanes; lane++)
                {
                    _frame[((slot + i) * _lanes) + lane] = value(i, lane);
                }
            }
        }

        private long[][] Lanes(int slot, int count, Func<ulong, long> read) =>
        [
            .. Enumerable.Range(0, _lanes).Select(lane => Enumerable.Range(0, count)
                .Select(i => read(_frame[((slot + i) * _lanes) + lane])).ToArray()),
        ];
    }
}
