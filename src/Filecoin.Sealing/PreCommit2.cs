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
    /// <param name="threads">Threads to use.</param>
    /// <param name="progress">Told how far the work is; may be null.</param>
    /// <param name="cancellation">Stops the work within a second; finished base trees stay recorded.</param>
    /// <exception cref="Filecoin.Primitives.OperatorException">Storage failed, or a layer is not what PreCommit1 wrote.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static SealedCommitments Run(
        SealJob job, IStepLog log, int threads, IProgress<SealProgress>? progress, CancellationToken cancellation) =>
        throw new NotImplementedException();
}
