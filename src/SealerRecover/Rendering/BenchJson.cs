namespace SealerRecover.Rendering;

/// <summary>What the bench command found, for programs.</summary>
internal static class BenchJson
{
    /// <summary>The line.</summary>
    /// <param name="result">What was found.</param>
    public static JsonBench Of(BenchResult result) => new(
        result.Speeds.Processor,
        result.Speeds.Cores,
        result.Speeds.Memory,
        Math.Round(result.Speeds.Yardstick.Nanoseconds, 3),
        [.. result.Rows.Select(row => new JsonSpeed(
            row.What,
            row.Kernel,
            row.Sectors,
            row.Arity,
            row.SectorSize,
            Math.Round(row.Speed.PerSecond, 1),
            Math.Round(row.Speed.MedianPerSecond, 1),
            Math.Round(result.Blocks(row), 3),
            result.TimesReference(row) is { } times ? Math.Round(times, 3) : null))],
        new JsonDisk(
            result.Speeds.Disk.Folder,
            Math.Round(result.Speeds.Disk.WriteBytesPerSecond),
            Math.Round(result.Speeds.Disk.ReadBytesPerSecond),
            result.Speeds.Disk.FreeBytes),
        [.. result.Estimates.Select(estimate => new JsonEstimate(
            estimate.Size.Bytes,
            estimate.Sectors,
            estimate.AtOnce,
            JsonCores.Of(estimate.Cores),
            Seconds(estimate.PreCommit1),
            Seconds(estimate.PreCommit2),
            Seconds(estimate.PreCommit2After),
            Seconds(estimate.Total),
            Seconds(estimate.ParentCache),
            estimate.Bound,
            estimate.Memory,
            estimate.MemorySuffices,
            estimate.TempDisk,
            estimate.ResultDisk,
            estimate.ParentCacheDisk))]);

    private static double Seconds(TimeSpan time) => Math.Round(time.TotalSeconds, 1);
}
