using System.Numerics;
using Filecoin.Cryptography.Fields;

namespace Filecoin.Cryptography.Kernels.Poseidon;

/// <summary>
/// The constants of <see cref="PoseidonRecurrence"/> as the ADX kernel reads them: elements as 4 limbs of 8 bytes in Montgomery form with respect
/// to 2^256, small integers as so many limbs as they have. Properties and constants are byte offsets.
/// </summary>
internal sealed class PoseidonTables64
{
    /// <summary>Bytes of an element.</summary>
    public const int ElementBytes = Fr.Bytes;

    /// <summary>Byte offset of r.</summary>
    public const int Modulus = 0;

    /// <summary>Byte offset of -r^-1 mod 2^64.</summary>
    public const int NegativeInverse = ElementBytes;

    /// <summary>Byte offset of 2^318 / r, one limb.</summary>
    public const int Quotient = NegativeInverse + sizeof(ulong);

    /// <summary>Byte offset of the multiples of r. Entry i is the largest that is not above i·2^(256 - EstimateBits), mod 2^256.</summary>
    public const int Multiples = 2 * ElementBytes;

    /// <summary>Bits below 2^256 that the quotient by r is estimated from.</summary>
    public const int EstimateBits = 4;

    private const int LimbBits = 64;
    private const int MultiplesCount = 8 << EstimateBits;

    private readonly List<ulong> _limbs = [];
    private readonly Dictionary<int, int> _negativeMultiples = [];

    public PoseidonTables64(PoseidonConstants constants)
    {
        PoseidonRecurrence recurrence = new(constants, Fr.Bytes / sizeof(ulong), LimbBits);
        Recurrence = recurrence;
        int n = recurrence.Width - 1;
        AppendField();
        foreach (int shift in Reduction64.ShiftsFor(MostFeedback).Union(Reduction64.ShiftsFor(MostForward)))
        {
            int limbs = Reduction64.LimbsAfter(shift);
            _negativeMultiples[shift] = Append((BigInteger.One << (limbs * LimbBits)) - (Radix52.Modulus << shift), limbs);
        }

        Mix = AppendIntegers(recurrence.Mix);
        Feedback = AppendIntegers(recurrence.Feedback);
        Forward = AppendIntegers(recurrence.Forward);
        LargeMultiple = Append(AboveFeedback, Reduction64.LimbsOf(MostFeedback));
        First = AppendElements(recurrence.FirstState);
        FullAddends = AppendElements(recurrence.FirstAddends);
        Enter = AppendRows(recurrence.Width, row => recurrence.EnterAddends[row], (row, k) => recurrence.Enter[row, k], recurrence.Width);
        Rounds = AppendElements([.. Enumerable.Range(0, recurrence.PartialRounds)
            .SelectMany(i => new[] { recurrence.Powers[i], recurrence.ForwardAddends[i] })]);

        // The past is walked from the oldest on.
        Leave = AppendElements([Fr.Zero, recurrence.LeaveFirst]);
        AppendRows(n, row => recurrence.LeaveAddends[row], (row, k) => recurrence.Leave[row, n - 1 - k], n);
        LastAddends = AppendElements([.. recurrence.LastAddends, .. new Fr[recurrence.Width]]);
        Limbs = [.. _limbs];
    }

    /// <summary>What the tables are made from.</summary>
    public PoseidonRecurrence Recurrence { get; }

    /// <summary>Everything, as the emitted code reads it.</summary>
    public ulong[] Limbs { get; }

    /// <summary>2t - 1 integers of one limb.</summary>
    public int Mix { get; }

    public int Feedback { get; }

    public int Forward { get; }

    /// <summary>A multiple of r not below any sum of the past with <see cref="Feedback"/>.</summary>
    public int LargeMultiple { get; }

    /// <summary>The first element, tag included, then the addends of the preimage.</summary>
    public int First { get; }

    public int FullAddends { get; }

    /// <summary>A row makes one element: addend, factors.</summary>
    public int Enter { get; }

    /// <summary>For each partial round its power and its addend.</summary>
    public int Rounds { get; }

    /// <summary>A row of one factor for the first element; then a row for each other one.</summary>
    public int Leave { get; }

    /// <summary>Those of the last rounds, and zeros for the digest.</summary>
    public int LastAddends { get; }

    /// <summary>Bound of what is left when the sum of the past is taken off the multiple and a power is added.</summary>
    public BigInteger MostFeedback => AboveFeedback + (BigInteger.One << 256);

    /// <summary>Bound of the sum of products with <see cref="Forward"/>, addend included.</summary>
    public BigInteger MostForward => PoseidonRecurrence.Most(Recurrence.Forward, Reduction64.MostElement) + Radix52.Modulus;

    private BigInteger AboveFeedback =>
        (PoseidonRecurrence.Most(Recurrence.Feedback, Reduction64.MostElement) / Radix52.Modulus + 1) * Radix52.Modulus;

    /// <summary>2^(64·limbs) - r·2^shift, where limbs is <see cref="Reduction64.LimbsAfter"/>.</summary>
    public int NegativeMultiple(int shift) => _negativeMultiples[shift];

    private void AppendField()
    {
        Append(Radix52.Modulus, ElementBytes / sizeof(ulong));
        Append(Fr.NegativeInverse, 1);
        Append((BigInteger.One << Reduction64.QuotientBits) / Radix52.Modulus, 3);
        for (int i = 0; i < MultiplesCount; i++)
        {
            BigInteger least = new BigInteger(i) << (256 - EstimateBits);
            Append(least / Radix52.Modulus * Radix52.Modulus, ElementBytes / sizeof(ulong));
        }
    }

    private int AppendIntegers(BigInteger[] values)
    {
        int offset = _limbs.Count * sizeof(ulong);
        foreach (BigInteger value in values)
        {
            Append(value, Reduction64.LimbsOf(value));
        }

        return offset;
    }

    private int AppendElements(Fr[] elements)
    {
        int offset = _limbs.Count * sizeof(ulong);
        foreach (Fr element in elements)
        {
            _limbs.AddRange([element.L0, element.L1, element.L2, element.L3]);
        }

        return offset;
    }

    private int AppendRows(int rows, Func<int, Fr> addend, Func<int, int, Fr> factor, int columns) =>
        AppendElements([.. Enumerable.Range(0, rows).SelectMany(row => Enumerable.Range(-1, columns + 1)
            .Select(k => k < 0 ? addend(row) : factor(row, k)))]);

    private int Append(BigInteger value, int limbs)
    {
        int offset = _limbs.Count * sizeof(ulong);
        for (int i = 0; i < limbs; i++)
        {
            _limbs.Add((ulong)((value >> (LimbBits * i)) & ulong.MaxValue));
        }

        return offset;
    }
}
