using Filecoin.Primitives;

namespace Filecoin.Sealing.Trees;

/// <summary>
/// Rows of one 8-ary base tree. Row 0 are the leaves, row <see cref="Height"/> is the root; a file holds rows from some lowest one upwards, one
/// after the other, each from left to right (merkletree's DiskStore and LevelCacheStore).
/// </summary>
/// <param name="Leaves">Leaves: a power of eight.</param>
public readonly record struct BaseTreeLayout(long Leaves)
{
    /// <summary>Rows of tree_r_last that rust-fil-proofs discards unless told otherwise (settings.rs, DEFAULT_ROWS_TO_DISCARD).</summary>
    public const int DefaultRowsToDiscard = 2;

    private const int ArityShift = 3;

    /// <summary>Row number of the root.</summary>
    public int Height => System.Numerics.BitOperations.Log2((ulong)Leaves) / ArityShift;

    /// <summary>Nodes in all rows.</summary>
    public long TotalNodes => NodesFrom(0);

    /// <summary>The base trees of a sector.</summary>
    public static BaseTreeLayout For(PorepParameters porep)
    {
        ArgumentNullException.ThrowIfNull(porep);
        return new BaseTreeLayout(porep.Nodes / porep.Shape.BaseTrees);
    }

    /// <summary>Nodes in one row.</summary>
    public long RowNodes(int row) => Leaves >> (ArityShift * row);

    /// <summary>Nodes in <paramref name="lowestRow"/> and all rows above.</summary>
    public long NodesFrom(int lowestRow)
    {
        long nodes = 0;
        for (int row = lowestRow; row <= Height; row++)
        {
            nodes += RowNodes(row);
        }

        return nodes;
    }

    /// <summary>Nodes that stand before <paramref name="row"/> in a file that begins with <paramref name="lowestRow"/>.</summary>
    public long NodesBefore(int lowestRow, int row) => NodesFrom(lowestRow) - NodesFrom(row);

    /// <summary>The lowest row of a tree_r_last file of this length: leaves are never in it. Null if none would be so long.</summary>
    /// <param name="length">In bytes.</param>
    public int? LowestRowOfFile(long length)
    {
        for (int row = 1; row <= Height; row++)
        {
            if (NodesFrom(row) * SectorSize.NodeBytes == length)
            {
                return row;
            }
        }

        return null;
    }

    /// <summary>
    /// How many rows tree_r_last really discards, leaves not counted: what is asked for, but at most as many as leave the root; and where
    /// there is a single row between leaves and root, always that one (rust-fil-proofs util.rs, default_rows_to_discard).
    /// </summary>
    public int RowsDiscarded(int? requested) =>
        Height == 2 ? 1 : Math.Clamp(requested ?? DefaultRowsToDiscard, 0, Math.Max(0, Height - 1));

    /// <summary>Lowest row stored in a tree_r_last file: neither leaves nor discarded rows.</summary>
    public int LowestRowOfTreeRLast(int? requested) => RowsDiscarded(requested) + 1;
}
