using System.Collections.Immutable;
using Filecoin.Cryptography;
using Filecoin.Primitives;

namespace Filecoin.Sealing.Proofs;

/// <summary>One step of the way from a leaf to the root (storage-proofs-core merkle/proof.rs, PathElement).</summary>
/// <param name="Hashes">The other nodes under the same parent, from left to right: one less than the arity.</param>
/// <param name="Index">How many of them stand left of the node the way comes from.</param>
internal sealed record PathElement(ImmutableArray<Bytes32> Hashes, int Index)
{
    /// <summary>Children of the parent.</summary>
    public int Arity => Hashes.Length + 1;
}

/// <summary>
/// That a node stands at a place in a tree with some root. The way leads through the base tree, then, where the shape has them, one step
/// each through sub-tree and top tree.
/// </summary>
/// <param name="Shape">How the tree is put together from base trees; that of tree_d is a single base tree.</param>
/// <param name="Leaf">The node: little-endian field element.</param>
/// <param name="Root">The tree's root.</param>
/// <param name="Path">The steps, from the leaf up.</param>
internal sealed record InclusionProof(TreeShape Shape, Bytes32 Leaf, Bytes32 Root, ImmutableArray<PathElement> Path)
{
    /// <summary>The steps through the base tree.</summary>
    public ImmutableArray<PathElement> BasePath => Path[..^StepsAbove];

    /// <summary>The step from base trees to their sub-tree's root; empty without sub-trees.</summary>
    public ImmutableArray<PathElement> SubPath => Shape.SubTreeArity > 0 ? [Path[^StepsAbove]] : [];

    /// <summary>The step from sub-trees to the top; empty without a top tree.</summary>
    public ImmutableArray<PathElement> TopPath => Shape.TopTreeArity > 0 ? [Path[^1]] : [];

    /// <summary>The place the way begins at, counted over all base trees.</summary>
    public long LeafIndex
    {
        get
        {
            long index = 0;
            for (int i = Path.Length - 1; i >= 0; i--)
            {
                index = (index * Path[i].Arity) + Path[i].Index;
            }

            return index;
        }
    }

    private int StepsAbove => (Shape.SubTreeArity > 0 ? 1 : 0) + (Shape.TopTreeArity > 0 ? 1 : 0);
}
