using Filecoin.Primitives;
using Filecoin.Sealing.Files;
using Filecoin.Sealing.Jobs;
using Filecoin.Sealing.Replica;
using Filecoin.Sealing.Steps;
using Filecoin.Sealing.Trees;

namespace Filecoin.Sealing.PreCommit;

/// <summary>PreCommit2: columns, tree_c, the replica, tree_r_last, p_aux and t_aux from finished layers.</summary>
/// <remarks>
/// All layers are read once, 1 MiB of each at a time: 32768 nodes, which are 8^5 leaves of an 8-ary tree. A chunk is checked against its
/// digests, its columns are hashed, and its small trees of tree_c and tree_r_last are reduced to a node each; free cores take chunks in
/// order, and the rows above them are built at the end of each base tree. So no tree is read back, and memory is a few MiB a thread.
/// </remarks>
public static class PreCommit2
{
    /// <summary>
    /// Builds what <paramref name="log"/> does not hold as finished. Data is encoded and checked against CommD on the way, straight from
    /// <see cref="SealJob.Data"/>; it is read once, and once more where tree_d is kept. On return the cache folder holds p_aux, t_aux and tree_r_last (and
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
            if (job.HasData && job.Data is null)
            {
                throw new ArgumentException($"{job.Inputs.Sector} holds data, which is needed now", nameof(job));
            }

            TreeStep step = new(job, log, cores, progress, cancellation);
            step.BuildTreeD();
            PAuxFile built = step.BuildTrees();
            built.Write(job.Files, pAuxPath);
            TAuxFile.Write(job.Files, job.CacheFolder, job.Inputs.Porep, job.CachePathInTAux, job.RowsToDiscard);
            log.Record(SealSteps.Trees, SegmentDigests.OfFile(job.Files, pAuxPath, cancellation: cancellation));
        }

        FinishReplica(job, log);
        PAuxFile pAux = PAuxFile.Read(job.Files, pAuxPath);
        return new SealedCommitments(job.Inputs.CommD, pAux.CommC, pAux.CommRLast, CommRs.From(pAux.CommC, pAux.CommRLast, job.PoseidonKernel));
    }

    /// <summary>As the other, with so many threads all the time.</summary>
    public static SealedCommitments Run(
        SealJob job, IStepLog log, int threads, IProgress<SealProgress>? progress, CancellationToken cancellation) =>
        Run(job, log, new FixedTreeCores(threads), progress, cancellation);

    /// <summary>
    /// Builds base trees of a CC sector while its last layer is being labelled, so that little is left for <see cref="Run(SealJob, IStepLog, ITreeCores, IProgress{SealProgress}?, CancellationToken)"/>,
    /// which has to be called all the same. Layers before the last are read from disk, the last from memory as it grows. Returns when all
    /// base trees are recorded, or as soon as labelling ends without a last layer; where labels are faster than trees that is later than
    /// PreCommit1, and the rest is read from disk like everything else.
    /// </summary>
    /// <remarks>
    /// The order that keeps crashes harmless: a base tree's files are written, flushed and renamed as soon as it is built; they are
    /// recorded after the last layer is flushed, renamed and recorded itself, and only if that file holds what was read from memory. Until
    /// then a rerun knows nothing of them and makes them again. A layer found damaged stops this; it is for Run to find and name.
    /// </remarks>
    /// <param name="job">What and where; PreCommit1 is at work on it with <paramref name="lastLayer"/>.</param>
    /// <param name="lastLayer">Its last layer.</param>
    /// <param name="log">Finished steps.</param>
    /// <param name="cores">Cores to use; asked for again before each chunk.</param>
    /// <param name="progress">Told how far the work is once the labels are there; may be null.</param>
    /// <param name="cancellation">Stops the work within a second.</param>
    /// <exception cref="OperatorException">Storage failed, or a layer is not what PreCommit1 wrote.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static void Follow(
        SealJob job,
        LayerWatermark lastLayer,
        IStepLog log,
        ITreeCores cores,
        IProgress<SealProgress>? progress,
        CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(job);
        ArgumentNullException.ThrowIfNull(lastLayer);
        ArgumentNullException.ThrowIfNull(log);
        ArgumentNullException.ThrowIfNull(cores);

        // Chunks smaller than a segment could not be checked one by one; a sector that small takes no time anyway. Data makes a replica of
        // its own, which is one file.
        int chunkBytes = BaseTreeBuilder.ChunkLeaves(BaseTreeLayout.For(job.Inputs.Porep)) * SectorSize.NodeBytes;
        if (job.HasData || chunkBytes != SegmentDigests.SegmentBytes)
        {
            return;
        }

        try
        {
            if (!lastLayer.WaitUntilBegun(cancellation))
            {
                return;
            }

            WaitForLayersBefore(job, lastLayer, log, cancellation);
            using LayerInTheMaking last = new(job, log, lastLayer);
            HeldBackSteps steps = new(log, last.IsSafe);
            using TreeSources sources = new(job, steps, last);
            TreeStep step = new(job, steps, cores, progress, cancellation, () => lastLayer.IsOnDisk);
            step.BuildBaseTrees(sources, replica: null);
            lastLayer.WaitUntilOnDisk(cancellation);
            steps.Release();
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            // Labelling has ended; whoever did that knows why.
        }
    }

    /// <summary>Whether all trees are recorded and p_aux, which stands for them, is what was recorded.</summary>
    internal static bool HasTrees(SealJob job, IStepLog log) =>
        SealSteps.IsRecorded(job.Files, log, SealSteps.Trees, Path.Combine(job.CacheFolder, CacheNames.PAux));

    /// <summary>
    /// Gives the replica its name and drops what is not kept. The trees are recorded, so every layer has been read and found intact; each
    /// action here is skipped if an interrupted run has done it.
    /// </summary>
    private static void FinishReplica(SealJob job, IStepLog log)
    {
        int layers = job.Inputs.Porep.Layers;
        string lastLayer = Path.Combine(job.CacheFolder, CacheNames.Layer(layers));
        if (!job.HasData && FileLook.Through(job.SealedFile).Kind == FileKind.Missing)
        {
            StorageFailure.Naming(job.SealedFile, "making", () =>
            {
                if (job.KeepAll)
                {
                    CopyDurably(job.Files, lastLayer, job.SealedFile, log.TryGet(SealSteps.Layer(layers), out FileDigest digest) ? digest : null);
                }
                else
                {
                    job.Files.Publish(lastLayer, job.SealedFile);
                }
            });
        }

        for (int layer = 1; layer <= layers; layer++)
        {
            string path = Path.Combine(job.CacheFolder, CacheNames.Layer(layer));
            if (job.KeepAll)
            {
                StorageFailure.Naming(path, "tidying up beside", () => job.Files.DeleteFile(CacheNames.SegmentsOf(path)));
            }
            else
            {
                LayerFile.Delete(job.Files, path);
            }
        }
    }

    private static void CopyDurably(IFileSystem files, string source, string target, FileDigest? expected)
    {
        string temporary = target + ".tmp";
        FileDigest copied = files.Copy(source, temporary, copied: null, CancellationToken.None);
        if (expected is not null && copied != expected)
        {
            files.TryDelete(temporary);
            throw new OperatorException(
                FailureKind.Storage,
                $"copying {source} to {target} read other bytes than those that were recorded when it was written",
                "Check disk and memory of this machine (dmesg, smartctl, memtest), then run the same command again.");
        }

        files.Publish(temporary, target);
    }

    /// <summary>The layer before the last is still on its way to disk when the last one begins.</summary>
    private static void WaitForLayersBefore(SealJob job, LayerWatermark lastLayer, IStepLog log, CancellationToken cancellation)
    {
        TimeSpan patience = TimeSpan.FromMilliseconds(100);
        while (!job.NeedsOnlyLastLayer && !log.TryGet(SealSteps.Layer(job.Inputs.Porep.Layers - 1), out _))
        {
            lastLayer.WaitFor(0, cancellation);
            cancellation.WaitHandle.WaitOne(patience);
        }
    }
}
