using System.Globalization;

namespace Filecoin.Chain.Transport;

/// <summary>The time that a server is given for something; what goes wrong meanwhile becomes a <see cref="TransportException"/>.</summary>
/// <param name="limit">How long it is; it begins at once.</param>
/// <param name="time">The clock.</param>
/// <param name="cancellation">The caller gives up.</param>
public sealed class ServerTimeout(TimeSpan limit, TimeProvider time, CancellationToken cancellation) : IDisposable
{
    private readonly CancellationTokenSource _over = new(limit, time);

    /// <summary>The time begins anew.</summary>
    public void Restart() => _over.CancelAfter(limit);

    /// <summary>Does something with the server.</summary>
    /// <param name="work">What; ends with its token.</param>
    /// <param name="missed">What the server did where the time is over, as half a sentence.</param>
    /// <param name="inBody">Whether an answer has begun.</param>
    /// <exception cref="TransportException">It failed, or the time is over.</exception>
    /// <exception cref="OperationCanceledException">The caller gave up.</exception>
    public async Task<T> WatchAsync<T>(Func<CancellationToken, Task<T>> work, string missed, bool inBody)
    {
        ArgumentNullException.ThrowIfNull(work);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(_over.Token, cancellation);
        try
        {
            return await work(either.Token).ConfigureAwait(false);
        }
        catch (Exception error) when (error is OperationCanceledException or HttpRequestException or IOException)
        {
            cancellation.ThrowIfCancellationRequested();
            throw _over.IsCancellationRequested
                ? new TransportException(TransportTrouble.TimedOut, Within(missed, limit), error)
                : TransportException.Of(error, inBody);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _over.Dispose();

    internal static string Within(string what, TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{what} within {time.TotalSeconds:0.###} s");
}
