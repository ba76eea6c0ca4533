using System.Collections.Immutable;
using SealerRecover.Recovery;

namespace SealerRecover.Rendering;

/// <summary>What a mismatch's exception carries for the operator to compare.</summary>
internal static class MismatchEvidence
{
    /// <summary>The facts and likely causes in <paramref name="exception"/>; both empty for other failures.</summary>
    public static (ImmutableArray<NamedFact> Facts, ImmutableArray<string> Causes) Of(Exception exception) =>
        exception is CommitmentMismatchException mismatch
            ? ([.. mismatch.Evidence.Select(fact => new NamedFact(fact.Name, fact.Value))], [.. mismatch.LikelyCauses])
            : ([], []);
}
