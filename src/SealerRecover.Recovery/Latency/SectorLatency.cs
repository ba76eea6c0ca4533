using Filecoin.Primitives;

namespace SealerRecover.Recovery.Latency;

/// <summary>Where on chain a sector is proven.</summary>
/// <param name="Deadline">0 to 47.</param>
/// <param name="Partition">Within the deadline.</param>
public readonly record struct PartitionPlace(int Deadline, ulong Partition);

/// <summary>How long one file of a sector took to read from.</summary>
/// <param name="Path">The file.</param>
/// <param name="StoragePath">Where it lies.</param>
/// <param name="Bytes">What was read of it.</param>
/// <param name="Total">All readings of it together.</param>
/// <param name="Times">Each reading.</param>
public sealed record FileLatency(string Path, string StoragePath, long Bytes, TimeSpan Total, ReadTimes Times);

/// <summary>How long the files of a sector took to read from.</summary>
public sealed record SectorLatency
{
    /// <summary>The sector.</summary>
    public required SectorId Sector { get; init; }

    /// <summary>Where it is proven; null where nobody told.</summary>
    public required PartitionPlace? Place { get; init; }

    /// <summary>Each step: a challenge, or a reading.</summary>
    public required ReadTimes Steps { get; init; }

    /// <summary>All steps one after the other: what its proof waits for where nothing is read side by side.</summary>
    public required TimeSpan Total { get; init; }

    /// <summary>The challenged node of the step that took longest; null where that was none.</summary>
    public required long? WorstNode { get; init; }

    /// <summary>The storage path that most of the longest step was spent on.</summary>
    public required string WorstIn { get; init; }

    /// <summary>What of the longest step was spent there.</summary>
    public required TimeSpan WorstThere { get; init; }

    /// <summary>Whether a step took longer than the limit.</summary>
    public required bool IsSlow { get; init; }

    /// <summary>Its files, in the order in which they were read.</summary>
    public required IReadOnlyList<FileLatency> Files { get; init; }

    /// <summary>The storage paths they lie in.</summary>
    public IEnumerable<string> StoragePaths => Files.Select(file => file.StoragePath).Distinct();
}
