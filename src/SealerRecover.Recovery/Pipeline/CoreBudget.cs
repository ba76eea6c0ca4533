using Filecoin.Sealing.Steps;

namespace SealerRecover.Recovery.Pipeline;

/// <summary>
/// The cores of a run, shared by everything in it: a seat takes its cores for as long as it labels, trees take what is left, a chunk at a
/// time, so that they give way within a fraction of a second when a seat begins.
/// </summary>
/// <param name="threads">Threads that may run at once, at least 1.</param>
/// <param name="threadsOfCore">How many of them are one core, all of which a labelling thread takes.</param>
internal sealed class CoreBudget(int threads, int threadsOfCore = 1) : ITreeCores
{
    /// <summary>How soon a waiting thread notices that it is cancelled.</summary>
    private static readonly TimeSpan CheckInterval = TimeSpan.FromMilliseconds(100);

    private readonly object _gate = new();
    private int _labelling;
    private int _trees;
    private bool _following;

    /// <inheritdoc/>
    public int Most => threads;

    /// <summary>Threads that trees may use at this moment.</summary>
    public int Now
    {
        get
        {
            lock (_gate)
            {
                return ForTrees;
            }
        }
    }

    // Trees always have one, or layers would pile up behind labels that never stop.
    private int ForTrees => Math.Max(1, threads - _labelling);

    /// <summary>Takes <paramref name="cores"/> cores for labelling until the result is disposed of. Never waits: labels come first.</summary>
    public IDisposable Labelling(int cores) => new Share(this, cores * threadsOfCore);

    /// <summary>
    /// The right to build trees of a sector that is still being labelled, until the result is disposed of; null where every core labels, or
    /// another sector is followed: one at a time takes all cores that its labels can keep busy, and memory for one.
    /// </summary>
    public IDisposable? TryFollow()
    {
        lock (_gate)
        {
            return threads > _labelling && !_following ? new Follower(this) : null;
        }
    }

    /// <inheritdoc/>
    public void Enter(CancellationToken cancellation)
    {
        lock (_gate)
        {
            while (_trees >= ForTrees)
            {
                cancellation.ThrowIfCancellationRequested();
                Monitor.Wait(_gate, CheckInterval);
            }

            _trees++;
        }
    }

    /// <inheritdoc/>
    public void Leave()
    {
        lock (_gate)
        {
            _trees--;
            Monitor.PulseAll(_gate);
        }
    }

    private void Change(int labelling)
    {
        lock (_gate)
        {
            _labelling += labelling;
            Monitor.PulseAll(_gate);
        }
    }

    private sealed class Follower : IDisposable
    {
        private readonly CoreBudget _budget;

        // Called with the gate closed.
        public Follower(CoreBudget budget) => (_budget = budget)._following = true;

        public void Dispose()
        {
            lock (_budget._gate)
            {
                _budget._following = false;
            }
        }
    }

    private sealed class Share : IDisposable
    {
        private readonly CoreBudget _budget;
        private int _taken;

        public Share(CoreBudget budget, int taken)
        {
            (_budget, _taken) = (budget, taken);
            budget.Change(taken);
        }

        public void Dispose() => _budget.Change(-Interlocked.Exchange(ref _taken, 0));
    }
}
