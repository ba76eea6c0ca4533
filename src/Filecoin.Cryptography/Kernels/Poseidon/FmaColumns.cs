using System.Globalization;

namespace Filecoin.Cryptography.Kernels.Poseidon;

/// <summary>
/// What is known, while code is emitted, of a sum that the code holds in columns: 64-bit integers, of which column k counts 2^(51·k). A column holds
/// the bits of doubles as they came out of the multipliers; what these have too much is known and taken off once, see
/// <see cref="Correction"/>. All bounds that exactness rests on are checked here, for every instruction that is emitted.
/// </summary>
internal sealed class FmaColumns
{
    /// <summary>Bits of 3·2^102: high halves are multiples of 2^51 beside it. Its neighbours up to a distance of 2^102 have the same exponent.</summary>
    public const ulong HighBits = 0x4668_0000_0000_0000;

    /// <summary>Bits of 3·2^51: low halves are integers beside it, up to a distance of 2^51.</summary>
    public const ulong LowBits = 0x4338_0000_0000_0000;

    /// <summary>3·2^102, beside which a double is a multiple of 2^51.</summary>
    public const double High = 3 * (double)(1L << 51) * (1L << 51);

    /// <summary>3·2^51.</summary>
    public const double Low = 3.0 * (1L << 51);

    /// <summary>A column plus 2^60 must be positive, and carries of it small.</summary>
    private const double MostColumn = 1L << 59;

    /// <summary>A product's high half must lie beside <see cref="High"/>.</summary>
    private const double MostProduct = (double)(1L << 51) * (1L << 51);

    private const double HalfLimb = 1L << 50;
    private const double Limb = 1L << 51;

    private readonly int[] _highs = new int[13];
    private readonly int[] _lows = new int[13];
    private readonly double[] _most = new double[13];
    private readonly ulong[] _lifts = new ulong[13];
    private readonly int[] _starts = new int[13];

    /// <summary>Columns that hold something.</summary>
    public int Count { get; private set; }

    /// <summary>Bound of the sum's magnitude.</summary>
    public double Value { get; private set; }

    /// <summary>To be added to a column's bits to have its value, and what else it needs.</summary>
    public ulong Correction(int column) =>
        unchecked(((ulong)_highs[column] * HighBits) - ((ulong)_lows[column] * LowBits) + _lifts[column]);

    /// <summary>
    /// The vector of the tables that a column began with, yet to be set to its correction; 0 where it began with something else.
    /// </summary>
    public int Start(int column) => _starts[column];

    /// <summary>The column began with this vector of the tables.</summary>
    public void BeginWith(int column, int vector) => _starts[column] = vector;

    /// <summary>The column needs this as well.</summary>
    public void Lift(int column, ulong bits) => _lifts[column] = unchecked(_lifts[column] + bits);

    /// <summary>Bound of a column's magnitude.</summary>
    public double Most(int column) => _most[column];

    /// <summary>Both halves of a product of doubles with these bounds: the low one to a column, the high one to the next.</summary>
    public void AddProduct(int column, double a, double b)
    {
        AddHigh(column, a, b);
        _lows[column]++;
        Add(column, HalfLimb);
    }

    /// <summary>The high half of such a product alone, to the column after this one.</summary>
    public void AddHigh(int column, double a, double b)
    {
        Require(a * b <= MostProduct, "a product is too large to be split");
        _highs[column + 1]++;
        Add(column + 1, (a * b / Limb) + 1);
    }

    /// <summary>An integer, carries included.</summary>
    public void Add(int column, double most)
    {
        _most[column] += most;
        Count = Math.Max(Count, column + 1);
        Require(_most[column] < MostColumn, "a column may overflow");
    }

    /// <summary>Another sum's column.</summary>
    public void AddColumn(int column, FmaColumns other, int otherColumn)
    {
        _highs[column] += other._highs[otherColumn];
        _lows[column] += other._lows[otherColumn];
        _lifts[column] = unchecked(_lifts[column] + other._lifts[otherColumn]);
        _starts[column] = other._starts[otherColumn];
        Add(column, other._most[otherColumn]);
    }

    /// <summary>What the products or integers just added are together worth.</summary>
    public void AddValue(double most) => Value += most;

    /// <summary>Fails where a bound does not hold: then the emitter is wrong, whatever the inputs.</summary>
    public static void Require(bool holds, string otherwise)
    {
        if (!holds)
        {
            throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture, $"emitting Poseidon with FMA: {otherwise}"));
        }
    }
}
