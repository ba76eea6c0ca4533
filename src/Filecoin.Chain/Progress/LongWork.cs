namespace Filecoin.Chain.Progress;

/// <summary>
/// Work that is told of once it has taken two seconds, and then a few times a second, however long a single step of it takes; what is shorter
/// needs no progress. Nothing is told any more once it has been disposed of.
/// </summary>
internal sealed class LongWork : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);

    private readonly Lock _lock = new();
    private readonly IProgress<LookupReport>? _listener;
    private readonly TimeProvider _time;
    private readonly Func<TimeSpan, LookupReport?> _now;
    private readonly long _began;
    private readonly ITimer? _timer;
    private bool _isOver;

    /// <summary>The work begins.</summary>
    /// <param name="listener">Who is told; null for nobody.</param>
    /// <param name="time">The clock.</param>
    /// <param name="now">What there is to tell after so long; null for nothing.</param>
    internal LongWork(IProgress<LookupReport>? listener, TimeProvider time, Func<TimeSpan, LookupReport?> now)
    {
        _listener = listener;
        _time = time;
        _now = now;
        _began = time.GetTimestamp();
        _timer = listener is null ? null : time.CreateTimer(_ => Tick(), null, News.Grace, Interval);
    }

    /// <summary>The work has ended.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            _isOver = true;
        }

        _timer?.Dispose();
    }

    private void Tick()
    {
        // Held while it is told, so that a display that ends after the work is not told of it.
        lock (_lock)
        {
            if (!_isOver && _now(_time.GetElapsedTime(_began)) is { } report)
            {
                _listener!.Report(report);
            }
        }
    }
}
