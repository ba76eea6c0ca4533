using System.Collections.Concurrent;
using Filecoin.Cryptography;
using Filecoin.Cryptography.Kernels.Poseidon;
using Filecoin.Cryptography.Kernels.Sha256;
using Filecoin.Primitives;
using Filecoin.Sealing.Files;
using Filecoin.Sealing.Jobs;
using Filecoin.Sealing.Pieces;
using Filecoin.Sealing.Replica;
using Filecoin.Sealing.Steps;
using Filecoin.Sealing.Trees;

namespace Filecoin.Sealing.PreCommit;

/// <summary>The trees of one sector: tree_d where it is wanted, base trees of tree_c and tree_r_last, each recorded when it is finished.</summary>
/// <param name="job">What and where.</param>
/// <param name="log">Finished steps.</param>
/// <param name="cores">Cores to use.</param>
/// <param name="progress">Told how far the work is; may be null.</param>
/// <param name="cancellation">Stops the work within a second.</param>
/// <param name="isWorthTelling">Asked before progress is reported; null: always.</param>
internal sealed class TreeStep(
    SealJob job,
    IStepLog log,
    ITreeCores cores,
    IProgress<SealProgress>? progress,
    CancellationToken cancellation,
    Func<bool>? isWorthTelling = null)
{
    private readonly PorepParameters _porep = job.Inputs.Porep;
    private readonly BaseTreeLayout _layout = BaseTreeLayout.For(job.Inputs.Porep);
    private readonly PoseidonKernel _poseidon8 = PoseidonKernel.Create(TreeShape.BaseArity, job.PoseidonKernel);
    private readonly PoseidonKernel? _columnHash =
        job.NeedsOnlyLastLayer ? null : PoseidonKernel.Create(job.Inputs.Porep.Layers, job.PoseidonKernel);

    /// <summary>tree_d is a file only when everything is kept; the data is checked against comm_d in any case, while it is encoded.</summary>
    public void BuildTreeD()
    {
        string path = Path.Combine(job.CacheFolder, CacheNames.TreeD);
        if (!job.KeepAll || SealSteps.IsRecorded(job.Files, log, SealSteps.TreeD, path))
        {
            return;
        }

        ISectorData data = job.HasData ? job.Data! : SectorData.Zeros(_porep.SectorSize);
        Check(DataTree.Write(data, job.Files, path, TwoToOneHash.Create(job.TwoToOneKernel), cores, progress, cancellation));
        log.Record(SealSteps.TreeD, SegmentDigests.OfFile(job.Files, path));
    }

    /// <summary>All base trees and the replica of a sector with data, from layers that are there; returns what p_aux holds.</summary>
    public PAuxFile BuildTrees()
    {
        using TreeSources sources = new(job, log);
        sources.CheckShortLayers();
        using RecordedReplica? replica = job.HasData ? BeginReplica() : null;
        (Bytes32[] rootsC, Bytes32[] rootsRLast) = BuildBaseTrees(sources, replica);
        if (replica is not null)
        {
            Finish(replica);
        }

        Bytes32 commC = job.NeedsOnlyLastLayer ? job.KnownCommC!.Value : TreeRoots.Join(_porep.Shape, rootsC, job.PoseidonKernel);
        return new PAuxFile(commC, TreeRoots.Join(_porep.Shape, rootsRLast, job.PoseidonKernel));
    }

    /// <summary>Builds and records the base trees that are not recorded, in order.</summary>
    public (Bytes32[] RootsC, Bytes32[] RootsRLast) BuildBaseTrees(TreeSources sources, RecordedReplica? replica)
    {
        (Bytes32 C, Bytes32 RLast)[] roots = Undoubted.Each(
            _porep.Shape.BaseTrees,
            [_poseidon8, _columnHash],
            tree => TryRecall(tree, out Bytes32 rootC, out Bytes32 rootRLast) && replica?.TryRecall(tree) != false
                ? (rootC, rootRLast)
                : BuildTree(tree, sources, replica),
            Forget);
        return ([.. roots.Select(root => root.C)], [.. roots.Select(root => root.RLast)]);
    }

    private void Forget(int tree)
    {
        log.Forget(SealSteps.TreeCRoot(tree));
        log.Forget(SealSteps.TreeC(tree));
        log.Forget(SealSteps.TreeRLast(tree));
    }

    private RecordedReplica BeginReplica() => new(
        job.Files, job.SealedFile, _porep, log, StepsOf.Sealing, TwoToOneHash.Create(job.TwoToOneKernel), cores.Most, cancellation);

    /// <summary>Gives the replica its name; if it was made of other data than CommD says, forgets it.</summary>
    private void Finish(RecordedReplica replica)
    {
        try
        {
            Check(replica.CommD);
        }
        catch (OperatorException)
        {
            replica.Forget();
            throw;
        }

        replica.Publish();
    }

    private void Check(CommD commD)
    {
        if (commD != job.Inputs.CommD)
        {
            throw UnexpectedData.Failure(
                $"the data of {job.Inputs.Sector}", "but the sector was sealed over", job.Inputs.CommD, commD, job.Data, cores, cancellation);
        }
    }

    private string PathOfTreeC(int tree) => Path.Combine(job.CacheFolder, CacheNames.TreeC(_porep.Shape, tree));

    private string PathOfTreeRLast(int tree) => Path.Combine(job.CacheFolder, CacheNames.TreeRLast(_porep.Shape, tree));

    private bool TryRecall(int tree, out Bytes32 rootC, out Bytes32 rootRLast)
    {
        bool done = (log.TryGetValue(SealSteps.TreeCRoot(tree), out Bytes32 recorded) || job.NeedsOnlyLastLayer)
            && SealSteps.IsRecorded(job.Files, log, SealSteps.TreeRLast(tree), PathOfTreeRLast(tree))
            && (!job.KeepAll || SealSteps.IsRecorded(job.Files, log, SealSteps.TreeC(tree), PathOfTreeC(tree)));
        rootC = recorded;
        rootRLast = done ? TreeFile.ReadRoot(job.Files, PathOfTreeRLast(tree)) : default;
        return done;
    }

    private (Bytes32 RootC, Bytes32 RootRLast) BuildTree(int tree, TreeSources sources, RecordedReplica? replica)
    {
        using TreeFile? fileC = job.KeepAll ? new TreeFile(job.Files, PathOfTreeC(tree), _layout, lowestRow: 0) : null;
        using TreeFile fileRLast = new(job.Files, PathOfTreeRLast(tree), _layout, _layout.LowestRowOfTreeRLast(job.RowsToDiscard));
        BaseTreeBuilder? treeC =
            job.NeedsOnlyLastLayer ? null : new BaseTreeBuilder(_poseidon8, _layout, fileC is null ? NoTreeRows.Instance : fileC);
        BaseTreeBuilder treeRLast = new(_poseidon8, _layout, fileRLast);
        replica?.Begin(tree);
        HashChunks(tree, sources, treeC, treeRLast, replica);

        Bytes32 rootC = treeC?.Finish(_ => cancellation.ThrowIfCancellationRequested()) ?? default;
        Bytes32 rootRLast = treeRLast.Finish(_ => cancellation.ThrowIfCancellationRequested());
        fileRLast.Publish();
        fileC?.Publish();
        replica?.Record();
        if (fileC is not null)
        {
            log.Record(SealSteps.TreeC(tree), SegmentDigests.OfFile(job.Files, PathOfTreeC(tree)));
        }

        if (treeC is not null)
        {
            log.RecordValue(SealSteps.TreeCRoot(tree), rootC);
        }

        log.Record(SealSteps.TreeRLast(tree), SegmentDigests.OfFile(job.Files, PathOfTreeRLast(tree)));
        return (rootC, rootRLast);
    }

    private void HashChunks(
        int tree, TreeSources sources, BaseTreeBuilder? treeC, BaseTreeBuilder treeRLast, RecordedReplica? replica)
    {
        int chunkLeaves = BaseTreeBuilder.ChunkLeaves(_layout);
        long chunkBytes = (long)chunkLeaves * SectorSize.NodeBytes;
        long treeOffset = tree * _layout.Leaves * SectorSize.NodeBytes;
        SealProgressCounter counter = new(progress, SealPhase.Trees, tree + 1, _porep.Shape.BaseTrees, _layout.Leaves, isWorthTelling, _poseidon8.Name);
        ConcurrentBag<TreeChunkWorker> idle = [];
        try
        {
            Run.InOrder(BaseTreeBuilder.Chunks(_layout), cores.Most, "columns", chunk =>
            {
                // Whoever waits for labels waits without a core.
                long offset = treeOffset + (chunk * chunkBytes);
                sources.WaitFor(offset + chunkBytes, cancellation);
                cores.Enter(cancellation);
                TreeChunkWorker? worker = null;
                try
                {
                    worker = idle.TryTake(out TreeChunkWorker? free) ? free : new TreeChunkWorker(sources, _columnHash, chunkLeaves);
                    worker.Process(offset, chunk, treeC, treeRLast, replica, nodes => counter.Add(nodes), cancellation);
                }
                finally
                {
                    cores.Leave();
                    if (worker is not null)
                    {
                        idle.Add(worker);
                    }
                }
            });
        }
        finally
        {
            foreach (TreeChunkWorker worker in idle)
            {
                worker.Dispose();
            }
        }
    }
}
