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
    private const int Product = 2 * Limbs * Limbs;
    private const int Square = Limbs * (Limbs + 1);
    private const int Reduction = Limbs * (1 + (2 * Limbs));
    private const int SBox = (2 * (Square + Reduction)) + Product + Reduction;
    private const int RoundsBetweenReductions = 8;

    /// <summary>For one hash.</summary>
    public static double MultiplyAdds(int arity)
    {
        PoseidonConstants constants = PoseidonConstants.For(arity);
        int width = constants.Width;
        int row = (width * Product) + Reduction;
        int step = Product + Reduction;
        int input = arity * step;
        int fullSBoxes = PoseidonConstants.FullRounds * width * SBox;

        // The last full round needs one row, and its result leaves Montgomery form.
        int dense = ((PoseidonConstants.FullRounds - 1) * width * row) + row + step;
        int partial = constants.PartialRounds * (SBox + row + (arity * step));
        int keptSmall = (constants.PartialRounds + RoundsBetweenReductions - 1) / RoundsBetweenReductions * arity * step;
        return (double)(input + fullSBoxes + dense + partial + keptSmall) / Lanes;
    }
}
