namespace SealerRecover.Recovery.Latency;

/// <summary>One reading, and what it took.</summary>
/// <param name="Path">The file.</param>
/// <param name="Bytes">What was read.</param>
/// <param name="Took">From asking until it was there; of a file's first reading with its opening.</param>
/// <param name="FromMemory">
/// Whether the system had it in its page cache before anything was read of this step, so that no disk was asked; null where that cannot be told.
/// </param>
public readonly record struct TimedRead(string Path, int Bytes, TimeSpan Took, bool? FromMemory);

/// <summary>What has to be there before a prover can go on: all readings of one challenge, or a single one.</summary>
/// <param name="Node">The challenged node, counted over the sector; null where it is not about one.</param>
/// <param name="Reads">The readings, one after the other.</param>
public sealed record ReadStep(long? Node, IReadOnlyList<TimedRead> Reads)
{
    /// <summary>All of them.</summary>
    public TimeSpan Took => new(Reads.Sum(read => read.Took.Ticks));
}
