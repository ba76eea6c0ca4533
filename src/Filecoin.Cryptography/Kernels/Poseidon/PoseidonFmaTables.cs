using Filecoin.Cryptography.Fields;

namespace Filecoin.Cryptography.Kernels.Poseidon;

/// <summary>
/// The constants of <see cref="PoseidonRecurrence"/> in the order the FMA kernel walks through them. What is multiplied is doubles: elements as
/// five balanced limbs, small integers as so many limbs of 51 bits as they have. What is added is the same limbs as integers, and belongs to
/// sums before they are reduced. After all of it come vectors, in which every lane holds the same. Properties are byte offsets.
/// </summary>
internal sealed class PoseidonFmaTables
{
    /// <summary>Steps by which a sum of products with full-size constants is reduced: one more than a product, to bring it below r.</summary>
    public const int RowSteps = Radix51.Limbs + 1;

    private const int WordsInLine = 8;
    private readonly List<ulong> _words = [];
    private readonly Dictionary<ulong, int> _vectors = [];
    private readonly int _lanes;

    /// <summary>Lays the constants out.</summary>
    /// <param name="constants">The permutation.</param>
    /// <param name="lanes">Doubles in a vector.</param>
    public PoseidonFmaTables(PoseidonConstants constants, int lanes)
    {
        _lanes = lanes;
        PoseidonRecurrence recurrence = new(constants, Radix51.Limbs, Radix51.Bits);
        Recurrence = recurrence;
        int n = recurrence.Width - 1;
        First = Here;
        AppendDoubles(Radix51.Split(Radix51.ToMontgomery(recurrence.FirstState[0])));
        foreach (Fr addend in recurrence.FirstState[1..])
        {
            AppendIntegers(addend, 0);
        }

        Mix = Here;
        AppendDoubles([.. recurrence.Mix.Select(factor => (long)factor)]);
        Feedback = Here;
        AppendDoubles([.. recurrence.Feedback.SelectMany(Radix51.SplitPositive).Select(limb => -limb)]);
        Forward = Here;
        AppendDoubles([.. recurrence.Forward.SelectMany(Radix51.SplitPositive)]);
        FullAddends = AppendAddends(recurrence.FirstAddends);
        Enter = AppendRows(recurrence.Width, row => recurrence.EnterAddends[row], (row, k) => recurrence.Enter[row, k], recurrence.Width);
        Rounds = Here;
        for (int i = 0; i < recurrence.PartialRounds; i++)
        {
            AppendDoubles(Radix51.Split(Radix51.ToMontgomery(recurrence.Powers[i])));
            AppendIntegers(recurrence.ForwardAddends[i], 0);
        }

        // The past is walked from the oldest on.
        LeaveFirst = Here;
        AppendDoubles(Radix51.Split(Radix51.ToMontgomery(recurrence.LeaveFirst, 1)));
        Leave = AppendRows(n, row => recurrence.LeaveAddends[row], (row, k) => recurrence.Leave[row, n - 1 - k], n);
        LastAddends = AppendAddends(recurrence.LastAddends);

        // Rows are begun before it is known whether there is another: the last ones read on, a whole row beyond the end.
        _words.AddRange(new ulong[(recurrence.Width + 1) * Radix51.Limbs]);
        _words.AddRange(new ulong[(WordsInLine - (_words.Count % WordsInLine)) % WordsInLine]);
    }

    /// <summary>What the tables are made from.</summary>
    public PoseidonRecurrence Recurrence { get; }

    /// <summary>All words; to be read when all vectors are known.</summary>
    public ulong[] Words => [.. _words];

    /// <summary>The first element, tag included, as doubles; then the addends of the preimage.</summary>
    public int First { get; }

    /// <summary>2t - 1 doubles.</summary>
    public int Mix { get; }

    /// <summary>Negative.</summary>
    public int Feedback { get; }

    public int Forward { get; }

    public int FullAddends { get; }

    /// <summary>A row makes one element: addend, factors.</summary>
    public int Enter { get; }

    /// <summary>For each partial round its power and its addend.</summary>
    public int Rounds { get; }

    public int LeaveFirst { get; }

    /// <summary>As <see cref="Enter"/>.</summary>
    public int Leave { get; }

    public int LastAddends { get; }

    private int Here => _words.Count * sizeof(ulong);

    /// <summary>The place of a vector with these bits in all lanes.</summary>
    public int Vector(ulong bits)
    {
        if (!_vectors.TryGetValue(bits, out int offset))
        {
            offset = Here;
            _vectors.Add(bits, offset);
            _words.AddRange(Enumerable.Repeat(bits, _lanes));
        }

        return offset;
    }

    /// <summary>The place of a vector that will be set.</summary>
    public int Reserve()
    {
        int offset = Here;
        _words.AddRange(new ulong[_lanes]);
        return offset;
    }

    /// <summary>Sets all lanes of a vector.</summary>
    public void Set(int vector, ulong bits)
    {
        for (int lane = 0; lane < _lanes; lane++)
        {
            _words[(vector / sizeof(ulong)) + lane] = bits;
        }
    }

    /// <summary>The place of a vector with this number in all lanes.</summary>
    public int Vector(double number) => Vector(BitConverter.DoubleToUInt64Bits(number));

    private void AppendDoubles(long[] limbs) => _words.AddRange(limbs.Select(limb => BitConverter.DoubleToUInt64Bits(limb)));

    /// <summary>An element that counts in a sum which will be divided by 2^(51·steps).</summary>
    private void AppendIntegers(Fr element, int steps) =>
        _words.AddRange(Radix51.Split(Radix51.ToMontgomery(element, steps)).Select(limb => (ulong)limb));

    private int AppendAddends(Fr[] elements)
    {
        int offset = Here;
        foreach (Fr element in elements)
        {
            AppendIntegers(element, 1);
        }

        return offset;
    }

    private int AppendRows(int rows, Func<int, Fr> addend, Func<int, int, Fr> factor, int columns)
    {
        int offset = Here;
        for (int row = 0; row < rows; row++)
        {
            AppendIntegers(addend(row), RowSteps);
            for (int k = 0; k < columns; k++)
            {
                AppendDoubles(Radix51.Split(Radix51.ToMontgomery(factor(row, k), 1)));
            }
        }

        return offset;
    }
}
