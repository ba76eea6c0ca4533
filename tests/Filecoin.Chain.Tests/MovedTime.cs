namespace SealerRecover.Tests.Chain;

/// <summary>A clock that stands until a test moves it; its timers go off on the way.</summary>
internal sealed class MovedTime : TimeProvider
{
    private readonly Lock _lock = new();
    private readonly List<Timer> _timers = [];
    private DateTimeOffset _now = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    /// <summary>Timers that have not been disposed of.</summary>
    internal int Timers
    {
        get
        {
            lock (_lock)
            {
                return _timers.Count;
            }
        }
    }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow()
    {
        lock (_lock)
        {
            return _now;
        }
    }

    public override long GetTimestamp() => GetUtcNow().UtcTicks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        lock (_lock)
        {
            Timer timer = new(this, () => callback(state), _now + dueTime, period);
            _timers.Add(timer);
            return timer;
        }
    }

    /// <summary>Moves on.</summary>
    internal void Move(TimeSpan by)
    {
        DateTimeOffset end = GetUtcNow() + by;
        while (Next(end) is { } timer)
        {
            timer.Callback();
        }
    }

    private Timer? Next(DateTimeOffset end)
    {
        lock (_lock)
        {
            Timer? next = _timers.Where(timer => timer.Due <= end).MinBy(timer => timer.Due);
            _now = next?.Due ?? end;
            if (next is { Period: var period })
            {
                next.Due = period > TimeSpan.Zero ? next.Due + period : DateTimeOffset.MaxValue;
            }

            return next;
        }
    }

    private sealed class Timer(MovedTime time, Action callback, DateTimeOffset due, TimeSpan period) : ITimer
    {
        public Action Callback { get; } = callback;

        public DateTimeOffset Due { get; set; } = due;

        public TimeSpan Period { get; } = period;

        public bool Change(TimeSpan dueTime, TimeSpan period) => throw new NotSupportedException();

        public void Dispose()
        {
            lock (time._lock)
            {
                time._timers.Remove(this);
            }
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
