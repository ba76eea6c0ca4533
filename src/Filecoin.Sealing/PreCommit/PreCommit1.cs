using Filecoin.Primitives;
using Filecoin.Sealing.Graph;
using Filecoin.Sealing.Jobs;
using Filecoin.Sealing.Labeling;
using Filecoin.Sealing.Labeling.Kernels;
using Filecoin.Sealing.Steps;

namespace Filecoin.Sealing.PreCommit;

/// <summary>PreCommit1: the labels of all layers, written as layer files.</summary>
/// <remarks>
/// Layers that the log holds as finished, with an intact file, are not labelled. The calling thread is blocked and does the labelling; two
/// layers of native memory are taken for each sector, and a layer is written while the next one is labelled. Each finished layer is on disk
/// before it is recorded, and looked at before it is written: a sample of its labels is made again by the plain kernel
/// (<see cref="LabelSample"/>), and the layer it was made from has to be in memory what it was when it was written.
/// </remarks>
public static class PreCommit1
{
    /// <summary>
    /// Labels one sector; with <see cref="SealJob.LabelCores"/> several threads do, which takes a few MiB more, and a window of parents for
    /// each look-ahead thread. A layer that is found wrong is labelled again from the file of the one before; <see cref="SealJob.Notice"/> is
    /// told.
    /// </summary>
    /// <param name="job">What and where.</param>
    /// <param name="parents">The verified parent cache of the job's seal proof.</param>
    /// <param name="log">Finished steps.</param>
    /// <param name="progress">Told how far the work is; may be null.</param>
    /// <param name="cancellation">Stops the work within a second; finished layers stay recorded.</param>
    /// <param name="lastLayer">Shown the last layer as it is made, until it is on disk; null if nobody looks.</param>
    /// <exception cref="OperatorException">Storage failed, memory was refused, or layers came out wrong again and again (Hardware).</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static void Run(
        SealJob job,
        ParentCache parents,
        IStepLog log,
        IProgress<SealProgress>? progress,
        CancellationToken cancellation,
        LayerWatermark? lastLayer = null)
    {
        ArgumentNullException.ThrowIfNull(job);
        Run(job, LabelKernels.OfOne.Create(job.LabelKernel), parents, log, progress, lastLayer, null, cancellation);
    }

    /// <summary>
    /// Labels several sectors of one seal proof together: they share the parent cache and every parent look-up, and are hashed side by side,
    /// which on one core takes a fraction of the time of one after the other. A sector that has a layer others lack keeps its file; the layer
    /// made again must be the same. A sector whose layer is found wrong is left where it is, for the other method: its
    /// <see cref="SealJob.Notice"/> is told, and the others go on.
    /// </summary>
    /// <param name="jobs">What and where: at least one job, all of one seal proof, with one choice of kernel and one file system, each in a folder of its own.</param>
    /// <param name="logs">Finished steps of each job.</param>
    /// <param name="parents">The verified parent cache of the jobs' seal proof.</param>
    /// <param name="progress">Told how far each job is; elements may be null.</param>
    /// <param name="cancellation">Stops the work within a second; finished layers stay recorded.</param>
    /// <exception cref="OperatorException">Storage failed, a layer made again differs from the recorded one, or memory was refused.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static void RunBatch(
        IReadOnlyList<SealJob> jobs,
        IReadOnlyList<IStepLog> logs,
        ParentCache parents,
        IReadOnlyList<IProgress<SealProgress>?> progress,
        CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(jobs);
        ArgumentOutOfRangeException.ThrowIfZero(jobs.Count);
        string? kernel = jobs[0].BatchLabelKernel ?? jobs[0].LabelKernel;
        RunBatch(jobs, sectors => LabelKernels.ForBatch(sectors, kernel), logs, parents, progress, null, cancellation);
    }

    /// <summary>As the public one, with a given kernel and source of draws.</summary>
    internal static void Run(
        SealJob job,
        LabelKernel kernel,
        ParentCache parents,
        IStepLog log,
        IProgress<SealProgress>? progress,
        LayerWatermark? lastLayer,
        Random? random,
        CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(log);
        Label([new LabelledSector(job, log, progress, new LayerDoubts(job), lastLayer)], _ => [kernel], parents, job.LabelCores, random, cancellation);
    }

    /// <summary>As the public one, with given kernels and source of draws.</summary>
    internal static void RunBatch(
        IReadOnlyList<SealJob> jobs,
        Func<int, IReadOnlyList<LabelKernel>> kernelsFor,
        IReadOnlyList<IStepLog> logs,
        ParentCache parents,
        IReadOnlyList<IProgress<SealProgress>?> progress,
        Random? random,
        CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(logs);
        ArgumentNullException.ThrowIfNull(progress);
        ArgumentOutOfRangeException.ThrowIfNotEqual(logs.Count, jobs.Count);
        ArgumentOutOfRangeException.ThrowIfNotEqual(progress.Count, jobs.Count);
        if (jobs.Select(job => Path.GetFullPath(job.CacheFolder)).Distinct().Count() < jobs.Count)
        {
            throw new ArgumentException("two jobs share a cache folder", nameof(jobs));
        }

        LabelledSector[] sectors = [.. jobs.Select((job, i) => new LabelledSector(job, logs[i], progress[i]))];
        Label(sectors, kernelsFor, parents, null, random, cancellation);
    }

    private static void Label(
        IReadOnlyList<LabelledSector> sectors,
        Func<int, IReadOnlyList<LabelKernel>> kernelsFor,
        ParentCache parents,
        LabelCores? cores,
        Random? random,
        CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(parents);
        if (sectors.Any(sector => sector.Job.Inputs.Porep != parents.Porep))
        {
            throw new ArgumentException("a job and the parent cache belong to different seal proofs", nameof(parents));
        }

        LabelledSector[] unfinished = [.. sectors.Where(sector => !sector.HasTrees)];
        if (unfinished.Length > 0)
        {
            using Labeler labeler = new(unfinished, kernelsFor(unfinished.Length), parents, new LabelCheck(parents, random), cores, cancellation);
            labeler.Run();
        }
    }
}
