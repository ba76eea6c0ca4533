using System.Collections.Concurrent;
using Filecoin.Cryptography;
using Filecoin.Cryptography.Kernels.Poseidon;
using Filecoin.Cryptography.Kernels.Sha256;
using Filecoin.Primitives;
using Filecoin.Sealing.Files;
using Filecoin.Sealing.Replica;
using Filecoin.Sealing.Trees;

namespace Filecoin.Sealing;

/// <summary>PreCommit2: columns, tree_c, the replica, tree_r_last, p_aux and t_aux from finished layers.</summary>
public static class PreCommit2
{
    /// <summary>
    /// Builds what <paramref name="log"/> does not hold as finished. On return the cache folder holds p_aux, t_aux and tree_r_last (and
    /// layers, tree_c and tree_d with <see cref="SealJob.KeepAll"/>), <see cref="SealJob.SealedFile"/> is the replica, all flushed to disk.
    /// Without KeepAll the layer files are gone. Calling it again after it returned gives the same result without work.
    /// </summary>
    /// <param name="job">What and where; PreCommit1 has finished for it.</param>
    /// <param name="log">Finished steps.</param>
    /// <param name="cores">Cores to use.</param>
    /// <param name="progress">Told how far the work is; may be null.</param>
    /// <param name="cancellation">Stops the work within a second; finished base trees stay recorded.</param>
    /// <exception cref="OperatorException">Storage failed, or a layer is not what PreCommit1 wrote, or the data is not what CommD says.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static SealedCommitments Run(
        SealJob job, IStepLog log, ITreeCores cores, IProgress<SealProgress>? progress, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(job);
        ArgumentNullException.ThrowIfNull(log);
        ArgumentNullException.ThrowIfNull(cores);
        string pAuxPath = Path.Combine(job.CacheFolder, CacheNames.PAux);
        if (!HasTrees(job, log))
        {
            TreeStep step = new(job, log, cores, progress, cancellation);
            step.BuildTreeD();
            PAuxFile built = step.BuildTrees();
            built.Write(pAuxPath);
            int discarded = BaseTreeLayout.For(job.Inputs.Porep).RowsDiscarded(job.RowsToDiscard);
            DurableFile.Write(
                Path.Combine(job.CacheFolder, CacheNames.TAux),
                TAuxFile.ToBytes(job.Inputs.Porep, job.CachePathInTAux, discarded));
            log.Record(SealSteps.Trees, SegmentDigests.OfFile(pAuxPath, cancellation: cancellation));
        }

        FinishReplica(job);
        PAuxFile pAux = PAuxFile.Read(pAuxPath);
        return new SealedCommitments(job.Inputs.CommD, pAux.CommC, pAux.CommRLast, CommRs.From(pAux.CommC, pAux.CommRLast));
    }

    /// <summary>As the other, with so many threads all the time.</summary>
    public static SealedCommitments Run(
        SealJob job, IStepLog log, int threads, IProgress<SealProgress>? progress, CancellationToken cancellation) =>
        Run(job, log, new FixedTreeCores(threads), progress, cancellation);

    /// <summary>Whether all trees are recorded and p_aux, which stands for them, is what was recorded.</summary>
    internal static bool HasTrees(SealJob job, IStepLog log) =>
        IsRecorded(log, SealSteps.Trees, Path.Combine(job.CacheFolder, CacheNames.PAux));

    private static bool IsRecorded(IStepLog log, string step, string path) =>
        log.TryGet(step, out FileDigest digest)
        && LayerFile.HasLength(path, digest.Length)
        && SegmentDigests.OfFile(path) == digest;

    /// <summary>
    /// Gives the replica its name and drops what is not kept. The trees are recorded, so every layer has been read and found intact; each
    /// action here is skipped if an interrupted run has done it.
    /// </summary>
    private static void FinishReplica(SealJob job)
    {
        int layers = job.Inputs.Porep.Layers;
        string lastLayer = Path.Combine(job.CacheFolder, CacheNames.Layer(layers));
        if (job.DataFile is null && !File.Exists(job.SealedFile))
        {
            StorageFailure.Naming(job.SealedFile, "making", () =>
            {
                if (job.KeepAll)
                {
                    CopyDurably(lastLayer, job.SealedFile);
                }
                else
                {
                    File.Move(lastLayer, job.SealedFile);
                    DurableNames.FlushFolder(Path.GetDirectoryName(job.SealedFile)!);
                }
            });
        }

        for (int layer = 1; layer <= layers; layer++)
        {
            string path = Path.Combine(job.CacheFolder, CacheNames.Layer(layer));
            if (job.KeepAll)
            {
                StorageFailure.Naming(path, "tidying up beside", () => File.Delete(LayerFile.SegmentsPath(path)));
            }
            else
            {
                LayerFile.Delete(path);
            }
        }
    }

    private static void CopyDurably(string source, string target)
    {
        string temporary = target + ".tmp";
        File.Copy(source, temporary, overwrite: true);
        using (Microsoft.Win32.SafeHandles.SafeFileHandle handle = File.OpenHandle(temporary, FileMode.Open, FileAccess.ReadWrite))
        {
            RandomAccess.FlushToDisk(handle);
        }

        File.Move(temporary, target, overwrite: true);
        DurableNames.FlushFolder(Path.GetDirectoryName(target)!);
    }

    private sealed class TreeStep(
        SealJob job, IStepLog log, ITreeCores cores, IProgress<SealProgress>? progress, CancellationToken cancellation)
    {
        private readonly PorepParameters _porep = job.Inputs.Porep;
        private readonly BaseTreeLayout _layout = BaseTreeLayout.For(job.Inputs.Porep);
        private readonly PoseidonKernel _poseidon8 = PoseidonKernel.Create(TreeShape.BaseArity, job.PoseidonKernel);

        /// <summary>tree_d is a file only when everything is kept; with data it is computed in any case, to check the data against comm_d.</summary>
        public void BuildTreeD()
        {
            string path = Path.Combine(job.CacheFolder, CacheNames.TreeD);
            if ((job.DataFile is null && !job.KeepAll) || (job.KeepAll && IsRecorded(log, SealSteps.TreeD, path)))
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

        public PAuxFile BuildTrees()
        {
            int trees = _porep.Shape.BaseTrees;
            Bytes32[] rootsC = new Bytes32[trees];
            Bytes32[] rootsRLast = new Bytes32[trees];
            using TreeSources sources = new(job, log);
            sources.CheckShortLayers();
            using DurableFile? replica =
                job.DataFile is null ? null : DurableFile.Create(job.SealedFile, _porep.SectorSize.Bytes);
            for (int tree = 0; tree < trees; tree++)
            {
                // A replica with data is one file over all base trees and is published as a whole: then trees are built as a whole, too.
                if (replica is null && TryRecall(tree, out rootsC[tree], out rootsRLast[tree]))
                {
                    continue;
                }

                (rootsC[tree], rootsRLast[tree]) = BuildTree(tree, sources, replica);
            }

            replica?.Publish();
            return new PAuxFile(
                TreeRoots.Join(_porep.Shape, rootsC, job.PoseidonKernel), TreeRoots.Join(_porep.Shape, rootsRLast, job.PoseidonKernel));
        }

        private string PathOfTreeC(int tree) => Path.Combine(job.CacheFolder, CacheNames.TreeC(_porep.Shape, tree));

        private string PathOfTreeRLast(int tree) => Path.Combine(job.CacheFolder, CacheNames.TreeRLast(_porep.Shape, tree));

        private bool TryRecall(int tree, out Bytes32 rootC, out Bytes32 rootRLast)
        {
            bool done = log.TryGet(SealSteps.TreeCRoot(tree), out FileDigest recorded)
                && IsRecorded(log, SealSteps.TreeRLast(tree), PathOfTreeRLast(tree))
                && (!job.KeepAll || IsRecorded(log, SealSteps.TreeC(tree), PathOfTreeC(tree)));
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
            long treeOffset = tree * _layout.Leaves * SectorSize.NodeBytes;
            PoseidonKernel columnHash = PoseidonKernel.Create(_porep.Layers, job.PoseidonKernel);
            SealProgressCounter counter = new(progress, SealPhase.Trees, tree + 1, _porep.Shape.BaseTrees, _layout.Leaves);
            ConcurrentBag<TreeChunkWorker> idle = [];
            try
            {
                Sealing.Run.InOrder(BaseTreeBuilder.Chunks(_layout), cores.Most, "columns", chunk =>
                {
                    cores.Enter(cancellation);
                    TreeChunkWorker worker =
                        idle.TryTake(out TreeChunkWorker? free) ? free : new TreeChunkWorker(sources, columnHash, chunkLeaves);
                    try
                    {
                        long offset = treeOffset + ((long)chunk * chunkLeaves * SectorSize.NodeBytes);
                        worker.Process(offset, chunk, treeC, treeRLast, replica, columns => counter.Add(columns), cancellation);
                    }
                    finally
                    {
                        idle.Add(worker);
                        cores.Leave();
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
}
