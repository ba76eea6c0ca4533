using System.Collections.Immutable;
using SealerRecover.Recovery.Diagnosis;

namespace SealerRecover.Rendering;

/// <summary>What a mismatch's exception carries for the operator to compare.</summary>
internal static class MismatchEvidence
{
    /// <summary>The facts, likely causes and excluded ones in <paramref name="exception"/>; all empty for other failures.</summary>
    public static (ImmutableArray<NamedFact> Facts, ImmutableArray<string> Causes, ImmutableArray<string> Excluded) Of(Exception exception) =>
        exception is CommitmentMismatchException mismatch
            ? ([.. mismatch.Evidence.Select(fact => new NamedFact(fact.Name, fact.Value))], [.. mismatch.LikelyCauses], [.. mismatch.Excluded])
            : ([], [], []);
}
