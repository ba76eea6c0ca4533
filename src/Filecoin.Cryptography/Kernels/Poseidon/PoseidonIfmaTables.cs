using System.Numerics;
using Filecoin.Cryptography.Fields;

namespace Filecoin.Cryptography.Kernels.Poseidon;

/// <summary>
/// The constants of <see cref="PoseidonRecurrence"/> in the order the IFMA kernel walks through them: elements as 5 limbs of 8 bytes, small
/// integers as so many limbs of 52 bits as they have. Properties are byte offsets.
/// </summary>
internal sealed class PoseidonIfmaTables
{
    private readonly List<ulong> _limbs = [];
    private readonly Dictionary<int, int> _multiples = [];

    public PoseidonIfmaTables(PoseidonConstants constants)
    {
        PoseidonRecurrence recurrence = new(constants, Radix52.Limbs, Radix52.Bits);
        Recurrence = recurrence;
        int n = recurrence.Width - 1;
        Modulus = Append(Radix52.Modulus, Radix52.Limbs);
        Quotient = Append((BigInteger.One << QuotientBits) / Radix52.Modulus, 1);
        Mix = AppendAll(recurrence.Mix, factor => [factor]);
        Feedback = AppendAll(recurrence.Feedback, Split);
        Forward = AppendAll(recurrence.Forward, Split);
        First = AppendAll(recurrence.FirstState);
        FullAddends = AppendAll(recurrence.FirstAddends);
        Enter = AppendRows(recurrence.Width, row => recurrence.EnterAddends[row], (row, k) => recurrence.Enter[row, k], recurrence.Width);
        Rounds = AppendAll([.. Enumerable.Range(0, recurrence.PartialRounds)
            .SelectMany(i => new[] { recurrence.Powers[i], recurrence.ForwardAddends[i] })]);

        // The past is walked from the oldest on.
        Leave = AppendAll([recurrence.LeaveFirst]);
        AppendRows(n, row => recurrence.LeaveAddends[row], (row, k) => recurrence.Leave[row, n - 1 - k], n);
        LastAddends = AppendAll(recurrence.LastAddends);
        SmallMultiple = Append(Reduction52.Most, Radix52.Limbs);
        foreach (int shift in Reduction52.ShiftsFor(MostFeedback).Union(Reduction52.ShiftsFor(MostForward)))
        {
            int limbs = Reduction52.LimbsAfter(shift);
            _multiples[shift] = Append((BigInteger.One << (limbs * Radix52.Bits)) - (Radix52.Modulus << shift), limbs);
        }
    }

    /// <summary>Bits of the power of two that <see cref="Quotient"/> is the quotient of.</summary>
    public const int QuotientBits = 306;

    /// <summary>What the tables are made from.</summary>
    public PoseidonRecurrence Recurrence { get; }

    /// <summary>All limbs.</summary>
    public ulong[] Limbs => [.. _limbs];

    /// <summary>r.</summary>
    public int Modulus { get; }

    /// <summary>2^306 / r, one limb.</summary>
    public int Quotient { get; }

    /// <summary>The multiple of r that is added before a reduced sum is taken off.</summary>
    public int SmallMultiple { get; }

    /// <summary>2t - 1 limbs.</summary>
    public int Mix { get; }

    public int Feedback { get; }

    public int Forward { get; }

    /// <summary>The first element, tag included, then the addends of the preimage.</summary>
    public int First { get; }

    public int FullAddends { get; }

    /// <summary>A row makes one element: addend, factors.</summary>
    public int Enter { get; }

    /// <summary>For each partial round its power and its addend.</summary>
    public int Rounds { get; }

    /// <summary>The factor of the first element; then a row for each other one.</summary>
    public int Leave { get; }

    public int LastAddends { get; }

    /// <summary>Bounds of the sum of the past's products with <see cref="Feedback"/>.</summary>
    public BigInteger MostFeedback => PoseidonRecurrence.Most(Recurrence.Feedback, Reduction52.MostHistory);

    /// <summary>Bounds of the sum of products with <see cref="Forward"/>, addend included.</summary>
    public BigInteger MostForward => PoseidonRecurrence.Most(Recurrence.Forward, Reduction52.MostHistory) + Radix52.Modulus;

    /// <summary>2^(52·limbs) - r·2^shift, where limbs is <see cref="Reduction52.LimbsAfter"/>.</summary>
    public int NegativeMultiple(int shift) => _multiples[shift];

    /// <summary>The limbs of a small factor.</summary>
    public static BigInteger[] Split(BigInteger factor)
    {
        List<BigInteger> limbs = [];
        for (; !factor.IsZero; factor >>= Radix52.Bits)
        {
            limbs.Add(factor & Radix52.Mask);
        }

        return [.. limbs];
    }

    private int Append(BigInteger value, int limbs)
    {
        int offset = _limbs.Count * sizeof(ulong);
        for (int i = 0; i < limbs; i++)
        {
            _limbs.Add((ulong)((value >> (Radix52.Bits * i)) & Radix52.Mask));
        }

        return offset;
    }

    private int AppendAll(BigInteger[] factors, Func<BigInteger, BigInteger[]> split)
    {
        int offset = _limbs.Count * sizeof(ulong);
        _limbs.AddRange(factors.SelectMany(split).Select(limb => (ulong)limb));
        return offset;
    }

    private int AppendAll(Fr[] elements)
    {
        int offset = _limbs.Count * sizeof(ulong);
        foreach (Fr element in elements)
        {
            Append(Radix52.ToMontgomery(element), Radix52.Limbs);
        }

        return offset;
    }

    private int AppendRows(int rows, Func<int, Fr> addend, Func<int, int, Fr> factor, int columns) =>
        AppendAll([.. Enumerable.Range(0, rows).SelectMany(row => Enumerable.Range(-1, columns + 1)
            .Select(k => k < 0 ? addend(row) : factor(row, k)))]);
}
