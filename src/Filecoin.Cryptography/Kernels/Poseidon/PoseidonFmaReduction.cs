using System.Numerics;
using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;

namespace Filecoin.Cryptography.Kernels.Poseidon;

/// <summary>
/// Emits what brings the sums of <see cref="PoseidonFmaField"/> back to balanced limbs: Montgomery's way from the bottom, and from the top where
/// the scale must stay.
/// </summary>
/// <remarks>
/// <para>Registers. 9, 10: a column and the next one. 11: a quotient limb. 12, 13: halves of products. 14, 15 as there. rsi: tables.</para>
/// <para>A carry is a column's nearest multiple of 2^51. AVX2 has no arithmetic shift, so 2^60 is added first; what that makes of the carry is taken
/// off the next column. All such constants are one with those of <see cref="FmaColumns"/>: the column begins with them.</para>
/// <para>Montgomery reduction. r = 1 - 2^32 modulo 2^51, so the quotient limb for a column c is c + 2^32·c, balanced, and what is added is its
/// product with -r. The low half of its product with -r's lowest limb makes c a multiple of 2^51: it is that between -2^50 and 2^50 which does,
/// and the carry, c / 2^51 rounded, is all that is needed of both. Were c beside a multiple by exactly 2^50, the quotient limb is -2^50, the product
/// 2^50 - 2^82; that is rounded to even, the low half is 2^50, and c is rounded up, as it is here.</para>
/// </remarks>
internal sealed class PoseidonFmaReduction(FmaVectors vectors, PoseidonFmaTables tables)
{
    private const int Quotient = 11;
    private const int First = 12;
    private const int Second = 13;
    private const int Limbs = Radix51.Limbs;
    private const int Bits = Radix51.Bits;

    /// <summary>Makes a column positive and its carry rounded.</summary>
    private const ulong Lift = (1UL << 60) + HalfLimb;
    private const ulong HalfLimb = 1UL << (Bits - 1);

    /// <summary>What a carry of a lifted column has too much.</summary>
    private const ulong LiftedCarry = (1UL << 60) >> Bits;

    /// <summary>Bits of 2^52: with a lifted limb below they are the double 2^52 + 2^50 + limb.</summary>
    private const ulong LimbBits = 0x4330_0000_0000_0000;
    private const double LimbOffset = (1L << 52) + (1L << (Bits - 1));

    /// <summary>Carries into the highest limb or a column are below this.</summary>
    private const double MostCarry = 1 << 9;

    /// <summary>How far from the half a quotient's rounding may be, for all that it leaves out.</summary>
    private const double QuotientError = 1e-9;

    private const double Half = HalfLimb;

    /// <summary>Steps of a Montgomery reduction that are done one after the other.</summary>
    private const int StepsInTurn = 2;

    private static readonly long[] NegativeModulus = Radix51.Split(-Radix52.Modulus);

    private int _column = 9;
    private int _next = 10;

    /// <summary>limbs = sum / 2^(51·steps) modulo r.</summary>
    /// <returns>The result's bound.</returns>
    public FmaBound Reduce(AssemblerRegister64 at, int from, FmaColumns sum, int steps, AssemblerRegister64 to, int toOffset)
    {
        double most = ReduceSteps(at, from, sum, steps, k => Lifted(k, Limbs - 1), (k, _) => EmitLimb(k, to, toOffset));
        return Fits(most);
    }

    /// <summary>limbs = sum / 2^255 + folded modulo r, of <see cref="Fold"/>'s columns; hardly more than half of r.</summary>
    public FmaBound ReduceWithFolded(
        AssemblerRegister64 at, int from, FmaColumns sum, FmaColumns folded, AssemblerRegister64 to, int toOffset)
    {
        FmaColumns joined = new();
        double most = ReduceSteps(at, from, sum, Limbs, _ => 0, (k, column) =>
        {
            vectors.AddIntegers(_column, _column, Slot(at, PoseidonFmaFrame.Folded + k));
            vectors.Store(Slot(at, PoseidonFmaFrame.Joined + k), _column);
            joined.Add(k, folded.Most(k) + column);
        });
        joined.Add(Limbs, folded.Most(Limbs));
        joined.AddValue(most + folded.Value);
        return ReduceFromTop(at, PoseidonFmaFrame.Joined, joined, PoseidonFmaFrame.Folded + Limbs, to, toOffset);
    }

    /// <summary>
    /// <see cref="PoseidonFmaFrame.Folded"/> = sum modulo r, in six columns: limbs above are multiplied by what their places are worth modulo r.
    /// </summary>
    public FmaColumns Fold(AssemblerRegister64 at, int from, FmaColumns sum)
    {
        int count = sum.Count;
        bool whole = count == Limbs + 1;
        int first = whole ? count : FirstFolded(sum);
        if (!whole)
        {
            SplitLimbs(at, from, sum, first);
        }

        (int Slot, long[] Place, double Bound)[] limbs =
        [
            .. Enumerable.Range(first, count - first).Select(k => (PoseidonFmaFrame.Split + k, Place(k), LimbBound(sum, k))),
        ];
        FmaColumns folded = new();
        for (int j = 0; j < Limbs || (whole && j == Limbs); j++)
        {
            folded.AddColumn(j, sum, j);
        }

        if (first == Limbs + 1 && !whole)
        {
            // An integer now, lifted by half a limb, in the column's place.
            folded.Lift(Limbs, unchecked(0 - HalfLimb));
            folded.Add(Limbs, Half);
        }

        AddPlaces(at, limbs, folded, from, PoseidonFmaFrame.Folded, isCarriedInto: false);
        FmaColumns result = new();
        for (int j = 0; j <= Limbs; j++)
        {
            tables.Set(folded.Start(j), folded.Correction(j));
            result.Add(j, folded.Most(j));
            result.AddValue(folded.Most(j) * Math.Pow(FmaBound.Radix, j));
        }

        return result;
    }

    /// <summary>limbs = the sum modulo r, which stands in five columns and a sixth, if there is one; hardly more than half of r.</summary>
    /// <param name="at">The frame.</param>
    /// <param name="from">Slot of the lowest column.</param>
    /// <param name="sum">Columns that need no correction.</param>
    /// <param name="sixth">Slot of the sixth column.</param>
    /// <param name="to">Place of the result.</param>
    /// <param name="toOffset">Offset from there.</param>
    public FmaBound ReduceFromTop(
        AssemblerRegister64 at, int from, FmaColumns sum, int? sixth, AssemblerRegister64 to, int toOffset)
    {
        EmitQuotient(at, from, sum, sixth);
        double quotient = (sum.Value / FmaBound.Modulus) + 1;
        FmaColumns rest = new();
        for (int j = 0; j < Limbs; j++)
        {
            rest.Add(j, sum.Most(j));
            rest.AddProduct(j, quotient, Math.Abs(NegativeModulus[j]));
        }

        Begin(_column, rest.Correction(0) + Lifted(0, Limbs - 1), Slot(at, from));
        for (int j = 0; j < Limbs; j++)
        {
            ulong constant = rest.Correction(j + 1);
            if (j + 1 < Limbs)
            {
                Begin(_next, constant + Lifted(j + 1, Limbs - 1), Slot(at, from + j + 1));
            }
            else
            {
                Begin(_next, constant, sixth is { } given ? Slot(at, given) : null);
            }

            AddProduct(NegativeModulus[j]);
            if (j == Limbs - 1)
            {
                // What is left of the sixth column belongs to the highest limb.
                vectors.ShiftLeft(_next, _next, Bits);
                vectors.AddIntegers(_column, _column, _next);
            }

            EmitLimb(j, to, toOffset, First);
            (_column, _next) = (_next, _column);
        }

        return Fits((0.5 + QuotientError) * FmaBound.Modulus);
    }

    /// <summary>Quotient = the sum / r, rounded to the nearest integer but for <see cref="QuotientError"/>.</summary>
    /// <remarks>
    /// From the two highest columns h, with what carries into it, and l: with c = 2^255 / r in two doubles, q = c·h rounded, then what is left
    /// of it and l·2^204 / r. The columns below count less than 2^-40 of one.
    /// </remarks>
    private void EmitQuotient(AssemblerRegister64 at, int from, FmaColumns sum, int? sixth)
    {
        BigInteger scaled = (BigInteger.One << ((Limbs * Bits) + 104)) / Radix52.Modulus;
        BigInteger upper = scaled >> 52;
        double quotient = Math.ScaleB((double)upper, -52);
        double quotientRest = Math.ScaleB((double)(scaled - (upper << 52)), -104);
        double highest = (sixth is null ? 0 : sum.Most(Limbs)) + MostCarry;
        FmaColumns.Require((highest * quotient) + 2 < FmaBound.Limb * 2, "a quotient does not fit in a limb");

        Begin(_column, Lift, Slot(at, from + Limbs - 1));
        EmitDouble(_column, Second);
        vectors.ShiftRight(_column, _column, Bits);
        Begin(_next, FmaColumns.LowBits - LiftedCarry, sixth is { } slot ? Slot(at, slot) : null);
        vectors.AddIntegers(_column, _column, _next);

        AssemblerMemoryOperand low = Constant(FmaColumns.LowBits);
        vectors.Load(_next, low);
        vectors.SubtractDoubles(_column, _column, _next);
        vectors.MultiplyDoubles(Second, Second, Constant(BitConverter.DoubleToUInt64Bits(Math.ScaleB(quotient, -Bits))));
        vectors.AddProduct(Second, _column, Constant(BitConverter.DoubleToUInt64Bits(quotientRest)));
        vectors.Move(Quotient, _column);
        vectors.MultiplyAdd(Quotient, _next, Constant(BitConverter.DoubleToUInt64Bits(quotient)));
        vectors.SubtractDoubles(Quotient, Quotient, _next);
        vectors.MultiplySubtract(_column, Quotient, Constant(BitConverter.DoubleToUInt64Bits(quotient)));
        vectors.AddDoubles(Second, Second, _column);
        vectors.AddDoubles(Second, Second, _next);
        vectors.SubtractDoubles(Second, Second, _next);
        vectors.AddDoubles(Quotient, Quotient, Second);
    }

    /// <summary>Limbs of the columns from the sixth on, as doubles; the sixth's as an integer, lifted, if it is not folded.</summary>
    private void SplitLimbs(AssemblerRegister64 at, int from, FmaColumns sum, int first)
    {
        int last = sum.Count - 1;
        for (int k = Limbs; k <= last; k++)
        {
            sum.Lift(k, Lifted(k - Limbs, last - Limbs));
            Begin(_column, sum, k, Slot(at, from + k));
            if (k > Limbs)
            {
                vectors.AddIntegers(_column, _column, _next);
            }

            if (k == last)
            {
                vectors.SubtractDoubles(First, _column, Constant(FmaColumns.LowBits));
            }
            else if (k < first)
            {
                vectors.And(First, _column, Constant(Radix51.Mask));
            }
            else
            {
                EmitDouble(_column, First);
            }

            vectors.Store(Slot(at, k < first ? from + k : PoseidonFmaFrame.Split + k), First);
            if (k < last)
            {
                vectors.ShiftRight(_column, _column, Bits);
                (_column, _next) = (_next, _column);
            }
        }
    }

    /// <summary>The sixth column is left if the quotient still fits in a limb.</summary>
    private static int FirstFolded(FmaColumns sum)
    {
        double sixth = Half + Enumerable.Range(Limbs + 1, sum.Count - Limbs - 1)
            .Sum(k => (LimbBound(sum, k) * Math.Abs(Place(k)[Limbs - 1]) / FmaBound.Radix) + 1);
        const double most = 0.9 * 2 * Half;
        return sixth < most ? Limbs + 1 : Limbs;
    }

    private static long[] Place(int column) => Radix51.Split(Radix51.Balanced(BigInteger.One << (column * Bits)));

    private static double LimbBound(FmaColumns sum, int column)
    {
        double last = (sum.Value / Math.Pow(FmaBound.Radix, column)) + 1;
        bool isLast = column == sum.Count - 1;
        FmaColumns.Require(!isLast || last < FmaBound.Radix, "the highest limb of a sum is too large");
        return isLast ? last : Half;
    }

    private static FmaBound Fits(double most)
    {
        FmaBound bound = new(most / FmaBound.Modulus);
        FmaColumns.Require(bound.Highest + MostCarry < FmaBound.Radix, "a highest limb is too large to become a double");
        return bound;
    }

    /// <summary>
    /// Adds to a sum, whose columns are at a slot, limbs times what their places are worth modulo r, and stores six columns of it. Corrections
    /// are left to who reads these: it sets the vectors with which they began.
    /// </summary>
    private void AddPlaces(
        AssemblerRegister64 at, (int Slot, long[] Place, double Bound)[] limbs, FmaColumns sum, int from, int to, bool isCarriedInto)
    {
        int own = sum.Count;
        for (int j = 0; j < Limbs; j++)
        {
            foreach ((_, long[] place, double bound) in limbs)
            {
                sum.AddProduct(j, bound, Math.Abs(place[j]));
            }
        }

        BeginColumn(0);
        if (isCarriedInto)
        {
            vectors.AddIntegers(_next, _next, _column);
        }

        for (int j = 0; j <= Limbs; j++)
        {
            (_column, _next) = (_next, _column);
            if (j < Limbs)
            {
                BeginColumn(j + 1);
                foreach ((int slot, long[] place, _) in limbs)
                {
                    vectors.Load(Quotient, Slot(at, slot));
                    AddProduct(place[j]);
                }
            }

            vectors.Store(Slot(at, to + j), _column);
        }

        void BeginColumn(int j)
        {
            if (j < own && sum.Start(j) > 0)
            {
                vectors.Load(_next, Slot(at, from + j));
                return;
            }

            int start = tables.Reserve();
            sum.BeginWith(j, start);
            vectors.Load(_next, vectors.At(rsi, start));
            if (j < own)
            {
                vectors.AddIntegers(_next, _next, Slot(at, from + j));
            }
        }
    }

    /// <summary>
    /// Takes a sum down by so many limbs; then hands each column of what is left, with its bound, to <paramref name="finish"/>.
    /// </summary>
    /// <remarks>
    /// One quotient limb after the other is a long chain. So all lowest limbs but two go first, side by side, each times what its place is worth
    /// modulo r in units of the lowest column that stays; only two are left to do one after the other. That makes the result larger by hardly
    /// anything: half of r for the two, and 2^-51 of that for each of the others.
    /// </remarks>
    /// <returns>Bound of the result's magnitude.</returns>
    private double ReduceSteps(
        AssemblerRegister64 at, int from, FmaColumns sum, int steps, Func<int, ulong> lift, Action<int, double> finish)
    {
        int aside = Math.Max(0, steps - StepsInTurn);
        if (aside > 0)
        {
            sum = SetAside(at, from, sum, aside);
        }

        return ReduceInTurn(at, from + aside, sum, steps - aside, lift, finish);
    }

    /// <summary>Columns that stay = those of the sum from there on, and all lowest limbs times what their places are worth.</summary>
    private FmaColumns SetAside(AssemblerRegister64 at, int from, FmaColumns sum, int aside)
    {
        for (int k = 0; k < aside; k++)
        {
            // Carries wait for nobody here: each is added to the limb above, which may be a little more than half of a limb then.
            sum.Lift(k, Lift);
            Begin(_column, sum, k, Slot(at, from + k));
            vectors.And(First, _column, Constant(Radix51.Mask));
            vectors.Or(First, First, Constant(LimbBits));
            if (k > 0)
            {
                vectors.AddIntegers(First, First, _next);
            }

            vectors.SubtractDoubles(First, First, Constant(BitConverter.DoubleToUInt64Bits(LimbOffset + (k > 0 ? LiftedCarry : 0))));
            vectors.Store(Slot(at, PoseidonFmaFrame.Aside + k), First);
            vectors.ShiftRight(_column, _column, Bits);
            (_column, _next) = (_next, _column);
        }

        BigInteger half = (Radix52.Modulus + 1) / 2;
        (int Slot, long[] Place, double Bound)[] limbs =
        [
            .. Enumerable.Range(0, aside).Select(k => (
                PoseidonFmaFrame.Aside + k,
                Radix51.Split(Radix51.Balanced(BigInteger.ModPow(half, (aside - k) * Bits, Radix52.Modulus))),
                Half + MostCarry)),
        ];
        (_column, _next) = (_next, _column);
        FmaColumns left = new();
        for (int j = 0; aside + j < sum.Count; j++)
        {
            left.AddColumn(j, sum, aside + j);
        }

        left.Lift(0, unchecked(0 - LiftedCarry));
        left.Add(0, MostCarry);
        AddPlaces(at, limbs, left, from + aside, from + aside, isCarriedInto: true);
        left.AddValue((sum.Value / Math.Pow(FmaBound.Radix, aside)) + (aside * FmaBound.Radix * FmaBound.Balanced.Value));
        return left;
    }

    private double ReduceInTurn(
        AssemblerRegister64 at, int from, FmaColumns sum, int steps, Func<int, ulong> lift, Action<int, double> finish)
    {
        double most = (sum.Value / Math.Pow(FmaBound.Radix, steps)) + ((0.5 + 1e-12) * FmaBound.Modulus);
        int end = steps + Limbs;
        int own = sum.Count;
        FmaColumns.Require(own <= end, "a sum has more columns than its reduction leaves");
        for (int i = 0; i < steps; i++)
        {
            sum.AddHigh(i, Half, Math.Abs(NegativeModulus[0]));
            for (int j = 1; j < Limbs; j++)
            {
                sum.AddProduct(i + j, Half, Math.Abs(NegativeModulus[j]));
            }
        }

        BeginColumn(0);
        for (int k = 0; k < end; k++)
        {
            (_column, _next) = (_next, _column);
            if (k + 1 < end)
            {
                BeginColumn(k + 1);
            }

            // The newest quotient limb is still in its register.
            for (int i = Math.Min(k, steps) - 1; i >= 0 && k - i < Limbs; i--)
            {
                if (i != k - 1)
                {
                    vectors.Load(Quotient, Slot(at, PoseidonFmaFrame.Quotients + i));
                }

                AddProduct(NegativeModulus[k - i]);
            }

            if (k < steps)
            {
                EmitQuotientLimb(at, k);
            }
            else
            {
                finish(k - steps, sum.Most(k));
            }
        }

        return most;

        void BeginColumn(int k)
        {
            sum.Lift(k, (k < steps ? Lift : lift(k - steps)) - (k > 0 && k <= steps ? LiftedCarry : 0));
            Begin(_next, sum, k, k < own ? Slot(at, from + k) : null);
        }
    }

    private void EmitQuotientLimb(AssemblerRegister64 at, int k)
    {
        vectors.ShiftLeft(Quotient, _column, 32);
        vectors.AddIntegers(Quotient, Quotient, _column);
        EmitDouble(Quotient, Quotient);
        vectors.Store(Slot(at, PoseidonFmaFrame.Quotients + k), Quotient);
        vectors.Load(First, Constant(BitConverter.DoubleToUInt64Bits(NegativeModulus[0])));
        vectors.NegativeMultiplyAdd(First, Quotient, PoseidonFmaField.High);
        vectors.SubtractIntegers(_next, _next, First);
        vectors.ShiftRight(_column, _column, Bits);
        vectors.AddIntegers(_next, _next, _column);
    }

    /// <summary>Stores a limb of a result as a double and carries what is above it.</summary>
    private void EmitLimb(int k, AssemblerRegister64 to, int toOffset, int register = Quotient)
    {
        if (k < Limbs - 1)
        {
            EmitDouble(_column, register);
            vectors.ShiftRight(_column, _column, Bits);
            vectors.AddIntegers(_next, _next, _column);
        }
        else
        {
            vectors.SubtractDoubles(register, _column, Constant(FmaColumns.LowBits));
        }

        vectors.Store(vectors.At(to, toOffset + (k * vectors.Bytes)), register);
    }

    /// <summary>to = the lowest limb of a lifted column, as a double.</summary>
    private void EmitDouble(int column, int to)
    {
        vectors.And(to, column, Constant(Radix51.Mask));
        vectors.Or(to, to, Constant(LimbBits));
        vectors.SubtractDoubles(to, to, Constant(BitConverter.DoubleToUInt64Bits(LimbOffset)));
    }

    /// <summary>The two columns += Quotient · a constant.</summary>
    private void AddProduct(long constant)
    {
        PoseidonFmaField.SplitProduct(vectors, Quotient, Constant(BitConverter.DoubleToUInt64Bits(constant)), First, Second);
        vectors.SubtractIntegers(_next, _next, First);
        vectors.AddIntegers(_column, _column, Second);
    }

    /// <summary>What column k of a chain of carries that ends at the last one begins with.</summary>
    private static ulong Lifted(int k, int last) => (k < last ? Lift : FmaColumns.LowBits) - (k > 0 ? LiftedCarry : 0);

    /// <summary>register = a column of a sum with what it needs, which goes into the vector that it began with, if there is one.</summary>
    private void Begin(int register, FmaColumns sum, int column, AssemblerMemoryOperand? source)
    {
        if (source is { } given && sum.Start(column) is > 0 and int start)
        {
            tables.Set(start, sum.Correction(column));
            vectors.Load(register, given);
        }
        else
        {
            Begin(register, sum.Correction(column), source);
        }
    }

    private void Begin(int register, ulong constant, AssemblerMemoryOperand? source)
    {
        vectors.Load(register, Constant(constant));
        if (source is { } given)
        {
            vectors.AddIntegers(register, register, given);
        }
    }

    private AssemblerMemoryOperand Constant(ulong bits) => vectors.At(rsi, tables.Vector(bits));

    private AssemblerMemoryOperand Slot(AssemblerRegister64 at, int slot) => vectors.At(at, slot * vectors.Bytes);
}
