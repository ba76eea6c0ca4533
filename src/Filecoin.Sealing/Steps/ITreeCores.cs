namespace Filecoin.Sealing.Steps;

/// <summary>
/// The cores that building trees may use, asked for again before every chunk of work (a fraction of a second), so that whoever shares them
/// out can take some away or give more while trees are being built.
/// </summary>
public interface ITreeCores
{
    /// <summary>Threads worth starting: more than this are never let in at once. At least 1.</summary>
    int Most { get; }

    /// <summary>Waits until the calling thread may use a core.</summary>
    /// <exception cref="OperationCanceledException">Cancelled while waiting; then there is nothing to leave.</exception>
    void Enter(CancellationToken cancellation);

    /// <summary>Gives the core back.</summary>
    void Leave();
}

/// <summary>As many cores as threads, all the time.</summary>
/// <param name="threads">Threads to start.</param>
public sealed class FixedTreeCores(int threads) : ITreeCores
{
    /// <inheritdoc/>
    public int Most { get; } = Math.Max(1, threads);

    /// <inheritdoc/>
    public void Enter(CancellationToken cancellation) => cancellation.ThrowIfCancellationRequested();

    /// <inheritdoc/>
    public void Leave()
    {
    }
}
