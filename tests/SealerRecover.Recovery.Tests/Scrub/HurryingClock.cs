namespace SealerRecover.Recovery.Tests.Scrub;

/// <summary>
/// A clock that stands still until somebody waits for less than <paramref name="most"/>: then that time has passed at once. Longer timers ring when
/// those have brought the clock so far.
/// </summary>
internal sealed class HurryingClock(DateTimeOffset start, TimeSpan most) : TimeProvider
{
    private readonly Lock _lock = new();
    private readonly List<Rings> _timers = [];
    private DateTimeOffset _now = start;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    public override DateTimeOffset GetUtcNow()
    {
        lock (_lock)
        {
            return _now;
        }
    }

    public override long GetTimestamp() => GetUtcNow().Ticks;

    public void Advance(TimeSpan time)
    {
        Rings[] due;
        lock (_lock)
        {
            _now += time;
            due = [.. _timers.Where(timer => timer.At <= _now)];
            _timers.RemoveAll(timer => due.Contains(timer));
        }

        Array.ForEach(due, timer => timer.Ring());
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        Rings timer = new(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    private void Set(Rings timer, TimeSpan due)
    {
        lock (_lock)
        {
            _timers.Remove(timer);
            if (due == Timeout.InfiniteTimeSpan)
            {
                return;
            }

            timer.At = _now + due;
            _timers.Add(timer);
        }

        if (due < most)
        {
            // Whoever makes a timer may not be ready for it to ring.
            ThreadPool.QueueUserWorkItem(_ => Advance(due));
        }
    }

    private sealed class Rings(HurryingClock clock, TimerCallback callback, object? state) : ITimer
    {
        public DateTimeOffset At { get; set; }

        public void Ring() => callback(state);

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            clock.Set(this, dueTime);
            return true;
        }

        public void Dispose() => clock.Set(this, Timeout.InfiniteTimeSpan);

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
