using System.Globalization;

namespace Filecoin.Chain.Transport;

/// <summary>The time that a server is given for something; what goes wrong meanwhile becomes a <see cref="TransportException"/>.</summary>
public sealed class ServerTimeout : IDisposable
{
    private readonly TimeSpan _limit;
    private readonly CancellationToken _cancellation;
    private readonly CancellationTokenSource _over;
    private readonly CancellationTokenSource _either;

    /// <summary>The time begins.</summary>
    /// <param name="limit">How long it is.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellation">The caller gives up.</param>
    public ServerTimeout(TimeSpan limit, TimeProvider time, CancellationToken cancellation)
    {
        _limit = limit;
        _cancellation = cancellation;
        _over = new CancellationTokenSource(limit, time);
        _either = CancellationTokenSource.CreateLinkedTokenSource(_over.Token, cancellation);
    }

    /// <summary>The time begins anew.</summary>
    public void Restart() => _over.CancelAfter(_limit);

    /// <summary>Does something with the server.</summary>
    /// <param name="work">What; ends with its token.</param>
    /// <param name="missed">What the server did where the time is over, as half a sentence.</param>
    /// <param name="inBody">Whether an answer has begun.</param>
    /// <exception cref="TransportException">It failed, or the time is over.</exception>
    /// <exception cref="OperationCanceledException">The caller gave up.</exception>
    public async Task<T> WatchAsync<T>(Func<CancellationToken, Task<T>> work, string missed, bool inBody)
    {
        ArgumentNullException.ThrowIfNull(work);
        try
        {
            return await work(_either.Token).ConfigureAwait(false);
        }
        catch (Exception error) when (error is OperationCanceledException or HttpRequestException or IOException)
        {
            _cancellation.ThrowIfCancellationRequested();
            throw _over.IsCancellationRequested
                ? new TransportException(TransportTrouble.TimedOut, Within(missed, _limit), error)
                : TransportException.Of(error, inBody);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _either.Dispose();
        _over.Dispose();
    }

    internal static string Within(string what, TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{what} within {time.TotalSeconds:0.###} s");
}
