using Filecoin.Primitives;
using Filecoin.Sealing.Memory;
using Filecoin.Sealing.Pieces;
using Filecoin.Sealing.Trees;

namespace Filecoin.Sealing.Proofs;

/// <summary>
/// One base tree of tree_r_last: its leaves are the replica, the rows that were discarded are made again from it where they are needed,
/// the others are read. The replica belongs to the caller.
/// </summary>
/// <param name="replica">The whole replica.</param>
/// <param name="tree">Which base tree, from 0.</param>
/// <param name="layout">Its rows.</param>
/// <param name="form">How its nodes are hashed.</param>
/// <param name="stored">The rows that were kept.</param>
internal sealed class ReplicaRows(ISectorData replica, int tree, BaseTreeLayout layout, TreeForm form, StoredRows stored) : BaseTreeRows
{
    /// <summary>Leaves that are reduced in memory at once; what lies under more of them is put together from parts.</summary>
    private const long MostLeaves = 1 << 15;

    public override int Height => layout.Height;

    /// <summary>The rows that were kept.</summary>
    public StoredRows Stored => stored;

    public override void Read(int row, long firstNode, Span<byte> nodes)
    {
        if (row >= stored.LowestRow)
        {
            stored.Read(row, firstNode, nodes);
        }
        else
        {
            Rebuild(row, firstNode, nodes);
        }
    }

    /// <summary>Makes nodes of a row from the replica, whatever is stored.</summary>
    /// <param name="row">Any row.</param>
    /// <param name="firstNode">Index in the row; in row 0, of a group of children.</param>
    /// <param name="nodes">Receives them; in row 0 whole groups of children.</param>
    /// <param name="leaves">Shown the leaves with the index of the first one in the replica; null for nobody.</param>
    public void Rebuild(int row, long firstNode, Span<byte> nodes, SeenLeaves? leaves = null)
    {
        long under = layout.Leaves / layout.RowNodes(row);
        long count = nodes.Length / SectorSize.NodeBytes;
        if (under * count > MostLeaves && row > 0)
        {
            RebuildInParts(row, firstNode, nodes, leaves);
            return;
        }

        using NativeBuffer memory = new(2 * under * nodes.Length);
        Span<byte> current = memory.Slice(0, (int)(under * nodes.Length));
        Span<byte> spare = memory.Slice(current.Length, current.Length);
        long firstLeaf = (tree * layout.Leaves) + (firstNode * under);
        replica.Read(firstLeaf * SectorSize.NodeBytes, current);
        leaves?.Invoke(firstLeaf, current);
        for (int level = 0; level < row; level++)
        {
            Span<byte> above = spare[..(current.Length / TreeShape.BaseArity)];
            form.HashMany(TreeShape.BaseArity, current, above);
            spare = current;
            current = above;
        }

        current.CopyTo(nodes);
    }

    public override void Dispose() => stored.Dispose();

    private void RebuildInParts(int row, long firstNode, Span<byte> nodes, SeenLeaves? leaves)
    {
        Span<byte> children = stackalloc byte[TreeShape.BaseArity * SectorSize.NodeBytes];
        for (int i = 0; i < nodes.Length / SectorSize.NodeBytes; i++)
        {
            Rebuild(row - 1, (firstNode + i) * TreeShape.BaseArity, children, leaves);
            form.HashMany(TreeShape.BaseArity, children, nodes.Slice(i * SectorSize.NodeBytes, SectorSize.NodeBytes));
        }
    }

    /// <summary>Is shown leaves.</summary>
    /// <param name="firstLeaf">Index of the first in the replica.</param>
    /// <param name="nodes">The leaves.</param>
    internal delegate void SeenLeaves(long firstLeaf, ReadOnlySpan<byte> nodes);
}
