using System.Collections.Concurrent;
using Filecoin.Cryptography;
using Filecoin.Cryptography.Kernels.Poseidon;
using Filecoin.Cryptography.Kernels.Sha256;
using Filecoin.Primitives;
using Filecoin.Sealing.Files;

namespace Filecoin.Sealing.Trees;

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

    /// <summary>tree_d is a file only when everything is kept; with data it is computed in any case, to check the data against comm_d.</summary>
    public void BuildTreeD()
    {
        string path = Path.Combine(job.CacheFolder, CacheNames.TreeD);
        if ((job.DataFile is null && !job.KeepAll) || (job.KeepAll && PreCommit2.IsRecorded(log, SealSteps.TreeD, path)))
        {
            return;
        }

        CommD commD = TreeD.Build(
            _porep.SectorSize,
            job.DataFile,
            job.KeepAll ? path : null,
            TwoToOneHash.Create(job.TwoToOneKernel),
            cores,
            progress,
            cancellation);
        if (commD != job.Inputs.CommD)
        {
            throw new OperatorException(
                FailureKind.BadInput,
                $"the data of {job.Inputs.Sector} has CommD {commD}, but the sector was sealed over {job.Inputs.CommD}",
                "check the pieces, their order and their padding");
        }

        if (job.KeepAll)
        {
            log.Record(SealSteps.TreeD, SegmentDigests.OfFile(path));
        }
    }

    /// <summary>All base trees and the replica of a sector with data, from layers that are there; returns what p_aux holds.</summary>
    public PAuxFile BuildTrees()
    {
        using TreeSources sources = new(job, log);
        sources.CheckShortLayers();
        using DurableFile? replica = job.DataFile is null ? null : DurableFile.Create(job.SealedFile, _porep.SectorSize.Bytes);
        (Bytes32[] rootsC, Bytes32[] rootsRLast) = BuildBaseTrees(sources, replica);
        replica?.Publish();
        return new PAuxFile(
            TreeRoots.Join(_porep.Shape, rootsC, job.PoseidonKernel), TreeRoots.Join(_porep.Shape, rootsRLast, job.PoseidonKernel));
    }

    /// <summary>Builds and records the base trees that are not recorded, in order.</summary>
    public (Bytes32[] RootsC, Bytes32[] RootsRLast) BuildBaseTrees(TreeSources sources, DurableFile? replica)
    {
        int trees = _porep.Shape.BaseTrees;
        Bytes32[] rootsC = new Bytes32[trees];
        Bytes32[] rootsRLast = new Bytes32[trees];
        for (int tree = 0; tree < trees; tree++)
        {
            // A replica with data is one file over all base trees and is published as a whole: then trees are built as a whole, too.
            if (replica is null && TryRecall(tree, out rootsC[tree], out rootsRLast[tree]))
            {
                continue;
            }

            (rootsC[tree], rootsRLast[tree]) = BuildTree(tree, sources, replica);
        }

        return (rootsC, rootsRLast);
    }

    private string PathOfTreeC(int tree) => Path.Combine(job.CacheFolder, CacheNames.TreeC(_porep.Shape, tree));

    private string PathOfTreeRLast(int tree) => Path.Combine(job.CacheFolder, CacheNames.TreeRLast(_porep.Shape, tree));

    private bool TryRecall(int tree, out Bytes32 rootC, out Bytes32 rootRLast)
    {
        bool done = log.TryGet(SealSteps.TreeCRoot(tree), out FileDigest recorded)
            && PreCommit2.IsRecorded(log, SealSteps.TreeRLast(tree), PathOfTreeRLast(tree))
            && (!job.KeepAll || PreCommit2.IsRecorded(log, SealSteps.TreeC(tree), PathOfTreeC(tree)));
        rootC = recorded.Digest;
        rootRLast = default;
        if (done)
        {
            // The root is the last node of the file.
            using FileStream file = File.OpenRead(PathOfTreeRLast(tree));
            file.Seek(-Bytes32.Length, SeekOrigin.End);
            byte[] root = new byte[Bytes32.Length];
            file.ReadExactly(root);
            rootRLast = new Bytes32(root);
        }

        return done;
    }

    private (Bytes32 RootC, Bytes32 RootRLast) BuildTree(int tree, TreeSources sources, DurableFile? replica)
    {
        using TreeFile? fileC = job.KeepAll ? new TreeFile(PathOfTreeC(tree), _layout, lowestRow: 0) : null;
        using TreeFile fileRLast = new(PathOfTreeRLast(tree), _layout, _layout.LowestRowOfTreeRLast(job.RowsToDiscard));
        BaseTreeBuilder treeC = new(_poseidon8, _layout, fileC is null ? NoTreeRows.Instance : fileC);
        BaseTreeBuilder treeRLast = new(_poseidon8, _layout, fileRLast);
        HashChunks(tree, sources, treeC, treeRLast, replica);

        Bytes32 rootC = treeC.Finish(_ => cancellation.ThrowIfCancellationRequested());
        Bytes32 rootRLast = treeRLast.Finish(_ => cancellation.ThrowIfCancellationRequested());
        fileRLast.Publish();
        fileC?.Publish();
        if (fileC is not null)
        {
            log.Record(SealSteps.TreeC(tree), SegmentDigests.OfFile(PathOfTreeC(tree)));
        }

        log.Record(SealSteps.TreeCRoot(tree), new FileDigest(Bytes32.Length, rootC));
        log.Record(SealSteps.TreeRLast(tree), SegmentDigests.OfFile(PathOfTreeRLast(tree)));
        return (rootC, rootRLast);
    }

    private void HashChunks(
        int tree, TreeSources sources, BaseTreeBuilder treeC, BaseTreeBuilder treeRLast, DurableFile? replica)
    {
        int chunkLeaves = BaseTreeBuilder.ChunkLeaves(_layout);
        long chunkBytes = (long)chunkLeaves * SectorSize.NodeBytes;
        long treeOffset = tree * _layout.Leaves * SectorSize.NodeBytes;
        PoseidonKernel columnHash = PoseidonKernel.Create(_porep.Layers, job.PoseidonKernel);
        SealProgressCounter counter = new(progress, SealPhase.Trees, tree + 1, _porep.Shape.BaseTrees, _layout.Leaves, isWorthTelling);
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
                    worker = idle.TryTake(out TreeChunkWorker? free) ? free : new TreeChunkWorker(sources, columnHash, chunkLeaves);
                    worker.Process(offset, chunk, treeC, treeRLast, replica, columns => counter.Add(columns), cancellation);
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
