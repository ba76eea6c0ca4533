using Microsoft.Extensions.Logging;
using Polly;
using Polly.Retry;

namespace SealerRecover.Recovery.PieceSources;

/// <summary>Tries requests to a server again where that may help: with exponential back-off and jitter, or as Retry-After says.</summary>
/// <param name="server">Which server; one that cannot be reached is not tried again for every piece.</param>
/// <param name="address">For the log.</param>
/// <param name="options">How often and how long.</param>
/// <param name="logger">Warning: every try that is repeated.</param>
/// <param name="time">Clock for delays.</param>
internal sealed class Patience(PieceServer server, string address, PieceFetcherOptions options, ILogger logger, TimeProvider time)
{
    /// <summary>Does something until it succeeds, fails in a way that will not pass, or has failed too often.</summary>
    /// <exception cref="ServerTrouble">The last failure.</exception>
    public ValueTask<T> DoAsync<T>(Func<CancellationToken, Task<T>> work, CancellationToken cancellation)
    {
        ResiliencePipelineBuilder<T> builder = new() { TimeProvider = time };
        if (options.MaxTries > 1)
        {
            builder.AddRetry(new RetryStrategyOptions<T>
            {
                ShouldHandle = new PredicateBuilder<T>().Handle<ServerTrouble>(
                    trouble => trouble.MayPass && !(trouble.Kind == RefusalKind.Unreachable && server.IsGivenUp)),
                MaxRetryAttempts = options.MaxTries - 1,
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                Delay = options.FirstDelay,
                MaxDelay = options.MaxDelay,

                // Null leaves the delay to the back-off above.
                DelayGenerator = retry => ValueTask.FromResult(Asked(retry.Outcome.Exception)),
                OnRetry = retry =>
                {
                    logger.LogWarning(
                        "{Address} {What}; trying again in {Seconds:0.0} s ({Try} of {Tries})",
                        address,
                        retry.Outcome.Exception?.Message,
                        retry.RetryDelay.TotalSeconds,
                        retry.AttemptNumber + 2,
                        options.MaxTries);
                    return ValueTask.CompletedTask;
                },
            });
        }

        return builder.Build().ExecuteAsync(async token => await work(token).ConfigureAwait(false), cancellation);
    }

    private TimeSpan? Asked(Exception? error)
    {
        TimeSpan? asked = (error as ServerTrouble)?.RetryAfter;
        return asked > options.MaxDelay ? options.MaxDelay : asked < TimeSpan.Zero ? TimeSpan.Zero : asked;
    }
}
