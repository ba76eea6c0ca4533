namespace Filecoin.Chain.Progress;

/// <summary>A task of many equal parts. Safe for concurrent use.</summary>
internal sealed class CountedWork : IDisposable
{
    private readonly LongWork _work;
    private int _done;
    private int _failed;

    /// <summary>The task begins.</summary>
    /// <param name="reporter">Tells of it.</param>
    /// <param name="task">What it is.</param>
    /// <param name="total">Its parts.</param>
    internal CountedWork(Reporter reporter, LookupTask task, int total) => _work = reporter.Begin(elapsed =>
        Volatile.Read(ref _done) is var done && done < total ? new LookupCount(task, done, total, Volatile.Read(ref _failed), elapsed) : null);

    /// <summary>A part is done.</summary>
    /// <param name="failed">Whether it failed.</param>
    internal void Ended(bool failed = false)
    {
        if (failed)
        {
            Interlocked.Increment(ref _failed);
        }

        Interlocked.Increment(ref _done);
    }

    /// <inheritdoc/>
    public void Dispose() => _work.Dispose();
}
