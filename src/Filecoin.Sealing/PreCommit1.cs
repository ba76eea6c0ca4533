using Filecoin.Sealing.Graph;

namespace Filecoin.Sealing;

/// <summary>PreCommit1: the labels of all layers, written as layer files.</summary>
public static class PreCommit1
{
    /// <summary>
    /// Labels every layer that <paramref name="log"/> does not hold as finished with an intact file. Blocks the calling thread; allocates
    /// two layers of native memory. Each finished layer is on disk before it is recorded.
    /// </summary>
    /// <param name="job">What and where.</param>
    /// <param name="parents">The verified parent cache of the job's seal proof.</param>
    /// <param name="log">Finished steps.</param>
    /// <param name="progress">Told how far the work is; may be null.</param>
    /// <param name="cancellation">Stops the work within a second; finished layers stay recorded.</param>
    /// <exception cref="Filecoin.Primitives.OperatorException">Storage failed or memory was refused.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static void Run(
        SealJob job, ParentCache parents, IStepLog log, IProgress<SealProgress>? progress, CancellationToken cancellation) =>
        throw new NotImplementedException();
}
