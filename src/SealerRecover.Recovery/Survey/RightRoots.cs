using System.Collections.Immutable;
using Filecoin.Cryptography;
using Filecoin.Primitives;
using Filecoin.Sealing.Trees;

namespace SealerRecover.Recovery.Survey;

/// <summary>Which of several copies' roots are the right ones: those that together make comm_r_last, one of each base tree, of whichever copy.</summary>
internal static class RightRoots
{
    /// <summary>Joins tried; a sector rarely has more than one candidate for each base tree.</summary>
    private const int MostTries = 4096;

    /// <summary>The roots of all base trees; null if none of the candidates make comm_r_last.</summary>
    /// <param name="shape">The sector's shape.</param>
    /// <param name="candidates">For each base tree.</param>
    /// <param name="commRLast">What they have to make.</param>
    /// <param name="kernel">Name of the Poseidon kernel; null for the best.</param>
    public static ImmutableArray<Bytes32>? Find(
        TreeShape shape, IReadOnlyList<IReadOnlyList<Bytes32>> candidates, Bytes32 commRLast, string? kernel)
    {
        if (candidates.Any(roots => roots.Count == 0))
        {
            return null;
        }

        int[] choice = new int[candidates.Count];
        for (int tries = 0; tries < MostTries; tries++)
        {
            ImmutableArray<Bytes32> roots = [.. candidates.Select((all, tree) => all[choice[tree]])];
            if (TreeRoots.Join(shape, roots, kernel) == commRLast)
            {
                return roots;
            }

            int digit = 0;
            while (digit < choice.Length && ++choice[digit] == candidates[digit].Count)
            {
                choice[digit++] = 0;
            }

            if (digit == choice.Length)
            {
                return null;
            }
        }

        return null;
    }
}
