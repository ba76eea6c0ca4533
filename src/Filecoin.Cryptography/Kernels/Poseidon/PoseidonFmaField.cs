using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;

namespace Filecoin.Cryptography.Kernels.Poseidon;

/// <summary>
/// Emits the field arithmetic of the FMA kernel in two kinds of fragments that do not share registers: those that add up products, here, and
/// those that reduce the sums, in <see cref="PoseidonFmaReduction"/>. A sum goes from one to the other through memory.
/// </summary>
/// <remarks>
/// <para>A product of limbs a·b, at most 2^102 in magnitude, is split exactly by two fused multiply-adds (Emmart, Zheng and Weems, "Faster modular
/// exponentiation using double precision floating point arithmetic on the GPU", ARITH 2018; with limbs of 51 bits and vectors of doubles as
/// Mitscha-Baude does in WebAssembly, 2023). With H = 3·2^102 and L = 3·2^51:</para>
/// <code>
/// h = H - a·b            rounded to a multiple of 2^51: its bits are those of H less the high half
/// l = a·b + (h - H + L)  exact: its bits are those of L plus the low half, between -2^50 and 2^50
/// </code>
/// <para>Rounding is to nearest, as everywhere else in a process, so that halves are signed and no mode has to be changed. Bits are added up as
/// 64-bit integers; how many H and L are in a sum is known, and they are taken off as one constant when it is reduced:
/// <see cref="FmaColumns"/>.</para>
/// <para>Registers here. 0: a factor. 1, 2: h and l. 3-8: columns, six in a row. 14, 15: H - L and H. rsi: tables.</para>
/// </remarks>
internal sealed class PoseidonFmaField(FmaVectors vectors, PoseidonFmaTables tables)
{
    /// <summary>The register with H - L.</summary>
    public const int HighLessLow = 14;

    /// <summary>The register with H.</summary>
    public const int High = 15;

    private const int Factor = 0;
    private const int FirstColumn = 3;
    private const int Window = 6;
    private const int Limbs = Radix51.Limbs;

    private FmaColumns _columns = new();
    private AssemblerRegister64 _to;
    private int _toOffset;
    private int _lowest;
    private int _next;

    /// <summary>Bytes of an element in memory.</summary>
    public int ElementBytes => Limbs * vectors.Bytes;

    /// <summary>Fills the registers that stay.</summary>
    public void LoadConstants()
    {
        vectors.Load(HighLessLow, vectors.At(rsi, tables.Vector(FmaColumns.High - FmaColumns.Low)));
        vectors.Load(High, vectors.At(rsi, tables.Vector(FmaColumns.High)));
    }

    /// <summary>Begins a sum whose columns will be stored there.</summary>
    public FmaColumns Begin(AssemblerRegister64 to, int offset)
    {
        (_columns, _to, _toOffset, _lowest, _next) = (new FmaColumns(), to, offset, 0, 0);
        return _columns;
    }

    /// <summary>Goes on with a sum from a column on, the columns below being done.</summary>
    public void Resume(FmaColumns sum, AssemblerRegister64 to, int offset, int column)
    {
        (_columns, _to, _toOffset, _lowest, _next) = (sum, to, offset, column, sum.Count);
        for (int i = column; i < sum.Count; i++)
        {
            vectors.Load(ColumnRegister(i), vectors.At(to, offset + (i * vectors.Bytes)));
        }
    }

    /// <summary>The sum begins with a balanced constant of the tables.</summary>
    public void BeginWith(AssemblerRegister64 from, int offset)
    {
        for (int i = 0; i < Limbs; i++)
        {
            vectors.Broadcast(ColumnRegister(i), from, offset + (8 * i));
            _columns.Add(i, FmaBound.Balanced.Of(i));
        }

        _next = Limbs;
        _columns.AddValue(FmaBound.Balanced.Value);
    }

    /// <summary>Adds the same number's limbs, in all lanes, times an element: <paramref name="row"/> is the limb's place.</summary>
    public void AddRow(
        int row, AssemblerRegister64 limb, int limbOffset, double limbBound, AssemblerRegister64 element, int elementOffset, FmaBound bound)
    {
        vectors.Broadcast(Factor, limb, limbOffset);
        AddRow(row, limbBound, element, elementOffset, bound);
    }

    /// <summary>Adds the product of two elements in memory.</summary>
    public void AddProduct(
        AssemblerRegister64 a, int aOffset, FmaBound aBound, AssemblerRegister64 b, int bOffset, FmaBound bBound)
    {
        for (int i = 0; i < Limbs; i++)
        {
            vectors.Load(Factor, vectors.At(a, aOffset + (i * vectors.Bytes)));
            AddRow(i, aBound.Of(i), b, bOffset, bBound);
        }
    }

    /// <summary>Adds the square of an element in memory.</summary>
    public void AddSquare(AssemblerRegister64 a, int offset, FmaBound bound)
    {
        for (int i = 0; i < Limbs; i++)
        {
            vectors.Load(Factor, vectors.At(a, offset + (i * vectors.Bytes)));
            Store(2 * i);
            AddProduct(2 * i, bound.Of(i), vectors.At(a, offset + (i * vectors.Bytes)), bound.Of(i));
            if (i < Limbs - 1)
            {
                vectors.AddDoubles(Factor, Factor, Factor);
            }

            for (int j = i + 1; j < Limbs; j++)
            {
                AddProduct(i + j, 2 * bound.Of(i), vectors.At(a, offset + (j * vectors.Bytes)), bound.Of(j));
            }
        }

        _columns.AddValue(bound.Value * bound.Value);
    }

    /// <summary>Adds integers in memory, limbs of a number between zero and r.</summary>
    public void AddCanonical(AssemblerRegister64 from, int offset)
    {
        for (int i = 0; i < Limbs; i++)
        {
            vectors.AddIntegers(ColumnRegister(i), ColumnRegister(i), vectors.At(from, offset + (i * vectors.Bytes)));
            _columns.Add(i, FmaBound.Radix);
        }

        _columns.AddValue(FmaBound.Modulus);
    }

    /// <summary>Stores what is still in registers.</summary>
    public void End() => Store(_next);

    private static int ColumnRegister(int column) => FirstColumn + (column % Window);

    private void AddRow(int row, double limbBound, AssemblerRegister64 element, int offset, FmaBound bound)
    {
        Store(row);
        for (int j = 0; j < Limbs; j++)
        {
            AddProduct(row + j, limbBound, vectors.At(element, offset + (j * vectors.Bytes)), bound.Of(j));
        }

        _columns.AddValue(limbBound * Math.Pow(FmaBound.Radix, row) * bound.Value);
    }

    private void AddProduct(int column, double factorBound, AssemblerMemoryOperand other, double otherBound)
    {
        for (; _next <= column + 1; _next++)
        {
            int start = tables.Reserve();
            vectors.Load(ColumnRegister(_next), vectors.At(rsi, start));
            _columns.BeginWith(_next, start);
        }

        const int high = 1, low = 2;
        SplitProduct(vectors, Factor, other, high, low);
        vectors.SubtractIntegers(ColumnRegister(column + 1), ColumnRegister(column + 1), high);
        vectors.AddIntegers(ColumnRegister(column), ColumnRegister(column), low);
        _columns.AddProduct(column, factorBound, otherBound);
    }

    /// <summary>Both halves of a product, as the remarks of this class say.</summary>
    public static void SplitProduct(FmaVectors vectors, int factor, AssemblerMemoryOperand other, int high, int low)
    {
        vectors.Load(high, other);
        vectors.NegativeMultiplyAdd(high, factor, High);
        vectors.SubtractDoubles(low, high, HighLessLow);
        vectors.AddProduct(low, factor, other);
    }

    /// <summary>Stores the columns below this one: nothing is added to them any more.</summary>
    private void Store(int end)
    {
        for (; _lowest < Math.Min(end, _next); _lowest++)
        {
            vectors.Store(vectors.At(_to, _toOffset + (_lowest * vectors.Bytes)), ColumnRegister(_lowest));
        }
    }
}
