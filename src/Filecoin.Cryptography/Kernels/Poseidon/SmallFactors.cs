using System.Numerics;
using Filecoin.Cryptography.Fields;

namespace Filecoin.Cryptography.Kernels.Poseidon;

/// <summary>Sums of an element sequence's newest elements times fixed integers of few limbs, reduced as <see cref="Reduction64"/> says.</summary>
internal sealed unsafe class SmallFactors
{
    private const int ElementLimbs = 4;
    private static readonly ulong Quotient = (ulong)((BigInteger.One << Reduction64.QuotientBits) / Radix52.Modulus);

    private readonly ulong[][] _factors;
    private readonly (int Shift, ulong[] Multiple)[] _steps;
    private readonly int _limbs;

    /// <summary>Takes the factors, the newest element's first.</summary>
    /// <param name="factors">Positive integers.</param>
    /// <param name="most">Bound of all sums.</param>
    public SmallFactors(BigInteger[] factors, BigInteger most)
    {
        _factors = [.. factors.Select(factor => Split(factor, Reduction64.LimbsOf(factor)))];
        _limbs = Reduction64.LimbsOf(most);
        _steps = [.. Reduction64.ShiftsFor(most).Select(shift => (shift, Split(Radix52.Modulus << shift, _limbs)))];
    }

    /// <summary>newest[0]·factor 0 + newest[-1]·factor 1 + …, fully reduced.</summary>
    public Fr Sum(Fr* newest)
    {
        ulong* sum = stackalloc ulong[_limbs];
        new Span<ulong>(sum, _limbs).Clear();
        foreach (ulong[] factor in _factors)
        {
            for (int row = 0; row < factor.Length; row++)
            {
                Add(sum + row, _limbs - row, newest, factor[row]);
            }

            newest--;
        }

        foreach ((int shift, ulong[] multiple) in _steps)
        {
            (int limb, int bit) = Reduction64.Window(shift);
            ulong window = (sum[limb] >> bit) | (limb + 1 < _limbs && bit > 0 ? sum[limb + 1] << (64 - bit) : 0);
            Subtract(sum, multiple, Math.BigMul(window, Quotient, out _));
        }

        // Less than 2.6r is left.
        ulong borrow = 0;
        ulong d0 = Fr.SubtractBorrow(sum[0], Fr.R0, ref borrow);
        ulong d1 = Fr.SubtractBorrow(sum[1], Fr.R1, ref borrow);
        ulong d2 = Fr.SubtractBorrow(sum[2], Fr.R2, ref borrow);
        ulong d3 = Fr.SubtractBorrow(sum[3], Fr.R3, ref borrow);
        return sum[ElementLimbs] >= borrow
            ? Fr.SubtractModulusOnce(d0, d1, d2, d3)
            : Fr.SubtractModulusOnce(sum[0], sum[1], sum[2], sum[3]);
    }

    private static ulong[] Split(BigInteger value, int limbs) =>
        [.. Enumerable.Range(0, limbs).Select(i => (ulong)((value >> (64 * i)) & ulong.MaxValue))];

    private static void Add(ulong* sum, int limbs, Fr* element, ulong factor)
    {
        ulong high = 0;
        sum[0] = Fr.MultiplyAdd(element->L0, factor, sum[0], ref high);
        sum[1] = Fr.MultiplyAdd(element->L1, factor, sum[1], ref high);
        sum[2] = Fr.MultiplyAdd(element->L2, factor, sum[2], ref high);
        sum[3] = Fr.MultiplyAdd(element->L3, factor, sum[3], ref high);
        for (int i = ElementLimbs; i < limbs && high != 0; i++)
        {
            sum[i] += high;
            high = sum[i] < high ? 1UL : 0;
        }
    }

    private static void Subtract(ulong* sum, ulong[] multiple, ulong quotient)
    {
        ulong high = 0, borrow = 0;
        for (int i = 0; i < multiple.Length; i++)
        {
            sum[i] = Fr.SubtractBorrow(sum[i], Fr.MultiplyAdd(multiple[i], quotient, 0, ref high), ref borrow);
        }
    }
}
