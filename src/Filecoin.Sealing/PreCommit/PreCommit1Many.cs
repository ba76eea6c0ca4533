using Filecoin.Primitives;
using Filecoin.Sealing.Graph;
using Filecoin.Sealing.Jobs;
using Filecoin.Sealing.Labeling;
using Filecoin.Sealing.Labeling.Kernels;
using Filecoin.Sealing.Labeling.Many;
using Filecoin.Sealing.Steps;

namespace Filecoin.Sealing.PreCommit;

/// <summary>
/// PreCommit1 of several sectors of one seal proof together: they share the parent cache and every parent look-up, and are hashed side by
/// side, which on one core takes a fraction of the time of one after the other. The files are those of <see cref="PreCommit1"/>.
/// </summary>
public static class PreCommit1Many
{
    /// <summary>
    /// Labels every layer that not all of <paramref name="logs"/> hold as finished with an intact file. Blocks the calling thread, which
    /// does the labelling; a layer is written while the next one is labelled. Each finished layer of a sector is on disk before it is
    /// recorded. A sector that has a layer others lack keeps its file; the layer made again must be the same. Every sector's layer is looked at
    /// as in PreCommit1; one that is wrong is not written, and its sector is left where it is, for PreCommit1: its
    /// <see cref="SealJob.Notice"/> is told, and the others go on.
    /// </summary>
    /// <param name="jobs">What and where: at least one job, all of one seal proof, with one choice of kernel and one file system, each in a folder of its own.</param>
    /// <param name="logs">Finished steps of each job.</param>
    /// <param name="parents">The verified parent cache of the jobs' seal proof.</param>
    /// <param name="progress">Told how far each job is; elements may be null.</param>
    /// <param name="cancellation">Stops the work within a second; finished layers stay recorded.</param>
    /// <exception cref="OperatorException">Storage failed, a layer made again differs from the recorded one, or memory was refused.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static void Run(
        IReadOnlyList<SealJob> jobs,
        IReadOnlyList<IStepLog> logs,
        ParentCache parents,
        IReadOnlyList<IProgress<SealProgress>?> progress,
        CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(jobs);
        ArgumentOutOfRangeException.ThrowIfZero(jobs.Count);
        Run(jobs, sectors => LabelKernels.ForBatch(sectors, jobs[0].BatchLabelKernel ?? jobs[0].LabelKernel), logs, parents, progress, null, cancellation);
    }

    /// <summary>As the other, with given kernels and source of draws.</summary>
    internal static void Run(
        IReadOnlyList<SealJob> jobs,
        Func<int, IReadOnlyList<LabelKernel>> kernelsFor,
        IReadOnlyList<IStepLog> logs,
        ParentCache parents,
        IReadOnlyList<IProgress<SealProgress>?> progress,
        Random? random,
        CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(logs);
        ArgumentNullException.ThrowIfNull(parents);
        ArgumentNullException.ThrowIfNull(progress);
        ArgumentOutOfRangeException.ThrowIfNotEqual(logs.Count, jobs.Count);
        ArgumentOutOfRangeException.ThrowIfNotEqual(progress.Count, jobs.Count);
        if (jobs.Any(job => job.Inputs.Porep != parents.Porep))
        {
            throw new ArgumentException("a job and the parent cache belong to different seal proofs", nameof(jobs));
        }

        if (jobs.Select(job => Path.GetFullPath(job.CacheFolder)).Distinct().Count() < jobs.Count)
        {
            throw new ArgumentException("two jobs share a cache folder", nameof(jobs));
        }

        // Once the trees are recorded the layers have served, and PreCommit2 may have removed them.
        ManySector[] sectors =
        [
            .. Enumerable.Range(0, jobs.Count)
                .Where(i => !PreCommit2.HasTrees(jobs[i], logs[i]))
                .Select(i => new ManySector(jobs[i], new RecordedLayers(jobs[i], logs[i]), progress[i])),
        ];
        if (sectors.Length > 0)
        {
            using ManyLabeler labeler = new(sectors, kernelsFor(sectors.Length), parents, new LabelCheck(parents, random), cancellation);
            labeler.Run();
        }
    }
}
