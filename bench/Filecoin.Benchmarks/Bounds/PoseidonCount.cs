using System.Numerics;
using Filecoin.Cryptography.Kernels.Poseidon;

namespace Filecoin.Benchmarks.Bounds;

/// <summary>
/// How many 52-bit multiply-adds (low or high half, eight lanes each) the IFMA kernel executes, from its structure: see
/// PoseidonIfmaEmitter, whose members these mirror.
/// </summary>
internal static class PoseidonCount
{
    private const int Lanes = 8;
    private const int Limbs = 5;
    private const int Row = 2 * Limbs;
    private const int Product = Limbs * Row;
    private const int Square = Limbs * (Limbs + 1);
    private const int LimbReduction = Row - 1;
    private const int Reduction = Limbs * LimbReduction;
    private const int SBox = (2 * (Square + Reduction)) + Product + Reduction;

    /// <summary>For one hash.</summary>
    public static double MultiplyAdds(int arity)
    {
        PoseidonIfmaTables tables = new(PoseidonConstants.For(arity));
        PoseidonRecurrence recurrence = tables.Recurrence;
        int width = recurrence.Width;
        int fullSBoxes = PoseidonConstants.FullRounds * width * SBox;

        // Three rounds before and three after the partial ones; the last one needs one row.
        int mixing = ((6 * width) + 1) * ((width * Row) + LimbReduction);
        int enter = width * ((width * Product) + Reduction);
        int leave = Product + Reduction + (arity * ((arity * Product) + Reduction));
        int partial = recurrence.PartialRounds
            * (SBox + Product + Reduction + Sum(recurrence.Feedback, tables.MostFeedback) + Sum(recurrence.Forward, tables.MostForward));
        return (double)(fullSBoxes + mixing + enter + leave + partial) / Lanes;
    }

    private static int Sum(BigInteger[] factors, BigInteger most) =>
        factors.Sum(factor => PoseidonIfmaTables.Split(factor).Length * Row) + Reduction52.ShiftsFor(most).Sum(Step);

    /// <summary>The quotient, and its product with a multiple of r.</summary>
    private static int Step(int shift) => 1 + (2 * (Reduction52.LimbsAfter(shift) - (shift / Radix52.Bits))) - 1;
}
