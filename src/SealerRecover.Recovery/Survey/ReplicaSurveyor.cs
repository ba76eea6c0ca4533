using System.Collections.Immutable;
using Filecoin.Cryptography;
using Filecoin.Primitives;
using Filecoin.Sealing.Files;
using Filecoin.Sealing.Pieces;
using Filecoin.Sealing.Replica;
using Filecoin.Sealing.Steps;
using Filecoin.Sealing.Trees;
using SealerRecover.Recovery.Workspace;

namespace SealerRecover.Recovery.Survey;

/// <summary>Judges a replica, its p_aux and its trees together: each is good only as far as the others bear it out.</summary>
/// <param name="roots">Where to look.</param>
/// <param name="settings">How far to look.</param>
/// <param name="facts">What to compare with.</param>
/// <param name="progress">Told how far; may be null.</param>
/// <param name="cancellation">Stops within a second.</param>
internal sealed class ReplicaSurveyor(
    StorageRoots roots, SurveySettings settings, SurveyFacts facts, IProgress<SealProgress>? progress, CancellationToken cancellation)
{
    /// <summary>Rows beneath the root that a quick look takes: 512 nodes in the lowest.</summary>
    private const int QuickRows = 3;

    private readonly PorepParameters _porep = facts.Porep;
    private readonly KeptTree _kept = new(
        BaseTreeLayout.For(facts.Porep), BaseTreeLayout.For(facts.Porep).LowestRowOfTreeRLast(settings.RowsToDiscard));

    /// <summary>Looks at one replica of the sector.</summary>
    /// <param name="area">Sealed or Update.</param>
    /// <param name="cacheArea">Its cache folder's.</param>
    /// <param name="name">What the replica is called.</param>
    /// <param name="expected">The CommR it has to have; null if that is not known.</param>
    public ReplicaSurvey Survey(InstallArea area, InstallArea cacheArea, string name, CommR? expected) =>
        Survey(roots.PlacesOf(facts.Sector, area), roots.PlacesOf(facts.Sector, cacheArea), name, expected);

    /// <summary>Reads the copies of a replica as far as that was not done before; what was found is kept, and judged by a survey that follows.</summary>
    /// <param name="area">Sealed or Update.</param>
    /// <param name="readings">Keeps it.</param>
    public void ReadAhead(InstallArea area, IReadingKeeper readings)
    {
        foreach (string path in roots.PlacesOf(facts.Sector, area).Where(path => FileLooks.Of(path, _porep.SectorSize.Bytes).IsGood))
        {
            // What cannot be read at all is not kept, and the survey finds it again and says it.
            _ = FileLooks.Reading(() =>
            {
                using PaddedFile file = new(path, _porep.SectorSize, settings.Files);
                SurveyedReplica replica = new(file);
                ReplicaParts parts = PartsOf(path, replica, readings);
                for (int tree = 0; tree < _porep.Shape.BaseTrees; tree++)
                {
                    BaseTreeOfReplica.Rows(
                        replica, _porep, tree, _kept.LowestRow, new FixedTreeCores(settings.Threads), progress, cancellation, settings.Kernels.Poseidon, parts)
                        .Dispose();
                }

                return new Good(CheckDepth.Length);
            });
        }
    }

    /// <summary>Looks at a replica, wherever its copies and cache folders are.</summary>
    /// <param name="files">Its copies.</param>
    /// <param name="folders">Its cache folders.</param>
    /// <param name="name">What the replica is called.</param>
    /// <param name="expected">The CommR it has to have; null if that is not known.</param>
    public ReplicaSurvey Survey(IReadOnlyList<string> files, IReadOnlyList<string> folders, string name, CommR? expected)
    {
        List<(string Path, FileState Look)> replicas = [.. files.Select(path => (path, FileLooks.Of(path, _porep.SectorSize.Bytes)))];
        PAuxCopy[] pAuxes =
        [
            .. folders.Select(folder => PAuxCopy.Read(Path.Combine(folder, CacheNames.PAux), expected, settings.Kernels.Poseidon, settings.Files)),
        ];
        TreeCopy[] trees = [.. Enumerable.Range(0, _porep.Shape.BaseTrees).SelectMany(tree => folders.Select(folder => Read(tree, folder)))];
        try
        {
            return Judge(replicas, pAuxes, trees, folders, name, expected);
        }
        finally
        {
            Array.ForEach(trees, tree => tree.Stored?.Dispose());
        }
    }

    private ReplicaSurvey Judge(
        List<(string Path, FileState Look)> replicas, PAuxCopy[] pAuxes, TreeCopy[] trees, IReadOnlyList<string> folders, string name, CommR? expected)
    {
        PAuxFile[] values = [.. pAuxes.Select(copy => copy.Value).OfType<PAuxFile>().Distinct()];
        (PAuxFile? reference, ImmutableArray<Bytes32>? right) = Reference(values, trees);

        Dictionary<string, (ReplicaFindings? Findings, FileState State)> read = [];
        if (settings.Deep)
        {
            foreach ((string path, FileState look) in replicas.Where(replica => replica.Look.IsGood))
            {
                ReplicaFindings? findings = null;
                FileState state = FileLooks.Reading(() =>
                {
                    findings = Compare(path, trees, right);
                    return look;
                });
                read[path] = (findings, state);
                if (findings?.Roots is { } found && findings.Unusable.Count == 0)
                {
                    Bytes32 commRLast = TreeRoots.Join(_porep.Shape, found, settings.Kernels.Poseidon);
                    foreach (PAuxFile value in values.Where(value => value.CommRLast == commRLast))
                    {
                        (reference, right) = (value, found);
                    }
                }
            }
        }

        ReplicaJudgement judgement = new(_porep, _kept, settings)
        {
            Reference = reference,
            RightRoots = right,
            Depth = expected is null ? CheckDepth.Consistent : CheckDepth.ProvenAgainstChain,
            TreesAreWhole = LowestRowToRead == _kept.LowestRow,
            Findings = [.. read.Values.Select(entry => entry.Findings).OfType<ReplicaFindings>()],
            Trees = trees,
        };
        return new ReplicaSurvey
        {
            Replica = new FileSurvey(
                name,
                [.. replicas.Select(replica => new FileCopy(
                    replica.Path,
                    read.TryGetValue(replica.Path, out (ReplicaFindings? Findings, FileState State) entry)
                        ? entry.Findings is { } findings ? judgement.OfReplica(findings) : entry.State
                        : replica.Look))]),
            PAux = new FileSurvey(CacheNames.PAux, [.. pAuxes.Select(copy => new FileCopy(copy.Path, judgement.OfPAux(copy)))]),
            TAux = new FileSurvey(CacheNames.TAux, TAuxes(folders)),
            TreeRLast =
            [
                .. Enumerable.Range(0, _porep.Shape.BaseTrees).Select(tree => new FileSurvey(
                    CacheNames.TreeRLast(_porep.Shape, tree),
                    [.. trees.Where(copy => copy.Tree == tree).Select(copy => new FileCopy(copy.Path, judgement.OfTree(copy)))])),
            ],
            Extra = CacheFolders.ExtrasIn(folders, _porep),
        };
    }

    private int LowestRowToRead => settings.Quick && !settings.Deep ? Math.Max(_kept.LowestRow, _kept.Layout.Height - QuickRows) : _kept.LowestRow;

    private FileCopy[] TAuxes(IReadOnlyList<string> folders) =>
    [
        .. CacheFolders.CopiesOf(folders, CacheNames.TAux, length: null).Select(copy => copy.State.IsGood
            ? copy with { State = TAuxLook.At(copy.Path, _porep, settings.RowsToDiscard, settings.Files) }
            : copy),
    ];

    private TreeCopy Read(int tree, string folder)
    {
        string path = Path.Combine(folder, CacheNames.TreeRLast(_porep.Shape, tree));
        RowContradictions? found = null;
        KeptRows? stored = null;
        FileState look = FileLooks.Of(path, _kept.FileLength, length => CacheFolders.TreeOfOtherRows(_kept.Layout, length));
        if (look.IsGood)
        {
            look = FileLooks.Reading(() =>
            {
                KeptRows rows = stored = KeptRows.Read(path, _kept.Layout, _kept.LowestRow, from: LowestRowToRead, settings.ScatteredFiles ?? settings.Files);
                SealProgressCounter counter = new(
                    progress, SealPhase.CheckTrees, tree + 1, _porep.Shape.BaseTrees, Math.Max(1, _kept.Layout.NodesFrom(rows.LowestRow + 1)));
                found = RowContradictions.Find(
                    rows, new FixedTreeCores(settings.Threads), counter, cancellation, settings.Kernels.Poseidon);
                return look;
            });
        }

        // A deep look compares the same rows with the replica: 9.2 MiB for a base tree of 32GiB.
        bool again = settings.Deep && found is not null;
        if (!again)
        {
            stored?.Dispose();
        }

        return new TreeCopy(tree, path, look, found) { Stored = again ? stored : null };
    }

    /// <summary>The p_aux to believe, and the roots of the base trees that make its comm_r_last, if any of the files' do.</summary>
    private (PAuxFile? Reference, ImmutableArray<Bytes32>? Roots) Reference(PAuxFile[] values, TreeCopy[] trees)
    {
        Bytes32[][] candidates =
        [
            .. Enumerable.Range(0, _porep.Shape.BaseTrees)
                .Select(tree => trees.Where(copy => copy.Tree == tree).SelectMany(copy => copy.Roots).Distinct().ToArray()),
        ];
        foreach (PAuxFile value in values)
        {
            if (RightRoots.Find(_porep.Shape, candidates, value.CommRLast, settings.Kernels.Poseidon) is { } found)
            {
                return (value, found);
            }
        }

        return (values.Length > 0 ? values[0] : null, null);
    }

    private ReplicaFindings Compare(string path, TreeCopy[] trees, ImmutableArray<Bytes32>? right)
    {
        long nodes = _kept.Layout.RowNodes(_kept.LowestRow) * _porep.Shape.BaseTrees;
        int? sampled = settings.Sample is { } count && count < nodes ? count : null;
        using PaddedFile file = new(path, _porep.SectorSize, sampled is null ? settings.Files : settings.ScatteredFiles ?? settings.Files);
        SurveyedReplica replica = new(file);
        TreeCopy[] believed =
        [
            .. trees.Where(copy => copy.Rows is not null)
                .OrderBy(copy => copy.Given(_kept, right?[copy.Tree], CheckDepth.Consistent) is Damaged damaged
                    ? damaged.Ranges.Sum(range => range.Length)
                    : 0),
        ];
        ReplicaComparison comparison = new(_porep, _kept, believed, right, settings, progress, cancellation);
        return sampled is { } some
            ? comparison.Some(replica, some)
            : comparison.All(replica, settings.Readings is { } readings ? PartsOf(path, replica, readings) : null);
    }

    private ReplicaParts PartsOf(string path, SurveyedReplica replica, IReadingKeeper readings)
    {
        long bytes = BaseTreeOfReplica.PartBytes(_porep);
        int row = BaseTreeOfReplica.RowOfParts(_porep, _kept.LowestRow);
        return new ReplicaParts(readings.Of(path, (int)(bytes / SectorSize.NodeBytes) >> (3 * row)), replica, bytes);
    }
}
