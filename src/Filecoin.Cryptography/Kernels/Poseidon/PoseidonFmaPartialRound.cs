using System.Numerics;
using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;

namespace Filecoin.Cryptography.Kernels.Poseidon;

/// <summary>
/// A partial round of one set of lanes in ten phases, sums of products and reductions in turns: from s~_i in the frame and the past before a
/// pointer it makes w~_i there and s~_(i+1) in the frame.
/// </summary>
internal sealed class PoseidonFmaPartialRound
{
    /// <summary>Phases of half a round. It is odd, so that what stands half a round apart is a sum and a reduction.</summary>
    public const int Half = 5;

    private readonly FmaVectors _vectors;
    private readonly PoseidonFmaField _field;
    private readonly PoseidonFmaReduction _reduction;
    private readonly int _pair;
    private readonly AssemblerRegister64 _frame;
    private readonly AssemblerRegister64 _past;

    /// <summary>Records the phases.</summary>
    /// <param name="vectors">Instructions.</param>
    /// <param name="field">Sums.</param>
    /// <param name="reduction">Reductions.</param>
    /// <param name="tables">Constants, at rsi.</param>
    /// <param name="pair">Bytes from an element of the past to the next one of this set.</param>
    /// <param name="reduced">Bound of the first element and of the past.</param>
    /// <param name="frame">The set's frame.</param>
    /// <param name="past">Where w~_i will be.</param>
    /// <param name="constants">The round's power and addend.</param>
    public PoseidonFmaPartialRound(
        FmaVectors vectors, PoseidonFmaField field, PoseidonFmaReduction reduction, PoseidonFmaTables tables,
        int pair, FmaBound reduced, AssemblerRegister64 frame, AssemblerRegister64 past, AssemblerRegister64 constants)
    {
        (_vectors, _field, _reduction, _pair, _frame, _past) = (vectors, field, reduction, pair, frame, past);
        const int limbBytes = sizeof(double);
        PoseidonRecurrence recurrence = tables.Recurrence;
        FmaColumns sum = new(), feedback = new(), folded = new(), forward = new();
        FmaBound square = default, product = default, fourth = default;
        FmaColumns.Require(Radix51.SplitPositive(recurrence.Forward[0]).Length == 1, "the newest factor has more limbs than one");

        // Sums over the past are cut in two, so that phases are of even length: what belongs to lowest limbs is done in an earlier one.
        Phases =
        [
            Sum(() =>
            {
                sum = Begin(PoseidonFmaFrame.Sum);
                AddSquare(PoseidonFmaFrame.State, reduced);
                _field.End();
                feedback = Begin(PoseidonFmaFrame.SecondSum);
                AddPast(tables.Feedback, recurrence.Feedback, 1, reduced, 0, 1);
            }),
            _vectors.Record(() => square = Reduce(sum, PoseidonFmaFrame.Square)),
            Sum(() =>
            {
                sum = Begin(PoseidonFmaFrame.Sum);
                for (int i = 0; i < Radix51.Limbs; i++)
                {
                    _field.AddRow(i, constants, i * limbBytes, FmaBound.Balanced.Of(i), _frame, Slot(PoseidonFmaFrame.State), reduced);
                }

                _field.End();
                _field.Resume(feedback, _frame, Slot(PoseidonFmaFrame.SecondSum), 1);
                AddPast(tables.Feedback, recurrence.Feedback, 1, reduced, 1, int.MaxValue);
            }),
            _vectors.Record(() =>
            {
                product = Reduce(sum, PoseidonFmaFrame.Product);
                folded = _reduction.Fold(_frame, PoseidonFmaFrame.SecondSum, feedback);
            }),
            Sum(() =>
            {
                sum = Begin(PoseidonFmaFrame.Sum);
                AddSquare(PoseidonFmaFrame.Square, square);
                _field.End();
                forward = Begin(PoseidonFmaFrame.SecondSum);
                _field.BeginWith(constants, Radix51.Limbs * limbBytes);
                AddPast(tables.Forward + limbBytes, recurrence.Forward[1..], 1, reduced, 0, 1);
            }),
            _vectors.Record(() => fourth = Reduce(sum, PoseidonFmaFrame.Square)),
            Sum(() =>
            {
                sum = Begin(PoseidonFmaFrame.Sum);
                _field.AddProduct(_frame, Slot(PoseidonFmaFrame.Square), fourth, _frame, Slot(PoseidonFmaFrame.Product), product);
            }),
            _vectors.Record(() => Check(
                _reduction.ReduceWithFolded(_frame, PoseidonFmaFrame.Sum, sum, folded, _past, 0), reduced)),
            Sum(() =>
            {
                _field.Resume(forward, _frame, Slot(PoseidonFmaFrame.SecondSum), 0);
                AddPast(tables.Forward, recurrence.Forward[..1], 0, reduced, 0, 1);
                AddPast(tables.Forward + limbBytes, recurrence.Forward[1..], 1, reduced, 1, int.MaxValue);
            }),
            _vectors.Record(() =>
            {
                FmaColumns left = _reduction.Fold(_frame, PoseidonFmaFrame.SecondSum, forward);
                Check(
                    _reduction.ReduceFromTop(
                        _frame, PoseidonFmaFrame.Folded, left, PoseidonFmaFrame.Folded + Radix51.Limbs, _frame, Slot(PoseidonFmaFrame.State)),
                    reduced);
            }),
        ];
    }

    /// <summary>Two halves; the first and every other one is a sum.</summary>
    public IReadOnlyList<Instruction>[] Phases { get; }

    private static void Check(FmaBound bound, FmaBound most) =>
        FmaColumns.Require(bound.OfModulus <= most.OfModulus, "an element may be larger than what comes next allows");

    private IReadOnlyList<Instruction> Sum(Action emit) => _vectors.Record(() =>
    {
        emit();
        _field.End();
    });

    private FmaColumns Begin(int slot) => _field.Begin(_frame, Slot(slot));

    private void AddSquare(int slot, FmaBound bound) => _field.AddSquare(_frame, Slot(slot), bound);

    private FmaBound Reduce(FmaColumns sum, int slot) =>
        _reduction.Reduce(_frame, PoseidonFmaFrame.Sum, sum, Radix51.Limbs, _frame, Slot(slot));

    /// <summary>
    /// Adds products of the past, from the lag on, with limbs of small integers: all with lowest limbs, then the next ones, as far as told.
    /// </summary>
    private void AddPast(int table, BigInteger[] factors, int firstLag, FmaBound bound, int firstLimb, int endLimb)
    {
        long[][] limbs = [.. factors.Select(Radix51.SplitPositive)];
        for (int i = firstLimb; i < Math.Min(endLimb, limbs.Max(factor => factor.Length)); i++)
        {
            int offset = table;
            for (int k = 0; k < limbs.Length; k++)
            {
                if (i < limbs[k].Length)
                {
                    _field.AddRow(i, rsi, offset + (i * sizeof(double)), limbs[k][i], _past, -(firstLag + k) * _pair, bound);
                }

                offset += limbs[k].Length * sizeof(double);
            }
        }
    }

    private int Slot(int slot) => slot * _vectors.Bytes;
}
