using System.Diagnostics.CodeAnalysis;
using Polly;
using Polly.Retry;

namespace Filecoin.Chain.Transport;

/// <summary>Tries again: with exponential backoff and jitter, or as the server asks, but never after more than the longest interval.</summary>
public static class Retry
{
    /// <summary>Makes what runs the tries.</summary>
    /// <typeparam name="T">What a try gives.</typeparam>
    /// <param name="tries">How many at most, the first included.</param>
    /// <param name="options">The intervals between them.</param>
    /// <param name="time">The clock.</param>
    /// <param name="isWorthIt">Whether another try may help after this one.</param>
    /// <param name="retryAfter">How long the server asks to wait; null where it does not say.</param>
    /// <param name="waiting">Told of every try that will be repeated.</param>
    public static ResiliencePipeline<T> Of<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] T>(
        int tries,
        TransportOptions options,
        TimeProvider time,
        Func<RetryPredicateArguments<T>, bool> isWorthIt,
        Func<Outcome<T>, TimeSpan?> retryAfter,
        Action<OnRetryArguments<T>> waiting)
    {
        ArgumentNullException.ThrowIfNull(options);
        return tries == 1 ? ResiliencePipeline<T>.Empty : new ResiliencePipelineBuilder<T> { TimeProvider = time }
            .AddRetry(new RetryStrategyOptions<T>
            {
                ShouldHandle = tried => ValueTask.FromResult(isWorthIt(tried)),
                MaxRetryAttempts = tries - 1,
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                Delay = options.RetryInterval,
                MaxDelay = options.MaxRetryInterval,

                // Null leaves the delay to the backoff above.
                DelayGenerator = tried => ValueTask.FromResult(
                    retryAfter(tried.Outcome) is var asked && asked > options.MaxRetryInterval ? options.MaxRetryInterval : asked),
                OnRetry = repeated =>
                {
                    waiting(repeated);
                    return ValueTask.CompletedTask;
                },
            })
            .Build();
    }
}
