namespace SealerRecover.Recovery.Pipeline;

/// <summary>The cores of a run: what labelling does not use is for trees.</summary>
/// <param name="cores">As many threads as the operator allows, at least 1.</param>
internal sealed class CoreBudget(int cores)
{
    private int _labelling;

    /// <summary>Threads that trees may use now; always at least one.</summary>
    public int ForTrees => Math.Max(1, cores - Volatile.Read(ref _labelling));

    /// <summary>Counts the calling thread as labelling until the result is disposed of.</summary>
    public IDisposable Labelling() => new Share(this);

    private sealed class Share : IDisposable
    {
        private CoreBudget? _budget;

        public Share(CoreBudget budget)
        {
            _budget = budget;
            Interlocked.Increment(ref budget._labelling);
        }

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _budget, null) is { } budget)
            {
                Interlocked.Decrement(ref budget._labelling);
            }
        }
    }
}
