using Filecoin.Primitives;
using Filecoin.Sealing.Files;
using Filecoin.Sealing.Trees;

namespace Filecoin.Sealing.Proofs;

/// <summary>
/// Which stretches of a sector's files a prover of window PoSt has to read, each once, in the order of need: for who wants to know how long
/// that takes. Those of rust-fil-proofs need the same bytes: the rows that were discarded are made of the replica, the others read.
/// </summary>
public static class ChallengeReads
{
    /// <summary>What is read before the first challenge: p_aux, and the root of each base tree.</summary>
    /// <param name="files">The sector's files.</param>
    /// <param name="porep">Size and shape.</param>
    /// <param name="rowsToDiscard">Rows that tree_r_last files lack, as asked for; null for the default.</param>
    public static IReadOnlyList<FileStretch> BeforeAll(ReplicaFiles files, PorepParameters porep, int? rowsToDiscard)
    {
        ArgumentNullException.ThrowIfNull(files);
        BaseTreeLayout layout = BaseTreeLayout.For(porep);
        int lowest = layout.LowestRowOfTreeRLast(rowsToDiscard);
        return [new FileStretch(files.PAux, 0, PAuxFile.Length), .. files.TreeRLast.Select(path => Nodes(path, layout, lowest, layout.Height, 0, 1))];
    }

    /// <summary>
    /// What is read of one challenged node: the replica beneath its ancestor in the lowest row that is kept (16 KiB of a 32GiB sector with two
    /// rows discarded), and of each kept row the eight nodes among which its ancestor is.
    /// </summary>
    /// <param name="files">The sector's files.</param>
    /// <param name="porep">Size and shape.</param>
    /// <param name="rowsToDiscard">Rows that tree_r_last files lack, as asked for; null for the default.</param>
    /// <param name="leaf">The node, counted over the sector.</param>
    public static IReadOnlyList<FileStretch> Of(ReplicaFiles files, PorepParameters porep, int? rowsToDiscard, long leaf)
    {
        ArgumentNullException.ThrowIfNull(files);
        BaseTreeLayout layout = BaseTreeLayout.For(porep);
        int lowest = layout.LowestRowOfTreeRLast(rowsToDiscard);
        (long tree, long node) = Math.DivRem(leaf, layout.Leaves);
        string path = files.TreeRLast[(int)tree];
        long under = layout.Leaves / layout.RowNodes(lowest);
        List<FileStretch> reads = [new(files.Replica, leaf / under * under * SectorSize.NodeBytes, checked((int)(under * SectorSize.NodeBytes)))];
        for (int row = lowest; row < layout.Height; row++)
        {
            reads.Add(Nodes(path, layout, lowest, row, node / (layout.Leaves / layout.RowNodes(row)) / TreeShape.BaseArity * TreeShape.BaseArity, TreeShape.BaseArity));
        }

        return reads;
    }

    private static FileStretch Nodes(string path, BaseTreeLayout layout, int lowest, int row, long first, int count) =>
        new(path, (layout.NodesBefore(lowest, row) + first) * SectorSize.NodeBytes, count * SectorSize.NodeBytes);
}
