using System.Collections.Concurrent;
using Filecoin.Cryptography.Fields;

namespace Filecoin.Cryptography.Kernels.Poseidon;

/// <summary>
/// Poseidon over Fr as Filecoin uses it (neptune, Strength::Standard, HashType::MerkleTree): S-box x^5, width t = arity + 1,
/// first state element 2^arity - 1, digest in the second element. Constants are computed once per arity, in a few milliseconds.
/// </summary>
/// <remarks>
/// The permutation is R_F/2 full rounds, R_P partial rounds, R_F/2 full rounds; a round adds constants, applies the S-box (to all elements
/// or to the first) and multiplies by the MDS matrix M. <see cref="PoseidonRecurrence"/> rearranges it.
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
}
