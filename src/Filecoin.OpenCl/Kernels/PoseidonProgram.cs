using System.Globalization;
using System.Numerics;
using System.Text;
using Filecoin.Cryptography.Kernels.Poseidon;
using Filecoin.OpenCl.Devices;

namespace Filecoin.OpenCl.Kernels;

/// <summary>
/// The text and the constants of the kernel for one arity. Nothing in it is typed in: offsets, factors and plans of reduction follow from
/// <see cref="PoseidonRecurrence"/>. Immutable.
/// </summary>
internal sealed class PoseidonProgram
{
    /// <summary>The name of the kernel in the text.</summary>
    public const string KernelName = "poseidon";

    /// <summary>Bits of a limb on a device.</summary>
    public const int LimbBits = 32;

    /// <summary>Limbs of an element.</summary>
    public const int Limbs = 8;

    /// <summary>The recurrence's limbs: full rounds divide by 2^64, which is two limbs of a device.</summary>
    private const int RecurrenceLimbs = 4, RecurrenceLimbBits = 64;

    private static readonly BigInteger MostElement = (BigInteger.One << 256) - 1;

    private readonly StringBuilder _definitions = new();
    private readonly List<uint> _words = [];
    private readonly Dictionary<int, int> _multiples = [];
    private readonly PoseidonRecurrence _recurrence;
    private readonly string _text;

    private PoseidonProgram(int arity)
    {
        Arity = arity;
        PoseidonConstants constants = PoseidonConstants.For(arity);
        _recurrence = new PoseidonRecurrence(constants, RecurrenceLimbs, RecurrenceLimbBits);
        DefineField();
        DefineRounds();
        DefineSums();
        Tables = [.. _words];
        _text = string.Concat(_definitions.ToString(), Resource("field.cl"), Resource("poseidon.cl"));
    }

    /// <summary>Elements of a preimage.</summary>
    public int Arity { get; }

    /// <summary>The constants, as the kernel reads them.</summary>
    public IReadOnlyList<uint> Tables { get; }

    /// <summary>The program for <paramref name="arity"/>: 2, 4, 8 or 11.</summary>
    public static PoseidonProgram For(int arity) => new(arity);

    /// <summary>The whole text of one variant.</summary>
    /// <param name="variant">How rows of products are made.</param>
    /// <param name="unrolled">
    /// Whether loops over elements are unrolled, so that a device with many registers holds the past in them. The text becomes long.
    /// </param>
    public string Text(ProgramVariant variant, bool unrolled)
    {
        string rows = Resource(variant == ProgramVariant.Ptx ? "rows_ptx.cl" : "rows.cl");
        string unroll = string.Create(CultureInfo.InvariantCulture, $"#define LIMBS {Limbs}\n#define UNROLL_ELEMENTS _Pragma(\"{(unrolled ? "unroll" : "unroll 1")}\")\n");
        return string.Concat(unroll, rows, _text);
    }

    private static string Resource(string name)
    {
        using Stream stream = typeof(PoseidonProgram).Assembly.GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"the resource {name} is missing");
        using StreamReader reader = new(stream);
        return reader.ReadToEnd();
    }

    private void DefineField()
    {
        Define("MODULUS", $"{{ {string.Join(", ", Split(Radix52.Modulus, Limbs).Select(Literal))} }}");
        BigInteger radix = BigInteger.One << LimbBits;
        Define("NEGATIVE_INVERSE", Literal((uint)(radix - BigInteger.ModPow(Radix52.Modulus % radix, (radix / 2) - 1, radix))));
        Define("QUOTIENT", Literal((uint)((BigInteger.One << SumReduction.QuotientBits) / Radix52.Modulus)));
        Define("ZERO", Append(new uint[Limbs]));
        Define("MULTIPLE_0", MultipleAt(0));
    }

    private void DefineRounds()
    {
        int width = _recurrence.Width;
        int past = width - 1;
        Define("ARITY", Arity);
        Define("GROUP", IComputeDevice.GroupItems);
        Define("WIDTH", width);
        Define("PAST", past);
        Define("PARTIAL", _recurrence.PartialRounds);
        Define("HALF_FULL_ROUNDS", PoseidonConstants.FullRounds / 2);
        Define("FIRST_STATE", AppendElements(_recurrence.FirstState));
        Define("FIRST_ADDENDS", AppendElements(_recurrence.FirstAddends));
        Define("LAST_ADDENDS", AppendElements(_recurrence.LastAddends));
        Define("ROUNDS", AppendElements(Enumerable.Range(0, _recurrence.PartialRounds)
            .SelectMany(i => new[] { _recurrence.Powers[i], _recurrence.ForwardAddends[i] })));
        Define("ENTER", AppendElements(Enumerable.Range(0, width).SelectMany(row =>
            Enumerable.Range(0, width).Select(k => _recurrence.Enter[row, k]).Prepend(_recurrence.EnterAddends[row]))));
        Define("LEAVE_FIRST", AppendElements([_recurrence.LeaveFirst]));
        Define("LEAVE", AppendElements(Enumerable.Range(0, past).SelectMany(row =>
            Enumerable.Range(0, past).Select(k => _recurrence.Leave[row, k]).Prepend(_recurrence.LeaveAddends[row]))));
    }

    private void DefineSums()
    {
        Define("MIX_FACTORS", _recurrence.Mix.Length);
        DefineFactors("MIX", _recurrence.Mix, everyFactorInEveryPass: true);
        DefineFactors("FEEDBACK", _recurrence.Feedback);
        DefineFactors("FORWARD", _recurrence.Forward);

        BigInteger above = (PoseidonRecurrence.Most(_recurrence.Feedback, MostElement) / Radix52.Modulus + 1) * Radix52.Modulus;
        int limbs = DefineReduction("FEEDBACK", above + MostElement);
        Define("ABOVE_FEEDBACK", Append(Split(above, limbs)));
        DefineReduction("FORWARD", PoseidonRecurrence.Most(_recurrence.Forward, MostElement) + Radix52.Modulus);
    }

    /// <summary>Factors limb by limb, those of one limb together; and the passes over them.</summary>
    private void DefineFactors(string name, BigInteger[] factors, bool everyFactorInEveryPass = false)
    {
        int limbs = factors.Max(factor => SumReduction.LimbsOf(factor));
        Define(name, Append(Enumerable.Range(0, limbs).SelectMany(limb => factors.Select(factor => Split(factor, limbs)[limb]))));

        // Rows of a matrix begin at another factor each, so that none can be left out.
        Define($"{name}_PASSES", string.Join(' ', Enumerable.Range(0, limbs).Select(limb =>
        {
            int first = everyFactorInEveryPass ? 0 : Array.FindIndex(factors, factor => factor >> (LimbBits * limb) != 0);
            return string.Create(CultureInfo.InvariantCulture, $"PASS({limb}, {first})");
        })));
    }

    /// <summary>The steps that bring sums up to a bound below 2.6 r; returns the limbs of the bound.</summary>
    private int DefineReduction(string name, BigInteger most)
    {
        int limbs = SumReduction.LimbsOf(most);
        Define($"{name}_LIMBS", limbs);
        Define($"{name}_STEPS", string.Join(' ', SumReduction.ShiftsFor(most).Select(shift =>
        {
            int from = shift / LimbBits;
            (int limb, int bit) = SumReduction.Window(shift);
            return string.Create(CultureInfo.InvariantCulture, $"STEP({from}, {limb - from}, {bit}, {MultipleAt(shift % LimbBits)})");
        })));
        return limbs;
    }

    /// <summary>Where r·2^bits stands, nine limbs.</summary>
    private int MultipleAt(int bits)
    {
        if (!_multiples.TryGetValue(bits, out int offset))
        {
            offset = Append(Split(Radix52.Modulus << bits, Limbs + 1));
            _multiples.Add(bits, offset);
        }

        return offset;
    }

    private static uint[] Split(BigInteger value, int limbs) =>
        [.. Enumerable.Range(0, limbs).Select(i => (uint)((value >> (LimbBits * i)) & uint.MaxValue))];

    private static string Literal(uint word) => string.Create(CultureInfo.InvariantCulture, $"0x{word:x8}u");

    private int AppendElements(IEnumerable<Cryptography.Fields.Fr> elements) =>
        Append(elements.SelectMany(element => new[] { element.L0, element.L1, element.L2, element.L3 })
            .SelectMany(limb => new[] { (uint)limb, (uint)(limb >> LimbBits) }));

    private int Append(IEnumerable<uint> words)
    {
        int offset = _words.Count;
        _words.AddRange(words);
        return offset;
    }

    private void Define(string name, int value) => Define(name, value.ToString(CultureInfo.InvariantCulture));

    private void Define(string name, string value) => _definitions.Append("#define ").Append(name).Append(' ').Append(value).Append('\n');
}

/// <summary>How rows of products are made.</summary>
internal enum ProgramVariant
{
    /// <summary>In plain C: any device.</summary>
    PlainC,

    /// <summary>In PTX with its carry flag: NVIDIA's.</summary>
    Ptx,
}
