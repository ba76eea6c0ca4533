using System.Collections.Immutable;

namespace SealerRecover.Rendering;

/// <summary>What a mismatch's exception carries for the operator to compare.</summary>
internal static class MismatchEvidence
{
    /// <summary>The facts and likely causes in <paramref name="exception"/>; both empty for other failures.</summary>
    public static (ImmutableArray<NamedFact> Facts, ImmutableArray<string> Causes) Of(Exception exception)
    {
        _ = exception;
        return ([], []);
    }
}
