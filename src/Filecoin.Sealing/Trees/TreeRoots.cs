using Filecoin.Cryptography;
using Filecoin.Cryptography.Kernels.Poseidon;
using Filecoin.Primitives;

namespace Filecoin.Sealing.Trees;

/// <summary>Joins the roots of a sector's base trees as its shape says.</summary>
public static class TreeRoots
{
    /// <summary>The root over <paramref name="baseRoots"/>, in order: comm_c or comm_r_last.</summary>
    /// <param name="shape">The sector's shape.</param>
    /// <param name="baseRoots">One for each base tree.</param>
    /// <param name="kernel">Name of the Poseidon kernel; null for the best on this machine.</param>
    public static Bytes32 Join(TreeShape shape, IReadOnlyList<Bytes32> baseRoots, string? kernel)
    {
        ArgumentNullException.ThrowIfNull(baseRoots);
        ArgumentOutOfRangeException.ThrowIfNotEqual(baseRoots.Count, shape.BaseTrees, nameof(baseRoots));
        IReadOnlyList<Bytes32> roots = baseRoots;
        foreach (int arity in new[] { shape.SubTreeArity, shape.TopTreeArity })
        {
            if (arity > 0)
            {
                PoseidonKernel poseidon = PoseidonKernel.Create(arity, kernel);
                roots = [.. roots.Chunk(arity).Select(group => poseidon.Hash([.. group.SelectMany(root => root.ToArray())]))];
            }
        }

        return roots.Single();
    }
}
