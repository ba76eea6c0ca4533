using System.Runtime.CompilerServices;

namespace Filecoin.Cryptography.Fields;

/// <summary>Sums of products with one reduction at the end: what MDS and sparse-matrix rows of Poseidon are made of.</summary>
internal static class DotProduct
{
    /// <summary>The most terms: 12, for Poseidon of arity 11. The bounds below are for this number.</summary>
    public const int MaxTerms = 12;

    /// <summary>
    /// a[0]·b[0] + … + a[n-1]·b[n-1] for 1 &lt;= n &lt;= 12.
    /// </summary>
    /// <remarks>
    /// A product of two elements is below r^2, and r &lt; 0.4528·2^256, so the sum T of twelve is below 5.44·r·2^256 and needs a ninth limb.
    /// Montgomery reduction wants T &lt; r·2^256, therefore multiples of r are first taken off the upper five limbs.
    /// </remarks>
    public static unsafe Fr Sum(Fr* a, Fr* b, int n)
    {
        ulong t0 = 0, t1 = 0, t2 = 0, t3 = 0, t4 = 0, t5 = 0, t6 = 0, t7 = 0, t8 = 0;
        for (int i = 0; i < n; i++)
        {
            ulong a0 = a[i].L0, a1 = a[i].L1, a2 = a[i].L2, a3 = a[i].L3;

            // Each row's carry out of its fifth limb goes into the next row's fifth limb: one chain over the four rows.
            ulong row = 0, chain = 0;
            ulong factor = b[i].L0;
            t0 = Fr.MultiplyAdd(a0, factor, t0, ref row);
            t1 = Fr.MultiplyAdd(a1, factor, t1, ref row);
            t2 = Fr.MultiplyAdd(a2, factor, t2, ref row);
            t3 = Fr.MultiplyAdd(a3, factor, t3, ref row);
            t4 = Fr.AddCarry(t4, row, ref chain);

            row = 0;
            factor = b[i].L1;
            t1 = Fr.MultiplyAdd(a0, factor, t1, ref row);
            t2 = Fr.MultiplyAdd(a1, factor, t2, ref row);
            t3 = Fr.MultiplyAdd(a2, factor, t3, ref row);
            t4 = Fr.MultiplyAdd(a3, factor, t4, ref row);
            t5 = Fr.AddCarry(t5, row, ref chain);

            row = 0;
            factor = b[i].L2;
            t2 = Fr.MultiplyAdd(a0, factor, t2, ref row);
            t3 = Fr.MultiplyAdd(a1, factor, t3, ref row);
            t4 = Fr.MultiplyAdd(a2, factor, t4, ref row);
            t5 = Fr.MultiplyAdd(a3, factor, t5, ref row);
            t6 = Fr.AddCarry(t6, row, ref chain);

            row = 0;
            factor = b[i].L3;
            t3 = Fr.MultiplyAdd(a0, factor, t3, ref row);
            t4 = Fr.MultiplyAdd(a1, factor, t4, ref row);
            t5 = Fr.MultiplyAdd(a2, factor, t5, ref row);
            t6 = Fr.MultiplyAdd(a3, factor, t6, ref row);
            t7 = Fr.AddCarry(t7, row, ref chain);
            t8 += chain;
        }

        // 4r, 2r and r come off in turn: 5.44r < 8r, so afterwards less than r·2^256 is left.
        if (n > 4)
        {
            SubtractIfNotLess(ref t4, ref t5, ref t6, ref t7, ref t8, Shifted(0, 2), Shifted(1, 2), Shifted(2, 2), Shifted(3, 2), Fr.R3 >> 62);
        }

        if (n > 2)
        {
            SubtractIfNotLess(ref t4, ref t5, ref t6, ref t7, ref t8, Shifted(0, 1), Shifted(1, 1), Shifted(2, 1), Shifted(3, 1), Fr.R3 >> 63);
        }

        SubtractIfNotLess(ref t4, ref t5, ref t6, ref t7, ref t8, Fr.R0, Fr.R1, Fr.R2, Fr.R3, 0);

        // T < r·2^256 and m·r < r·2^256, so the reduced value is below 2r.
        ulong carry = ReduceRow(ref t0, ref t1, ref t2, ref t3);
        ulong top = 0;
        t4 = Fr.AddCarry(t4, carry, ref top);
        carry = ReduceRow(ref t1, ref t2, ref t3, ref t4);
        t5 = Fr.AddCarry(t5, carry, ref top);
        carry = ReduceRow(ref t2, ref t3, ref t4, ref t5);
        t6 = Fr.AddCarry(t6, carry, ref top);
        carry = ReduceRow(ref t3, ref t4, ref t5, ref t6);
        t7 = Fr.AddCarry(t7, carry, ref top);
        return Fr.SubtractModulusOnce(t4, t5, t6, t7);
    }

    /// <summary>Limb <paramref name="index"/> of r·2^<paramref name="bits"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Shifted(int index, int bits) => index switch
    {
        0 => Fr.R0 << bits,
        1 => (Fr.R1 << bits) | (Fr.R0 >> (64 - bits)),
        2 => (Fr.R2 << bits) | (Fr.R1 >> (64 - bits)),
        _ => (Fr.R3 << bits) | (Fr.R2 >> (64 - bits)),
    };

    /// <summary>Adds m·r so that <paramref name="t0"/> vanishes; returns the carry out of <paramref name="t3"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong ReduceRow(ref ulong t0, ref ulong t1, ref ulong t2, ref ulong t3)
    {
        ulong m = t0 * Fr.NegativeInverse;
        ulong carry = 0;
        t0 = Fr.MultiplyAdd(m, Fr.R0, t0, ref carry);
        t1 = Fr.MultiplyAdd(m, Fr.R1, t1, ref carry);
        t2 = Fr.MultiplyAdd(m, Fr.R2, t2, ref carry);
        t3 = Fr.MultiplyAdd(m, Fr.R3, t3, ref carry);
        return carry;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void SubtractIfNotLess(
        ref ulong t0, ref ulong t1, ref ulong t2, ref ulong t3, ref ulong t4, ulong s0, ulong s1, ulong s2, ulong s3, ulong s4)
    {
        ulong borrow = 0;
        ulong d0 = Fr.SubtractBorrow(t0, s0, ref borrow);
        ulong d1 = Fr.SubtractBorrow(t1, s1, ref borrow);
        ulong d2 = Fr.SubtractBorrow(t2, s2, ref borrow);
        ulong d3 = Fr.SubtractBorrow(t3, s3, ref borrow);
        ulong d4 = Fr.SubtractBorrow(t4, s4, ref borrow);
        ulong keep = 0 - borrow;
        t0 = d0 ^ ((d0 ^ t0) & keep);
        t1 = d1 ^ ((d1 ^ t1) & keep);
        t2 = d2 ^ ((d2 ^ t2) & keep);
        t3 = d3 ^ ((d3 ^ t3) & keep);
        t4 = d4 ^ ((d4 ^ t4) & keep);
    }
}
