using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Security.Cryptography;
using Filecoin.Cryptography;
using Filecoin.Cryptography.Kernels.Poseidon;
using Filecoin.Primitives;
using Filecoin.Sealing.Replica;
using Filecoin.Sealing.Steps;
using Filecoin.Sealing.Trees;

namespace SealerRecover.Recovery.Survey;

/// <summary>What reading a replica showed.</summary>
/// <param name="Roots">The roots of its base trees; null where it was only sampled.</param>
/// <param name="Contradicted">Stretches that tree_r_last contradicts, where the replica rather than the file is to blame.</param>
/// <param name="Unusable">Stretches that cannot be read or are no field elements.</param>
/// <param name="NotCompared">Base trees without a file to compare with.</param>
/// <param name="TreeDifferences">By path of each tree_r_last file: the nodes in which it differs from the replica's tree.</param>
/// <param name="Failure">Why some of it cannot be read; null where all could.</param>
/// <param name="Sampled">What was compared; null where all was.</param>
internal sealed record ReplicaFindings(
    ImmutableArray<Bytes32>? Roots,
    IReadOnlyList<ByteRange> Contradicted,
    IReadOnlyList<ByteRange> Unusable,
    IReadOnlyList<int> NotCompared,
    IReadOnlyDictionary<string, IReadOnlyList<NodeRange>> TreeDifferences,
    string? Failure,
    ReadSample? Sampled);

/// <summary>
/// Compares a replica with its tree_r_last files: each node of the lowest kept row stands for a stretch of the replica, of 16 KiB in a 32GiB
/// sector with two rows discarded.
/// </summary>
/// <param name="porep">The sector's shape.</param>
/// <param name="kept">What the files keep.</param>
/// <param name="copies">The files with their rows, those to believe first before the others of the same base tree.</param>
/// <param name="rightRoots">The right roots of the base trees; null if they are not known.</param>
/// <param name="settings">How far to look.</param>
/// <param name="progress">Told how far.</param>
/// <param name="cancellation">Stops within a second.</param>
internal sealed class ReplicaComparison(
    PorepParameters porep,
    KeptTree kept,
    IReadOnlyList<TreeCopy> copies,
    ImmutableArray<Bytes32>? rightRoots,
    SurveySettings settings,
    IProgress<SealProgress>? progress,
    CancellationToken cancellation)
{
    private readonly ConcurrentBag<ByteRange> _bad = [];

    /// <summary>Reads all of a replica.</summary>
    /// <param name="replica">The replica.</param>
    /// <param name="parts">The parts that need not be read; null for none.</param>
    public ReplicaFindings All(SurveyedReplica replica, IReadParts? parts)
    {
        FixedTreeCores cores = new(settings.Threads);
        Dictionary<string, IReadOnlyList<NodeRange>> differences = [];
        ImmutableArray<Bytes32>.Builder roots = ImmutableArray.CreateBuilder<Bytes32>();
        List<int> notCompared = [];
        for (int tree = 0; tree < porep.Shape.BaseTrees; tree++)
        {
            using KeptRows made = BaseTreeOfReplica.Rows(
                replica, porep, tree, kept.LowestRow, cores, progress, cancellation, settings.Kernels.Poseidon, parts);
            roots.Add(made.Root);
            bool isFirst = true;
            foreach (TreeCopy copy in copies.Where(copy => copy.Tree == tree && copy.Rows is not null))
            {
                KeptRows stored = copy.Stored!;
                IReadOnlyList<NodeRange> different = stored.DifferencesFrom(made);
                differences[copy.Path] = different;
                if (isFirst && Says(copy))
                {
                    BlameReplica(copy, stored, different, group => Group(made, group));
                    isFirst = false;
                }
            }

            if (isFirst)
            {
                notCompared.Add(tree);
            }
        }

        return new ReplicaFindings(
            roots.ToImmutable(), ByteRange.Join(_bad), ByteRange.Join(replica.Bad), notCompared, differences, replica.Failure, Sampled: null);
    }

    /// <summary>Reads what is beneath random nodes of the lowest kept row, each at most once.</summary>
    public ReplicaFindings Some(SurveyedReplica replica, int count)
    {
        long nodes = kept.Layout.RowNodes(kept.LowestRow);
        TreeCopy[] trees = [.. copies.Where(Says).DistinctBy(copy => copy.Tree)];
        long all = trees.Length * nodes;
        HashSet<long> chosen = [];
        while (chosen.Count < Math.Min(count, all))
        {
            chosen.Add((long)(BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong))) % (ulong)all));
        }

        SealProgressCounter counter = new(progress, SealPhase.CheckReplica, 1, 1, chosen.Count * kept.BytesBeneath / SectorSize.NodeBytes);
        foreach (IGrouping<long, long> ofTree in chosen.GroupBy(node => node / nodes))
        {
            TreeCopy copy = trees[ofTree.Key];
            KeptRows stored = copy.Stored!;
            ParallelOptions options = new() { MaxDegreeOfParallelism = settings.Threads, CancellationToken = cancellation };
            Parallel.ForEachAsync(ofTree.Select(node => node % nodes).Order(), options, (node, _) =>
            {
                if (Node(replica, copy.Tree, node) != new Bytes32(stored.Node(kept.LowestRow, node)))
                {
                    BlameReplica(copy, stored, [new NodeRange(kept.LowestRow, node, 1)], group => Group(replica, copy.Tree, group));
                }

                counter.Add(kept.BytesBeneath / SectorSize.NodeBytes);
                return ValueTask.CompletedTask;
            }).GetAwaiter().GetResult();
        }

        int[] notCompared = [.. Enumerable.Range(0, porep.Shape.BaseTrees).Except(trees.Select(copy => copy.Tree))];
        return new ReplicaFindings(
            Roots: null,
            ByteRange.Join(_bad),
            ByteRange.Join(replica.Bad),
            notCompared,
            ImmutableDictionary<string, IReadOnlyList<NodeRange>>.Empty,
            replica.Failure,
            ReadSample.From(chosen.Select(node => (trees[node / nodes].Tree * nodes) + (node % nodes)), kept.BytesBeneath, porep.SectorSize));
    }

    /// <summary>
    /// Puts down the stretches beneath nodes that differ, unless the file is to blame: where its rows contradict each other, and the replica's
    /// nodes fit what is above them.
    /// </summary>
    private void BlameReplica(TreeCopy copy, KeptRows stored, IEnumerable<NodeRange> different, Func<long, byte[]> groupOf)
    {
        PoseidonKernel poseidon8 = PoseidonKernel.Create(TreeShape.BaseArity, settings.Kernels.Poseidon);
        foreach (NodeRange range in different.Where(range => range.Row == kept.LowestRow))
        {
            for (long node = range.First; node < range.End; node++)
            {
                if (!IsInDoubt(copy, node)
                    || poseidon8.Hash(groupOf(node / TreeShape.BaseArity)) != new Bytes32(stored.Node(kept.LowestRow + 1, node / TreeShape.BaseArity)))
                {
                    _bad.Add(new ByteRange((copy.Tree * kept.ReplicaBytes) + (node * kept.BytesBeneath), kept.BytesBeneath));
                }
            }
        }
    }

    /// <summary>Whether a file says anything about this replica.</summary>
    private bool Says(TreeCopy copy) => copy.Rows is not null && !copy.IsAnothers(rightRoots?[copy.Tree]);

    private bool IsInDoubt(TreeCopy copy, long node) =>
        kept.LowestRow < kept.Layout.Height
        && ((copy.Rows!.RootInDoubt && kept.LowestRow == kept.Layout.Height - 1)
            || copy.Rows.Damaged.Any(range => range.Row == kept.LowestRow && range.First <= node && node < range.End));

    private byte[] Group(KeptRows made, long group) =>
        made.Nodes(new NodeRange(kept.LowestRow, group * TreeShape.BaseArity, TreeShape.BaseArity)).ToArray();

    private byte[] Group(SurveyedReplica replica, int tree, long group) =>
        [.. Enumerable.Range(0, TreeShape.BaseArity).SelectMany(child => Node(replica, tree, (group * TreeShape.BaseArity) + child).ToArray())];

    private Bytes32 Node(SurveyedReplica replica, int tree, long node) =>
        BaseTreeOfReplica.Node(replica, porep, tree, kept.LowestRow, node, cancellation, settings.Kernels.Poseidon);
}
