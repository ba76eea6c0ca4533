using Filecoin.Cryptography;
using Filecoin.Primitives;
using Filecoin.Sealing.Trees;

namespace SealerRecover.Recovery.Survey;

/// <summary>A copy of one base tree's tree_r_last file, with what its rows say about each other.</summary>
/// <param name="Tree">Which base tree, from 0.</param>
/// <param name="Path">Where.</param>
/// <param name="Look">What its length says, or why it cannot be read.</param>
/// <param name="Rows">What its rows say; null where it could not be read.</param>
internal sealed record TreeCopy(int Tree, string Path, FileState Look, RowContradictions? Rows)
{
    private const string Contradiction = "its rows contradict each other";
    private const string OtherRoot = "its root is not the one that makes comm_r_last";

    /// <summary>The rows themselves, where they are wanted once more: to be disposed. Null where they are not.</summary>
    public KeptRows? Stored { get; init; }

    /// <summary>The roots it may stand for.</summary>
    public IEnumerable<Bytes32> Roots => Rows is null ? [] : [Rows.StoredRoot, Rows.ComputedRoot];

    /// <summary>Whether neither of its roots is the right one: then nothing in it says anything about the replica.</summary>
    /// <param name="root">The right root; null if that is not known.</param>
    public bool IsAnothers(Bytes32? root) => root is not null && Rows is not null && !Roots.Contains(root.Value);

    /// <summary>How it is.</summary>
    /// <param name="tree">The shape of its tree.</param>
    /// <param name="root">The right root; null if that is not known.</param>
    /// <param name="depth">How far the right root is known.</param>
    public FileState Given(KeptTree tree, Bytes32? root, CheckDepth depth)
    {
        if (Rows is null)
        {
            return Look;
        }

        int height = tree.Layout.Height;
        List<NodeRange> damaged = [.. Rows.Damaged];
        bool storedIsRight = root is null || Rows.StoredRoot == root;
        if (IsAnothers(root))
        {
            return new Damaged(tree.RangesOf(Tree, tree.All), OtherRoot);
        }

        if (!storedIsRight || (root is null && Rows.RootInDoubt))
        {
            damaged.Add(new NodeRange(height, 0, 1));
        }

        if (Rows.RootInDoubt && storedIsRight)
        {
            damaged.Add(new NodeRange(height - 1, 0, TreeShape.BaseArity));
        }

        return damaged.Count > 0
            ? new Damaged(tree.RangesOf(Tree, NodeRange.Join(damaged)), Contradiction)
            : new Good(root is null ? CheckDepth.Consistent : depth);
    }
}

/// <summary>The part of a base tree that a tree_r_last file keeps, and where it and the replica beneath it are.</summary>
/// <param name="Layout">The base tree.</param>
/// <param name="LowestRow">Lowest row kept.</param>
internal readonly record struct KeptTree(BaseTreeLayout Layout, int LowestRow)
{
    /// <summary>Length of a file.</summary>
    public long FileLength => KeptRows.Length(Layout, LowestRow);

    /// <summary>Bytes of the replica beneath one base tree.</summary>
    public long ReplicaBytes => Layout.Leaves * SectorSize.NodeBytes;

    /// <summary>Bytes of the replica beneath one node of the lowest row.</summary>
    public long BytesBeneath => ReplicaBytes / Layout.RowNodes(LowestRow);

    /// <summary>All nodes kept.</summary>
    public IReadOnlyList<NodeRange> All
    {
        get
        {
            BaseTreeLayout layout = Layout;
            return [.. Enumerable.Range(LowestRow, layout.Height - LowestRow + 1).Select(row => new NodeRange(row, 0, layout.RowNodes(row)))];
        }
    }

    /// <summary>Where nodes are in the file of a base tree, and what of the replica lies beneath them.</summary>
    public IReadOnlyList<DamagedRange> RangesOf(int tree, IEnumerable<NodeRange> nodes)
    {
        List<DamagedRange> ranges = [];
        foreach (NodeRange range in nodes)
        {
            long offset = (Layout.NodesBefore(LowestRow, range.Row) + range.First) * SectorSize.NodeBytes;
            long beneath = ReplicaBytes / Layout.RowNodes(range.Row);
            ranges.Add(new DamagedRange(
                offset,
                range.Count * SectorSize.NodeBytes,
                range,
                new ByteRange((tree * ReplicaBytes) + (range.First * beneath), range.Count * beneath)));
        }

        return ranges;
    }
}
