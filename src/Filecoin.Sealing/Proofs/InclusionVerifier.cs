using System.Collections.Immutable;
using Filecoin.Cryptography;
using Filecoin.Primitives;

namespace Filecoin.Sealing.Proofs;

/// <summary>What is wrong with an inclusion proof.</summary>
internal enum InclusionFault
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>It has not the steps that a proof in this tree has.</summary>
    Form,

    /// <summary>It is about another leaf.</summary>
    Leaf,

    /// <summary>A node is no field element: not below r.</summary>
    FieldElement,

    /// <summary>The nodes do not hash to the root it names.</summary>
    Path,

    /// <summary>The root it names is another.</summary>
    Root,
}

/// <summary>Checks inclusion proofs. Knows nothing of files.</summary>
internal static class InclusionVerifier
{
    /// <summary>The first thing wrong with a proof.</summary>
    /// <param name="form">The tree.</param>
    /// <param name="proof">The proof.</param>
    /// <param name="leaf">The leaf it should be about.</param>
    /// <param name="root">The root the tree has.</param>
    public static InclusionFault Check(TreeForm form, InclusionProof proof, long leaf, Bytes32 root)
    {
        ArgumentNullException.ThrowIfNull(form);
        ArgumentNullException.ThrowIfNull(proof);
        if (proof.Shape != form.Shape
            || !proof.Path.Select(element => element.Arity).SequenceEqual(form.Arities)
            || proof.Path.Any(element => element.Index < 0 || element.Index >= element.Arity))
        {
            return InclusionFault.Form;
        }

        return proof.LeafIndex != leaf ? InclusionFault.Leaf
            : !FieldNodes.Is(proof.Leaf) || proof.Path.Any(element => !element.Hashes.All(FieldNodes.Is)) ? InclusionFault.FieldElement
            : RootOf(form, proof.Leaf, proof.Path) != proof.Root ? InclusionFault.Path
            : proof.Root != root ? InclusionFault.Root
            : InclusionFault.None;
    }

    private static Bytes32 RootOf(TreeForm form, Bytes32 leaf, ImmutableArray<PathElement> path)
    {
        Span<byte> children = stackalloc byte[TreeShape.BaseArity * SectorSize.NodeBytes];
        Span<byte> node = stackalloc byte[SectorSize.NodeBytes];
        leaf.CopyTo(node);
        foreach (PathElement element in path)
        {
            for (int i = 0; i < element.Arity; i++)
            {
                Span<byte> child = children.Slice(i * SectorSize.NodeBytes, SectorSize.NodeBytes);
                if (i == element.Index)
                {
                    node.CopyTo(child);
                }
                else
                {
                    element.Hashes[i < element.Index ? i : i - 1].CopyTo(child);
                }
            }

            form.HashMany(element.Arity, children[..(element.Arity * SectorSize.NodeBytes)], node);
        }

        return new Bytes32(node);
    }
}
