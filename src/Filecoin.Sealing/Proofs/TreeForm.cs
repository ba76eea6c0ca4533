using System.Collections.Immutable;
using Filecoin.Cryptography.Kernels.Poseidon;
using Filecoin.Cryptography.Kernels.Sha256;
using Filecoin.Primitives;
using Filecoin.Sealing.Trees;

namespace Filecoin.Sealing.Proofs;

/// <summary>What a tree over a sector's nodes looks like and how its nodes are hashed. Immutable; safe from any number of threads.</summary>
internal sealed class TreeForm
{
    private readonly string? _kernel;
    private readonly TwoToOneHash? _sha256;

    private TreeForm(TreeShape shape, ImmutableArray<int> arities, string? kernel, TwoToOneHash? sha256)
    {
        Shape = shape;
        Arities = arities;
        _kernel = kernel;
        _sha256 = sha256;
    }

    /// <summary>How it is put together from base trees.</summary>
    public TreeShape Shape { get; }

    /// <summary>Children of a node in each row above the leaves, from the bottom: base tree, then sub-tree and top tree if there are any.</summary>
    public ImmutableArray<int> Arities { get; }

    /// <summary>The form of tree_c and tree_r_last: 8-ary Poseidon base trees, joined as the sector's shape says.</summary>
    /// <param name="porep">Size and shape.</param>
    /// <param name="kernel">Name of the Poseidon kernel; null for the best on this machine.</param>
    public static TreeForm Poseidon(PorepParameters porep, string? kernel = null)
    {
        ArgumentNullException.ThrowIfNull(porep);
        int[] above = [.. new[] { porep.Shape.SubTreeArity, porep.Shape.TopTreeArity }.Where(arity => arity > 0)];
        return new TreeForm(
            porep.Shape, [.. Enumerable.Repeat(TreeShape.BaseArity, BaseTreeLayout.For(porep).Height), .. above], kernel, sha256: null);
    }

    /// <summary>The form of tree_d: one binary tree of SHA-256, two bits of every inner node cleared.</summary>
    /// <param name="size">Sector size.</param>
    /// <param name="kernel">Name of the two-to-one hash; null for the best on this machine.</param>
    public static TreeForm Data(SectorSize size, string? kernel = null) =>
        new(default, [.. Enumerable.Repeat(2, (int)long.Log2(size.Nodes))], null, TwoToOneHash.Create(kernel));

    /// <summary>Hashes consecutive groups of children.</summary>
    /// <param name="arity">Children in a group.</param>
    /// <param name="children">n x arity x 32 bytes.</param>
    /// <param name="parents">Receives n x 32 bytes; may not overlap the children.</param>
    internal void HashMany(int arity, ReadOnlySpan<byte> children, Span<byte> parents)
    {
        if (_sha256 is not null)
        {
            _sha256.HashMany(children, parents);
        }
        else
        {
            PoseidonKernel.Create(arity, _kernel).HashMany(children, parents);
        }
    }
}
