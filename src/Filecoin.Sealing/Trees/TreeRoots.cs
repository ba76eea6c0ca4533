using Filecoin.Cryptography;
using Filecoin.Cryptography.Kernels.Poseidon;
using Filecoin.Primitives;

namespace Filecoin.Sealing.Trees;

/// <summary>Joins the roots of a sector's base trees as its shape says.</summary>
internal static class TreeRoots
{
    /// <summary>The root over <paramref name="baseRoots"/>, in order.</summary>
    public static Bytes32 Join(TreeShape shape, IReadOnlyList<Bytes32> baseRoots, string? kernel)
    {
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
