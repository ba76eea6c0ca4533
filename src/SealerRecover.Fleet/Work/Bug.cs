using Microsoft.Extensions.Logging;

namespace SealerRecover.Fleet.Work;

/// <summary>What goes wrong beside a worker's sectors in a way nobody foresaw, which ends what it befell and not the worker.</summary>
internal static partial class Bug
{
    /// <summary>With its stack, for who reports it; the sentence about it is told anyway.</summary>
    /// <param name="log">The log.</param>
    /// <param name="what">What failed.</param>
    /// <param name="stack">The exception in full.</param>
    [LoggerMessage(LogLevel.Debug, "{What} failed in a way nobody foresaw: {Stack}")]
    public static partial void Tell(ILogger log, string what, object stack);
}
