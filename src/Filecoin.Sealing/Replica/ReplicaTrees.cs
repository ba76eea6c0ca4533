using Filecoin.Cryptography;
using Filecoin.Cryptography.Kernels.Poseidon;
using Filecoin.Primitives;
using Filecoin.Sealing.Files;
using Filecoin.Sealing.Jobs;
using Filecoin.Sealing.Pieces;
using Filecoin.Sealing.Steps;
using Filecoin.Sealing.Trees;

namespace Filecoin.Sealing.Replica;

/// <summary>
/// tree_r_last of a replica that was found (a sector key, a sealed or an updated sector): whether it is intact, since p_aux alone says
/// nothing about the file beside it, and its tree files where those are lost. Costs what building tree_r_last costs; memory: 1.2 MiB a thread.
/// </summary>
public static class ReplicaTrees
{
    /// <summary>The root of tree_r_last; nothing is written. With comm_c it makes CommR (<see cref="CommRs"/>).</summary>
    /// <param name="replica">The replica.</param>
    /// <param name="porep">Its shape.</param>
    /// <param name="cores">Cores to use.</param>
    /// <param name="progress">Told how far, as of building trees; may be null.</param>
    /// <param name="cancellation">Stops within a second.</param>
    /// <param name="poseidonKernel">Name of the kernel to use; null for the best on this machine.</param>
    /// <exception cref="OperatorException">The replica cannot be read.</exception>
    public static Bytes32 CommRLast(
        ISectorData replica,
        PorepParameters porep,
        ITreeCores cores,
        IProgress<SealProgress>? progress,
        CancellationToken cancellation,
        string? poseidonKernel = null)
    {
        ArgumentNullException.ThrowIfNull(replica);
        ArgumentNullException.ThrowIfNull(porep);
        ArgumentNullException.ThrowIfNull(cores);
        return Root(replica, porep, StepsOf.Standing, cores, progress, poseidonKernel, open: null, cancellation);
    }

    /// <summary>
    /// Makes what a sector needs beside its replica: tree_r_last, p_aux and t_aux in <see cref="SealJob.CacheFolder"/>, on disk and recorded
    /// as "standing-…", if its root makes <paramref name="expected"/> with <see cref="SealJob.KnownCommC"/>.
    /// </summary>
    /// <param name="job">What and where; its data and its sealed file are not touched.</param>
    /// <param name="replica">The replica: sealed file, key or update.</param>
    /// <param name="expected">The CommR it has to have.</param>
    /// <param name="log">Finished steps.</param>
    /// <param name="cores">Cores to use.</param>
    /// <param name="progress">Told how far, as of building trees; may be null.</param>
    /// <param name="cancellation">Stops within a second.</param>
    /// <param name="steps">Standing, or StandingUpdate.</param>
    /// <returns>Its comm_c and comm_r_last; null if the replica has another CommR: it is damaged, and nothing is recorded.</returns>
    /// <exception cref="OperatorException">The replica cannot be read, or storage failed.</exception>
    public static PAuxFile? TryBuild(
        SealJob job,
        ISectorData replica,
        CommR expected,
        IStepLog log,
        ITreeCores cores,
        IProgress<SealProgress>? progress,
        CancellationToken cancellation,
        StepsOf steps = StepsOf.Standing)
    {
        ArgumentNullException.ThrowIfNull(job);
        ArgumentNullException.ThrowIfNull(replica);
        ArgumentNullException.ThrowIfNull(log);
        ArgumentNullException.ThrowIfNull(cores);
        PorepParameters porep = job.Inputs.Porep;
        Bytes32 commC = job.KnownCommC ?? throw new ArgumentException("comm_c has to be known", nameof(job));
        BaseTreeLayout layout = BaseTreeLayout.For(porep);
        SealStep finished = new(StepKind.Finished, steps);
        string pAuxPath = Path.Combine(job.CacheFolder, CacheNames.PAux);
        if (SealSteps.IsRecorded(job.Files, log, finished, pAuxPath))
        {
            return PAuxFile.Read(job.Files, pAuxPath);
        }

        PAuxFile made = new(commC, Root(replica, porep, steps, cores, progress, job.PoseidonKernel, Open, cancellation));
        if (CommRs.From(made.CommC, made.CommRLast, job.PoseidonKernel) != expected)
        {
            return null;
        }

        for (int tree = 0; tree < porep.Shape.BaseTrees; tree++)
        {
            log.Record(SealSteps.TreeRLast(tree) with { Of = steps }, SegmentDigests.OfFile(job.Files, PathOf(tree), cancellation: cancellation));
        }

        TAuxFile.Write(job.Files, job.CacheFolder, porep, job.CachePathInTAux, job.RowsToDiscard);
        made.Write(job.Files, pAuxPath);
        log.Record(finished, SegmentDigests.OfFile(job.Files, pAuxPath, cancellation: cancellation));
        return made;

        string PathOf(int tree) => Path.Combine(job.CacheFolder, CacheNames.TreeRLast(porep.Shape, tree));

        TreeFile Open(int tree) => new(job.Files, PathOf(tree), layout, layout.LowestRowOfTreeRLast(job.RowsToDiscard));
    }

    private static Bytes32 Root(
        ISectorData replica,
        PorepParameters porep,
        StepsOf steps,
        ITreeCores cores,
        IProgress<SealProgress>? progress,
        string? poseidonKernel,
        Func<int, TreeFile>? open,
        CancellationToken cancellation)
    {
        BaseTreeLayout layout = BaseTreeLayout.For(porep);
        Bytes32[] roots = new Bytes32[porep.Shape.BaseTrees];
        string kernel = PoseidonKernel.Create(TreeShape.BaseArity, poseidonKernel).Name;
        for (int tree = 0; tree < roots.Length; tree++)
        {
            SealProgressCounter counter = new(progress, SealPhase.Trees, tree + 1, roots.Length, layout.Leaves, kernel: kernel, of: steps);
            using TreeFile? file = open?.Invoke(tree);
            roots[tree] = BaseTreeOfReplica.Build(
                replica,
                tree * layout.Leaves * SectorSize.NodeBytes,
                layout,
                file is null ? NoTreeRows.Instance : file,
                cores,
                counter,
                poseidonKernel,
                cancellation);
            file?.Publish();
        }

        return TreeRoots.Join(porep.Shape, roots, poseidonKernel);
    }
}
