using System.Collections.Immutable;
using Filecoin.Cryptography;
using Filecoin.Primitives;
using Filecoin.Sealing.Files;
using Filecoin.Sealing.Trees;

namespace SealerRecover.Recovery.Survey;

/// <summary>
/// Says of each file how it is, from everything that was found out. The order of belief: the chain, p_aux that has its CommR, roots of base
/// trees that make comm_r_last, whatever agrees with those.
/// </summary>
/// <param name="porep">The sector's shape.</param>
/// <param name="kept">What tree_r_last files keep.</param>
/// <param name="settings">How far it was looked.</param>
internal sealed class ReplicaJudgement(PorepParameters porep, KeptTree kept, SurveySettings settings)
{
    /// <summary>The p_aux to believe; null if there is none.</summary>
    public required PAuxFile? Reference { get; init; }

    /// <summary>The right roots of the base trees; null if they are not known.</summary>
    public required ImmutableArray<Bytes32>? RightRoots { get; init; }

    /// <summary>How far a file is good that <see cref="Reference"/> bears out.</summary>
    public required CheckDepth Depth { get; init; }

    /// <summary>Whether all rows of tree_r_last files were read, not only the upper ones.</summary>
    public bool TreesAreWhole { get; init; } = true;

    /// <summary>What reading the replicas showed.</summary>
    public required IReadOnlyList<ReplicaFindings> Findings { get; init; }

    /// <summary>The tree_r_last files.</summary>
    public required IReadOnlyList<TreeCopy> Trees { get; init; }

    /// <summary>How a p_aux is.</summary>
    public FileState OfPAux(PAuxCopy copy) => copy switch
    {
        { State: not Good { Depth: CheckDepth.Length } } => copy.State,
        { Value: { } value } when RightRoots is not null => value == Reference
            ? new Good(CheckDepth.Consistent)
            : new Damaged([new DamagedRange(0, PAuxFile.Length)], "the tree_r_last files have another root than its comm_r_last"),
        _ => new Good(CheckDepth.Length, "nothing was found to compare it with"),
    };

    /// <summary>How a tree_r_last file is.</summary>
    public FileState OfTree(TreeCopy copy)
    {
        if (copy.Rows is null)
        {
            return copy.Look;
        }

        Bytes32? right = RightRoots?[copy.Tree];
        ReplicaFindings? made = right is null ? null : Findings.FirstOrDefault(findings => findings.Roots?[copy.Tree] == right);
        if (made is not null)
        {
            IReadOnlyList<NodeRange> different = made.TreeDifferences[copy.Path];
            return different.Count == 0
                ? new Good(Depth)
                : new Damaged(kept.RangesOf(copy.Tree, different), "the replica, which has the right root, makes other nodes");
        }

        FileState state = copy.Given(kept, right, Depth);
        bool allThere = Enumerable.Range(0, porep.Shape.BaseTrees).All(tree => Trees.Any(other => other.Tree == tree && other.Rows is not null));
        return state.IsGood && right is null && Reference is not null && allThere
            ? new Damaged(
                kept.RangesOf(copy.Tree, kept.All),
                porep.Shape.BaseTrees == 1
                    ? "its root is not p_aux's comm_r_last"
                    : "the roots of these files do not make p_aux's comm_r_last; which of the files is wrong is not known")
            : state.IsGood && !TreesAreWhole ? new Good(CheckDepth.Sampled, "only its upper rows were read")
            : state;
    }

    /// <summary>How a replica is that was read.</summary>
    public FileState OfReplica(ReplicaFindings findings)
    {
        if (findings.Roots is not { } roots)
        {
            return Sampled(findings, IsProven(RightRoots is not null));
        }

        Bytes32 commRLast = TreeRoots.Join(porep.Shape, roots, settings.Kernels.Poseidon);
        if (commRLast == Reference?.CommRLast && findings.Unusable.Count == 0)
        {
            return new Good(Depth);
        }

        // What a damaged tree_r_last file contradicts is right where the base tree has the right root.
        List<ByteRange> bad =
        [
            .. findings.Unusable,
            .. findings.Contradicted.Where(range => RightRoots is not { } right || !Parts(range).All(tree => right[tree] == roots[tree])),
        ];
        if (bad.Count == 0 && Reference is null)
        {
            return findings.NotCompared.Count == 0
                ? new Good(CheckDepth.Consistent, "there is no p_aux to compare it with, only tree_r_last")
                : new Good(CheckDepth.Length, "there is neither p_aux nor all of tree_r_last to compare it with");
        }

        bool against = IsProven(Reference is { } reference && commRLast != reference.CommRLast);
        return bad.Count > 0
            ? Wrong(bad, findings, against)
            : new Damaged(
                [.. Unlocated(findings, roots).Select(range => new DamagedRange(range.Offset, range.Length))],
                "its tree_r_last has another root than p_aux's comm_r_last, and no tree_r_last file says where it differs")
            {
                AgainstChain = against,
            };
    }

    private bool IsProven(bool contradicts) => contradicts && Depth == CheckDepth.ProvenAgainstChain;

    private static FileState Sampled(ReplicaFindings findings, bool againstChain)
    {
        ReadSample sample = findings.Sampled!;
        IReadOnlyList<ByteRange> bad = [.. findings.Unusable, .. findings.Contradicted];
        return bad.Count > 0 ? Wrong(bad, findings, againstChain)
            : sample.Read == 0 ? new Good(CheckDepth.Length, "there is no tree_r_last file to compare it with")
            : new Good(CheckDepth.Sampled, FormattableString.Invariant($"{sample.Read} of {sample.All} stretches compared with tree_r_last")) { Sample = sample };
    }

    private static Damaged Wrong(IEnumerable<ByteRange> bad, ReplicaFindings findings, bool againstChain) => new(
        [.. ByteRange.Join(bad).Select(range => new DamagedRange(range.Offset, range.Length))],
        findings.Failure is { } failure ? $"it cannot be read everywhere ({failure})"
        : findings.Unusable.Count > 0 ? "it is no list of field elements"
        : "tree_r_last is that of other content")
    {
        AgainstChain = againstChain,
    };

    private IEnumerable<int> Parts(ByteRange range)
    {
        int first = (int)(range.Offset / kept.ReplicaBytes);
        return Enumerable.Range(first, (int)((range.Offset + range.Length - 1) / kept.ReplicaBytes) - first + 1);
    }

    private ByteRange[] Unlocated(ReplicaFindings findings, ImmutableArray<Bytes32> roots)
    {
        ByteRange[] parts =
        [
            .. findings.NotCompared.Where(tree => RightRoots?[tree] != roots[tree])
                .Select(tree => new ByteRange(tree * kept.ReplicaBytes, kept.ReplicaBytes)),
        ];
        return parts.Length > 0 ? parts : [new ByteRange(0, porep.SectorSize.Bytes)];
    }
}
