using System.Collections.Immutable;

namespace Filecoin.Sealing.Jobs;

/// <summary>
/// The cores that label one sector together: one chains the hashes, others look ahead, fetching parents and preparing message blocks.
/// Which cores are worth giving (an L3 cache in common, no two on one physical core) is the planner's business.
/// </summary>
/// <param name="Hasher">Number of the logical CPU, as the system counts them, that the hashing thread keeps to; null to leave it alone.</param>
/// <param name="LookAhead">
/// The logical CPU of each look-ahead thread, <see cref="AnyCpu"/> for one that is left alone. Empty: the hashing thread does everything itself.
/// </param>
public sealed record LabelCores(int? Hasher, ImmutableArray<int> LookAhead)
{
    /// <summary>Stands for the number of a CPU where a thread may run anywhere.</summary>
    public const int AnyCpu = -1;

    /// <summary>One look-ahead thread, and no thread kept to a CPU.</summary>
    public static LabelCores Anywhere { get; } = new(null, [AnyCpu]);
}
