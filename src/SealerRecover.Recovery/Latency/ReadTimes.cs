namespace SealerRecover.Recovery.Latency;

/// <summary>How long so many things took: each as it was, none averaged away.</summary>
/// <param name="Count">How many; the times of none are zero.</param>
/// <param name="Median">Half of them took no longer.</param>
/// <param name="P99">99 in a hundred took no longer: of less than a hundred, the worst.</param>
/// <param name="Worst">None took longer.</param>
public readonly record struct ReadTimes(int Count, TimeSpan Median, TimeSpan P99, TimeSpan Worst)
{
    /// <summary>Of times in any order. A percentile is the least of them that as many do not exceed (nearest rank).</summary>
    public static ReadTimes Of(IEnumerable<TimeSpan> times)
    {
        TimeSpan[] sorted = [.. times.Order()];
        return sorted.Length == 0
            ? default
            : new ReadTimes(sorted.Length, sorted[Rank(sorted.Length, 50)], sorted[Rank(sorted.Length, 99)], sorted[^1]);
    }

    private static int Rank(int count, long percent) => (int)(((count * percent) + 99) / 100) - 1;
}
