using SealerRecover.Recovery.Latency;

namespace SealerRecover.Rendering;

/// <summary>How long storage paths and partitions take to read, and which sectors are slow.</summary>
internal sealed record JsonLatency(
    LatencyOf Of,
    double SlowSeconds,
    IReadOnlyList<JsonSector> SlowSectors,
    string? SharedPath,
    IReadOnlyList<JsonPathLatency> StoragePaths,
    IReadOnlyList<JsonPartitionLatency> Partitions) : JsonLine;

/// <summary>One storage path.</summary>
internal sealed record JsonPathLatency(
    string StoragePath,
    int SectorCount,
    int SlowSectorCount,
    int Reads,
    long Bytes,
    double MedianSeconds,
    double P99Seconds,
    double WorstSeconds,
    PageCache PageCache,
    int FromMemory);

/// <summary>One partition, as far as its sectors were read.</summary>
internal sealed record JsonPartitionLatency(
    int Deadline,
    ulong Partition,
    int SectorCount,
    IReadOnlyList<ulong> SlowSectorNumbers,
    double InTurnSeconds,
    double LongestSeconds,
    string BusiestPath,
    double BusiestSeconds,
    bool Late);

/// <summary>How long the files of one sector take to read.</summary>
internal sealed record JsonSectorLatency(
    bool Slow, int Steps, double Seconds, double MedianSeconds, double WorstSeconds, long? WorstNode, string WorstIn, IReadOnlyList<JsonFileLatency> Files)
{
    /// <summary>Of a sector where anything was timed.</summary>
    public static JsonSectorLatency? Of(SectorLatency? sector) => sector is null ? null : new(
        sector.IsSlow,
        sector.Steps.Count,
        JsonFileLatency.Exact(sector.Total),
        JsonFileLatency.Exact(sector.Steps.Median),
        JsonFileLatency.Exact(sector.Steps.Worst),
        sector.WorstNode,
        sector.WorstIn,
        [
            .. sector.Files.Select(file => new JsonFileLatency(
                file.Path, file.StoragePath, file.Times.Count, file.Bytes, JsonFileLatency.Exact(file.Total), JsonFileLatency.Exact(file.Times.Median), JsonFileLatency.Exact(file.Times.Worst))),
        ]);
}

/// <summary>One of them.</summary>
internal sealed record JsonFileLatency(
    string Path, string StoragePath, int Reads, long Bytes, double Seconds, double MedianSeconds, double WorstSeconds)
{
    /// <summary>Seconds to the microsecond.</summary>
    public static double Exact(TimeSpan time) => Math.Round(time.TotalSeconds, 6);
}
