using Filecoin.Chain.Progress;

namespace Filecoin.Chain.Transport;

/// <summary>
/// When an endpoint that is asked too much may be asked again; one pause for all calls to it, so that a hundred calls do not each find out
/// for themselves. As long as the endpoint says (Retry-After), else longer each time in a row. Safe for concurrent use.
/// </summary>
/// <param name="time">The clock.</param>
/// <param name="first">The first pause where the endpoint does not say how long.</param>
/// <param name="longest">The longest pause, also where the endpoint asks for more.</param>
internal sealed class EndpointPause(TimeProvider time, TimeSpan first, TimeSpan longest)
{
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(1);

    private readonly Lock _lock = new();
    private DateTimeOffset _until = DateTimeOffset.MinValue;
    private DateTimeOffset _began = DateTimeOffset.MinValue;
    private DateTimeOffset _rowBegan = DateTimeOffset.MinValue;
    private (DateTimeOffset At, TimeSpan Pause) _told = (DateTimeOffset.MinValue, TimeSpan.Zero);
    private int _inARow;

    /// <summary>How long calls have to wait now; zero or less: not at all.</summary>
    internal TimeSpan Left
    {
        get
        {
            lock (_lock)
            {
                return _until - time.GetUtcNow();
            }
        }
    }

    /// <summary>Waits until the pause is over.</summary>
    internal async Task WaitAsync(CancellationToken cancellation)
    {
        for (TimeSpan left = Left; left > TimeSpan.Zero; left = Left)
        {
            // Timers may be a little early; a whole millisecond is waited at least.
            await Task.Delay(left < Tick ? Tick : left, time, cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>The endpoint refused a request for want of capacity.</summary>
    /// <param name="sent">When the request was sent: of those that were under way together only one lengthens the pause.</param>
    /// <param name="retryAfter">How long the endpoint asks to wait; null if it does not say.</param>
    /// <returns>The pause, where it is worth telling: not for each of the requests that were refused together. Else null.</returns>
    internal TimeSpan? Refused(DateTimeOffset sent, TimeSpan? retryAfter)
    {
        lock (_lock)
        {
            DateTimeOffset now = time.GetUtcNow();
            bool isNews = sent >= _began;
            if (retryAfter is null && !isNews)
            {
                return null;
            }

            TimeSpan pause = retryAfter ?? first * Math.Pow(2, Math.Min(_inARow, 30));
            pause = pause > longest ? longest : pause;
            _rowBegan = _inARow == 0 ? now : _rowBegan;
            (_began, _inARow) = isNews ? (now, _inARow + 1) : (_began, _inARow);
            _until = now + pause > _until ? now + pause : _until;

            // Pauses in a row are one wait; one no longer than that told before goes on with it.
            if (_until - _rowBegan < News.Grace || (pause <= _told.Pause && now - _told.At < News.Quiet))
            {
                return null;
            }

            _told = (now, pause);
            return pause;
        }
    }

    /// <summary>The endpoint answered.</summary>
    internal void Answered()
    {
        lock (_lock)
        {
            _inARow = 0;
        }
    }
}
