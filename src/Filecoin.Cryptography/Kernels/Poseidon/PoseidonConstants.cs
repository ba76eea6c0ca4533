using System.Collections.Concurrent;
using Filecoin.Cryptography.Fields;

namespace Filecoin.Cryptography.Kernels.Poseidon;

/// <summary>
/// Poseidon over Fr as Filecoin uses it (neptune, Strength::Standard, HashType::MerkleTree): S-box x^5, width t = arity + 1,
/// first state element 2^arity - 1, digest in the second element. Constants are computed once per arity, in a few milliseconds.
/// </summary>
/// <remarks>
/// The permutation is R_F/2 full rounds, R_P partial rounds, R_F/2 full rounds; a round adds constants, applies the S-box (to all elements
/// or to the first) and multiplies by the MDS matrix M. Because linear layers commute with constants, the constants of all rounds but
/// the first can be pushed backwards through M and added right after an S-box instead; in partial rounds only the first element's part has
/// to stay, the rest moves on to the round before. And because a partial round's S-box leaves all but the first element alone,
/// M = M'·M'' where M'' is sparse (dense first row and column, identity inside) and M' keeps the first element: M' commutes with the
/// S-box layer and is absorbed by the round before. What is left: per partial round one S-box, one addition, one sparse matrix.
/// </remarks>
internal sealed class PoseidonConstants
{
    private const int FieldBits = 255;
    private static readonly ConcurrentDictionary<int, Lazy<PoseidonConstants>> ByArity = new();

    private PoseidonConstants(int arity)
    {
        Arity = arity;
        Width = arity + 1;
        PartialRounds = PartialRoundsFor(arity);
        DomainTag = Fr.FromUInt64((1UL << arity) - 1);
        RoundConstants = new Fr[(FullRounds + PartialRounds) * Width];
        GrainLfsr grain = new(FieldBits, Width, FullRounds, PartialRounds);
        for (int i = 0; i < RoundConstants.Length; i++)
        {
            RoundConstants[i] = grain.NextElement();
        }

        Mds = FrMatrix.Cauchy(Width);
        CompressedConstants = Compress();
        (PreSparse, Sparse) = FactorPartialRounds();
    }

    /// <summary>R_F, the number of full rounds.</summary>
    public static int FullRounds => 8;

    public int Arity { get; }

    /// <summary>t, the number of elements of the state.</summary>
    public int Width { get; }

    /// <summary>R_P.</summary>
    public int PartialRounds { get; }

    public Fr DomainTag { get; }

    /// <summary>The constants as drawn, t a round: what the textbook permutation adds.</summary>
    public Fr[] RoundConstants { get; }

    /// <summary>M, symmetric.</summary>
    public Fr[,] Mds { get; }

    /// <summary>
    /// t before the first round; t after the S-boxes of each of the first four full rounds; one after each partial S-box; t after the S-boxes
    /// of each of the last full rounds but the very last.
    /// </summary>
    public Fr[] CompressedConstants { get; }

    /// <summary>Replaces M in the last full round before the partial ones; applied to the state as a row vector.</summary>
    public Fr[,] PreSparse { get; }

    /// <summary>
    /// Per partial round 2t - 1 elements: the t of the first column (dot product with the state gives the new first element), then the
    /// t - 1 of the first row (times the old first element, added to the others).
    /// </summary>
    public Fr[] Sparse { get; }

    /// <summary>The constants for <paramref name="arity"/>: 2, 4, 8 or 11.</summary>
    public static PoseidonConstants For(int arity) =>
        ByArity.GetOrAdd(arity, static a => new Lazy<PoseidonConstants>(() => new PoseidonConstants(a))).Value;

    // neptune round_numbers.rs: the cheapest secure number for 128 bits plus its margin of 7.5 %, rounded up.
    private static int PartialRoundsFor(int arity) => arity switch
    {
        2 => 55,
        4 => 56,
        8 => 57,
        11 => 57,
        _ => throw new ArgumentOutOfRangeException(nameof(arity), arity, "Poseidon is defined here for arities 2, 4, 8 and 11"),
    };

    private Fr[] Compress()
    {
        int half = FullRounds / 2;
        Fr[,] inverse = FrMatrix.Invert(Mds);
        List<Fr> result = [.. Round(0)];
        for (int round = 1; round < half; round++)
        {
            result.AddRange(FrMatrix.Apply(inverse, Round(round)));
        }

        // Backwards through the partial rounds: what M^-1 leaves in the first element stays, the rest joins the round before.
        Fr[] partial = new Fr[PartialRounds];
        Fr[] pushed = Round(half + PartialRounds).ToArray();
        for (int i = PartialRounds - 1; i >= 0; i--)
        {
            pushed = FrMatrix.Apply(inverse, pushed);
            partial[i] = pushed[0];
            pushed[0] = Fr.Zero;
            ReadOnlySpan<Fr> constants = Round(half + i);
            for (int k = 0; k < Width; k++)
            {
                pushed[k] += constants[k];
            }
        }

        result.AddRange(FrMatrix.Apply(inverse, pushed));
        result.AddRange(partial);
        for (int round = half + PartialRounds + 1; round < FullRounds + PartialRounds; round++)
        {
            result.AddRange(FrMatrix.Apply(inverse, Round(round)));
        }

        return [.. result];
    }

    private ReadOnlySpan<Fr> Round(int round) => RoundConstants.AsSpan(round * Width, Width);

    private (Fr[,] PreSparse, Fr[] Sparse) FactorPartialRounds()
    {
        int stride = (2 * Width) - 1;
        Fr[] sparse = new Fr[PartialRounds * stride];
        Fr[,] current = Mds;

        // From the last partial round to the first: current = M'·M''; M'' stays, M·M' is what the round before has to factor.
        for (int round = PartialRounds - 1; round >= 0; round--)
        {
            Span<Fr> row = sparse.AsSpan(round * stride, stride);
            Fr[] firstColumn = new Fr[Width - 1];
            for (int i = 1; i < Width; i++)
            {
                firstColumn[i - 1] = current[i, 0];
                row[Width + i - 1] = current[0, i];
            }

            row[0] = current[0, 0];
            FrMatrix.Apply(FrMatrix.Invert(FrMatrix.Minor(current)), firstColumn).CopyTo(row[1..]);

            Fr[,] prime = (Fr[,])current.Clone();
            prime[0, 0] = Fr.One;
            for (int i = 1; i < Width; i++)
            {
                prime[0, i] = Fr.Zero;
                prime[i, 0] = Fr.Zero;
            }

            current = FrMatrix.Multiply(Mds, prime);
        }

        return (current, sparse);
    }
}
