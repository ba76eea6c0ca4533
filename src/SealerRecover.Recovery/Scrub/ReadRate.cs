namespace SealerRecover.Recovery.Scrub;

/// <summary>Bytes a second over all that is read, and how many it was: a bucket that is never more than a moment full. From any thread.</summary>
/// <param name="perSecond">Bytes a second; null for no limit.</param>
/// <param name="time">The clock.</param>
/// <param name="stop">When it is cancelled nobody waits any more: what was begun shall be finished soon.</param>
public sealed class ReadRate(long? perSecond, TimeProvider time, CancellationToken stop)
{
    private readonly Lock _lock = new();
    private readonly long _began = time.GetTimestamp();
    private TimeSpan _paidUntil;
    private long _bytes;

    /// <summary>Bytes that were read.</summary>
    public long Bytes => Interlocked.Read(ref _bytes);

    /// <summary>Waits until so many bytes may be read.</summary>
    public void Take(int bytes)
    {
        Interlocked.Add(ref _bytes, bytes);
        if (perSecond is not { } rate || stop.IsCancellationRequested)
        {
            return;
        }

        TimeSpan wait;
        lock (_lock)
        {
            // What nobody took a while ago is not saved up.
            TimeSpan now = time.GetElapsedTime(_began);
            _paidUntil = (_paidUntil > now ? _paidUntil : now) + TimeSpan.FromSeconds((double)bytes / rate);
            wait = _paidUntil - now;
        }

        // The end of a wait that was cut short is no failure.
        Task.Delay(wait, time, stop).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default)
            .GetAwaiter().GetResult();
    }
}
