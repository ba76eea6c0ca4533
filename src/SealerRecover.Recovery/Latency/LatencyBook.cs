using Filecoin.Primitives;

namespace SealerRecover.Recovery.Latency;

/// <summary>Whether times are those of the disk.</summary>
public enum PageCache
{
    /// <summary>No reading was answered from memory.</summary>
    Emptied,

    /// <summary>Some were, although the system was asked to forget what it held: times tell less than they seem to.</summary>
    Answered,

    /// <summary>The file system does not tell.</summary>
    Untold,
}

/// <summary>How long a storage path takes to answer.</summary>
/// <param name="StoragePath">Which.</param>
/// <param name="Sectors">Sectors that have files in it which were read.</param>
/// <param name="SlowSectors">Those of them that are slow and spent most of their longest step on it.</param>
/// <param name="Bytes">What was read.</param>
/// <param name="Reads">Readings.</param>
/// <param name="FromMemory">How many of them the page cache answered, as far as that can be told.</param>
/// <param name="Cache">What that means for the times.</param>
/// <param name="Times">Of each step (a challenge, or a reading) what was spent on it.</param>
public sealed record PathLatency(
    string StoragePath, int Sectors, int SlowSectors, long Bytes, int Reads, int FromMemory, PageCache Cache, ReadTimes Times);

/// <summary>What reading means for a partition, as far as its sectors were read.</summary>
/// <param name="Place">Which.</param>
/// <param name="Sectors">How many of its sectors were read.</param>
/// <param name="Slow">Those of them that are slow, by number.</param>
/// <param name="InTurn">All of them one after the other: what it takes at most.</param>
/// <param name="Longest">The sector that took longest: what it takes at least, however much is read side by side.</param>
/// <param name="BusiestPath">The storage path on which most of that time was spent.</param>
/// <param name="BusiestTotal">What was spent there: what it takes where a storage path answers one reading at a time, as a disk that turns does.</param>
public sealed record PartitionLatency(
    PartitionPlace Place, int Sectors, IReadOnlyList<ulong> Slow, TimeSpan InTurn, TimeSpan Longest, string BusiestPath, TimeSpan BusiestTotal)
{
    /// <summary>
    /// What lotus-miner and Curio give the check of a partition before its proof (PartitionCheckTimeout, 20 minutes unless configured): sectors
    /// that it has not read by then are left out. A deadline is open for 30 minutes.
    /// </summary>
    public static readonly TimeSpan CheckTimeout = TimeSpan.FromMinutes(20);

    /// <summary>Whether the sectors that were read may take longer than that, though none of them is slow by itself.</summary>
    public bool IsLate => BusiestTotal > CheckTimeout;
}

/// <summary>Adds up how long sectors and storage paths took to read from, and says which are slow.</summary>
/// <param name="limit">A sector is slow if a step takes longer: then its prover may be late, and with it its partition.</param>
/// <param name="storagePathOf">The storage path in which a file lies.</param>
public sealed class LatencyBook(TimeSpan limit, Func<string, string> storagePathOf)
{
    private readonly List<SectorLatency> _sectors = [];
    private readonly Dictionary<string, PathSums> _paths = new(StringComparer.Ordinal);

    /// <summary>The limit.</summary>
    public TimeSpan Limit => limit;

    /// <summary>The sectors, in the order in which they were added.</summary>
    public IReadOnlyList<SectorLatency> Sectors => _sectors;

    /// <summary>The slow ones.</summary>
    public IReadOnlyList<SectorLatency> Slow => [.. _sectors.Where(sector => sector.IsSlow)];

    /// <summary>The storage paths that anything was read from, by name.</summary>
    public IReadOnlyList<PathLatency> Paths =>
    [
        .. _paths.OrderBy(path => path.Key, StringComparer.Ordinal).Select(path => new PathLatency(
            path.Key,
            _sectors.Count(sector => sector.StoragePaths.Contains(path.Key)),
            _sectors.Count(sector => sector.IsSlow && sector.WorstIn == path.Key),
            path.Value.Bytes,
            path.Value.Reads,
            path.Value.FromMemory,
            path.Value.FromMemory > 0 ? PageCache.Answered : path.Value.Untold > 0 ? PageCache.Untold : PageCache.Emptied,
            ReadTimes.Of(path.Value.Steps))),
    ];

    /// <summary>The partitions whose sectors were read, by deadline.</summary>
    public IReadOnlyList<PartitionLatency> Partitions =>
    [
        .. _sectors.Where(sector => sector.Place is not null).GroupBy(sector => sector.Place!.Value)
            .OrderBy(group => group.Key.Deadline).ThenBy(group => group.Key.Partition)
            .Select(Partition),
    ];

    /// <summary>Takes down what a sector took.</summary>
    /// <param name="sector">The sector.</param>
    /// <param name="place">Where it is proven; null where nobody told.</param>
    /// <param name="steps">What was read of it; where that is nothing, nothing is taken down.</param>
    /// <returns>What was taken down.</returns>
    public SectorLatency? Add(SectorId sector, PartitionPlace? place, IReadOnlyList<ReadStep> steps)
    {
        ArgumentNullException.ThrowIfNull(steps);
        ReadStep[] read = [.. steps.Where(step => step.Reads.Count > 0)];
        if (read.Length == 0)
        {
            return null;
        }

        Dictionary<string, string> lies = read.SelectMany(step => step.Reads).Select(one => one.Path).Distinct().ToDictionary(path => path, storagePathOf);
        foreach (ReadStep step in read)
        {
            foreach (IGrouping<string, TimedRead> there in step.Reads.GroupBy(one => lies[one.Path]))
            {
                if (!_paths.TryGetValue(there.Key, out PathSums? sums))
                {
                    _paths[there.Key] = sums = new PathSums();
                }

                sums.Add([.. there]);
            }
        }

        ReadStep worst = read.MaxBy(step => step.Took)!;
        (string worstIn, TimeSpan worstThere) = worst.Reads.GroupBy(one => lies[one.Path])
            .Select(there => (there.Key, Sum(there))).MaxBy(there => there.Item2);
        SectorLatency taken = new()
        {
            Sector = sector,
            Place = place,
            Steps = ReadTimes.Of(read.Select(step => step.Took)),
            Total = new TimeSpan(read.Sum(step => step.Took.Ticks)),
            WorstNode = worst.Node,
            WorstIn = worstIn,
            WorstThere = worstThere,
            IsSlow = worst.Took > limit,
            Files =
            [
                .. read.SelectMany(step => step.Reads).GroupBy(one => one.Path).Select(file => new FileLatency(
                    file.Key, lies[file.Key], file.Sum(one => (long)one.Bytes), Sum(file), ReadTimes.Of(file.Select(one => one.Took)))),
            ],
        };
        _sectors.Add(taken);
        return taken;
    }

    private static PartitionLatency Partition(IGrouping<PartitionPlace, SectorLatency> sectors)
    {
        (string busiest, TimeSpan total) = sectors.SelectMany(sector => sector.Files).GroupBy(file => file.StoragePath)
            .Select(there => (there.Key, new TimeSpan(there.Sum(file => file.Total.Ticks)))).MaxBy(there => there.Item2);
        return new PartitionLatency(
            sectors.Key,
            sectors.Count(),
            [.. sectors.Where(sector => sector.IsSlow).Select(sector => sector.Sector.Number).Order()],
            new TimeSpan(sectors.Sum(sector => sector.Total.Ticks)),
            sectors.Max(sector => sector.Total),
            busiest,
            total);
    }

    private static TimeSpan Sum(IEnumerable<TimedRead> reads) => new(reads.Sum(read => read.Took.Ticks));

    /// <summary>What is kept of a storage path: eight bytes a step.</summary>
    private sealed class PathSums
    {
        public List<TimeSpan> Steps { get; } = [];

        public long Bytes { get; private set; }

        public int Reads { get; private set; }

        public int FromMemory { get; private set; }

        public int Untold { get; private set; }

        public void Add(IReadOnlyList<TimedRead> reads)
        {
            Steps.Add(Sum(reads));
            Bytes += reads.Sum(read => (long)read.Bytes);
            Reads += reads.Count;
            FromMemory += reads.Count(read => read.FromMemory == true);
            Untold += reads.Count(read => read.FromMemory is null);
        }
    }
}
