using System.Numerics;
using Filecoin.Cryptography.Kernels.Poseidon;
using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;

namespace Filecoin.Benchmarks.Bounds;

/// <summary>
/// How many 52-bit multiply-adds (low or high half, eight lanes each) the IFMA kernel executes, and how many products of 51-bit limbs (both
/// halves, all lanes) an FMA kernel, from their structure: see PoseidonIfmaEmitter and PoseidonFmaEmitter, whose members these mirror.
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

    /// <summary>Split products for one hash, a half counting as one half, by an FMA kernel of so many lanes.</summary>
    public static double Products(int arity, int lanes)
    {
        PoseidonFmaTables tables = new(PoseidonConstants.For(arity), lanes);
        FmaVectors vectors = new(lanes * sizeof(double));
        PoseidonFmaPartialRound round = new(
            vectors, new PoseidonFmaField(vectors, tables), new PoseidonFmaReduction(vectors, tables), tables, 0, new FmaBound(0.501), rdx, r8, rax);

        // Both halves of a product are one fused multiply-add each; of these a round has a handful for quotients, too.
        double partial = round.Phases.Sum(phase => phase.Count(instruction => instruction.Mnemonic
            is Mnemonic.Vfnmadd213pd or Mnemonic.Vfmadd231pd)) / 2.0;
        const int product = Limbs * Limbs, square = Limbs * (Limbs + 1) / 2;
        const double ofProduct = 24, ofRow = 29, ofLimb = 4.5;
        int width = arity + 1;
        double full = PoseidonConstants.FullRounds * width * ((2 * square) + product + (3 * ofProduct));
        double mixing = ((6 * width) + 1) * ((width * Limbs) + ofLimb);
        double enter = width * ((width * product) + ofRow);
        double leave = product + ofRow + (arity * ((arity * product) + ofRow));
        return (full + mixing + enter + leave + (arity * Limbs) + (tables.Recurrence.PartialRounds * partial)) / lanes;
    }

    private static int Sum(BigInteger[] factors, BigInteger most) =>
        factors.Sum(factor => PoseidonIfmaTables.Split(factor).Length * Row) + Reduction52.ShiftsFor(most).Sum(Step);

    /// <summary>The quotient, and its product with a multiple of r.</summary>
    private static int Step(int shift) => 1 + (2 * (Reduction52.LimbsAfter(shift) - (shift / Radix52.Bits))) - 1;
}
