using System.Collections.Immutable;
using Filecoin.Cryptography;
using Filecoin.Sealing.Labeling.Kernels;

namespace Filecoin.Sealing.Proofs;

/// <summary>A node's labels in all layers, and that their hash stands in tree_c.</summary>
/// <param name="Node">The node.</param>
/// <param name="Rows">Its labels, layer 1 first.</param>
/// <param name="Inclusion">The column's hash in tree_c.</param>
internal sealed record ColumnProof(uint Node, ImmutableArray<Bytes32> Rows, InclusionProof Inclusion);

/// <summary>
/// The opening of one challenged node (stacked::Proof): the data's node, the replica's node, and the columns that its labels can be made
/// again from.
/// </summary>
/// <param name="Data">The data's node in tree_d.</param>
/// <param name="Replica">The replica's node in tree_r_last.</param>
/// <param name="Column">The node's own labels.</param>
/// <param name="BaseParents">The columns of its six base parents.</param>
/// <param name="ExpanderParents">The columns of its eight expander parents.</param>
internal sealed record PorepVanillaProof(
    InclusionProof Data,
    InclusionProof Replica,
    ColumnProof Column,
    ImmutableArray<ColumnProof> BaseParents,
    ImmutableArray<ColumnProof> ExpanderParents)
{
    /// <summary>The challenged node.</summary>
    public uint Node => Column.Node;

    /// <summary>Layers of the sector.</summary>
    public int Layers => Column.Rows.Length;

    /// <summary>The 37 labels that the node's label in a layer is the hash of; layers counted from 1.</summary>
    public ImmutableArray<Bytes32> LabelParents(int layer)
    {
        Bytes32[] distinct =
        [
            .. BaseParents.Select(parent => parent.Rows[layer - 1]),
            .. layer == 1 ? [] : ExpanderParents.Select(parent => parent.Rows[layer - 2]),
        ];
        return [.. Enumerable.Range(0, LabelMessage.Parents).Select(i => distinct[i % distinct.Length])];
    }
}
