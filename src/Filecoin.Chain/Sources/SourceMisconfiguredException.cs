using Filecoin.Primitives;

namespace Filecoin.Chain.Sources;

/// <summary>
/// A source that the operator named certainly lets nobody in as it was named: a wrong password, database or token, a right that was not granted.
/// That is no sector's failure, so it ends a run at once, with BadInput, instead of every sector.
/// </summary>
/// <param name="message">What is wrong, one sentence.</param>
/// <param name="hint">What to set, one sentence.</param>
/// <param name="inner">The cause; null for none.</param>
public sealed class SourceMisconfiguredException(string message, Hint hint, Exception? inner = null)
    : OperatorException(FailureKind.BadInput, message, hint, inner)
{
    /// <summary>The same, naming the source.</summary>
    /// <param name="source">As <see cref="ISectorSource.Name"/>.</param>
    internal SourceMisconfiguredException Of(string source) =>
        new($"{source} cannot be asked as it was named: {Message}", Hint, this);
}
