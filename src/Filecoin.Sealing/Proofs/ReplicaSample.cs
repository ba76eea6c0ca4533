using System.Globalization;
using Filecoin.Cryptography;
using Filecoin.Primitives;
using Filecoin.Sealing.Files;
using Filecoin.Sealing.Pieces;
using Filecoin.Sealing.Replica;
using Filecoin.Sealing.Trees;

namespace Filecoin.Sealing.Proofs;

/// <summary>
/// Looks at some nodes of a replica as a proof of space-time does, but says at which step the way to CommR breaks: between the replica and
/// the stored rows of tree_r_last, within the rows, between them and p_aux, or between p_aux and CommR. A few hundred hashes a node; that
/// nodes which were not looked at are right does not follow.
/// </summary>
public static class ReplicaSample
{
    /// <summary>What is wrong; nothing if every leaf leads to <paramref name="expected"/>. One fault at most for each leaf.</summary>
    /// <param name="replica">The sealed or updated sector.</param>
    /// <param name="cacheFolder">Where its p_aux and tree_r_last are.</param>
    /// <param name="porep">Size and shape.</param>
    /// <param name="expected">The sector's CommR.</param>
    /// <param name="leaves">Nodes to look at, as <see cref="WindowPost.Challenges"/> draws them from any 32 bytes.</param>
    /// <param name="threads">Leaves looked at side by side.</param>
    /// <param name="progress">Told how many leaves are done; may be null.</param>
    /// <param name="cancellation">Stops between leaves.</param>
    /// <param name="poseidonKernel">Name of the kernel; null for the best on this machine.</param>
    /// <exception cref="OperatorException">Storage: a file is missing, unreadable or has an impossible length.</exception>
    public static IReadOnlyList<ProofFault> Check(
        ISectorData replica,
        string cacheFolder,
        PorepParameters porep,
        CommR expected,
        IReadOnlyList<long> leaves,
        int threads,
        IProgress<SealProgress>? progress,
        CancellationToken cancellation,
        string? poseidonKernel = null)
    {
        ArgumentNullException.ThrowIfNull(replica);
        ArgumentNullException.ThrowIfNull(porep);
        ArgumentNullException.ThrowIfNull(leaves);
        TreeForm form = TreeForm.Poseidon(porep, poseidonKernel);
        ReplicaRows[] trees = [.. InclusionProver.ReplicaTrees(replica, cacheFolder, porep, form)];
        try
        {
            long treeLeaves = BaseTreeLayout.For(porep).Leaves;
            ProofFault?[] faults = new ProofFault?[leaves.Count];
            SealProgressCounter counter = new(progress, SealPhase.VanillaProofs, 1, 1, leaves.Count);
            ParallelOptions options = new() { MaxDegreeOfParallelism = threads, CancellationToken = cancellation };
            Run.Parallel(leaves.Count, options, i =>
            {
                faults[i] = new LeafCheck(trees[leaves[i] / treeLeaves], form, leaves[i], leaves[i] % treeLeaves).Run();
                counter.Add(1);
            });
            return [.. faults.OfType<ProofFault>(), .. CheckRoots(trees, cacheFolder, porep, expected, poseidonKernel)];
        }
        finally
        {
            Array.ForEach(trees, tree => tree.Dispose());
        }
    }

    private static IEnumerable<ProofFault> CheckRoots(
        ReplicaRows[] trees, string cacheFolder, PorepParameters porep, CommR expected, string? kernel)
    {
        string path = Path.Combine(cacheFolder, CacheNames.PAux);
        PAuxFile pAux = PAuxFile.Read(path);
        Bytes32 root = TreeRoots.Join(porep.Shape, [.. trees.Select(tree => TreeFile.ReadRoot(LinuxFileSystem.Instance, tree.Stored.Path))], kernel);
        if (root != pAux.CommRLast)
        {
            yield return new ProofFault(
                ProofFaultKind.CommRLast, null, $"the root of tree_r_last in {cacheFolder} is {root}, but {path} says {pAux.CommRLast}");
        }

        CommR made = CommRs.From(pAux.CommC, pAux.CommRLast, kernel);
        if (made != expected || !FieldNodes.Is(pAux.CommC))
        {
            yield return new ProofFault(ProofFaultKind.CommR, null, $"{path} makes the CommR {made}, but the sector's is {expected}");
        }
    }

    /// <summary>Follows one leaf up its base tree.</summary>
    private readonly struct LeafCheck(ReplicaRows tree, TreeForm form, long leaf, long leafInTree)
    {
        public ProofFault? Run() => CheckReplica() ?? CheckRows();

        private ProofFault? CheckReplica()
        {
            int row = tree.Stored.LowestRow;
            long node = NodeIn(row);
            long other = -1;
            Span<byte> made = stackalloc byte[SectorSize.NodeBytes];
            Span<byte> stored = stackalloc byte[SectorSize.NodeBytes];
            tree.Rebuild(row, node, made, (first, nodes) =>
            {
                if (FieldNodes.IndexOfOther(nodes) is >= 0 and var index)
                {
                    other = first + index;
                }
            });
            if (other >= 0)
            {
                return new ProofFault(ProofFaultKind.FieldElement, other, Text($"node {other} of the replica is no field element"));
            }

            tree.Read(row, node, stored);
            long under = 1L << (3 * row);
            long firstUnder = leaf / under * under;
            return made.SequenceEqual(stored) ? null : new ProofFault(
                ProofFaultKind.Replica,
                leaf,
                Text($"nodes {firstUnder} to {firstUnder + under - 1} of the replica do not hash to node {node} of row {row} in {tree.Stored.Path}: the one or the other is damaged"));
        }

        private ProofFault? CheckRows()
        {
            Span<byte> children = stackalloc byte[TreeShape.BaseArity * SectorSize.NodeBytes];
            Span<byte> made = stackalloc byte[SectorSize.NodeBytes];
            Span<byte> stored = stackalloc byte[SectorSize.NodeBytes];
            for (int row = tree.Stored.LowestRow; row < tree.Height; row++)
            {
                long first = NodeIn(row) / TreeShape.BaseArity * TreeShape.BaseArity;
                tree.Read(row, first, children);
                form.HashMany(TreeShape.BaseArity, children, made);
                tree.Read(row + 1, NodeIn(row + 1), stored);
                if (!made.SequenceEqual(stored) || FieldNodes.IndexOfOther(children) >= 0)
                {
                    return new ProofFault(
                        ProofFaultKind.StoredRows,
                        leaf,
                        Text($"{tree.Stored.Path} is damaged: nodes {first} to {first + TreeShape.BaseArity - 1} of row {row} do not hash to node {NodeIn(row + 1)} of row {row + 1}"));
                }
            }

            return null;
        }

        private long NodeIn(int row) => leafInTree >> (3 * row);

        private static string Text(FormattableString sentence) => sentence.ToString(CultureInfo.InvariantCulture);
    }
}
