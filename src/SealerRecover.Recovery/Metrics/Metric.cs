using System.Collections.Immutable;
using System.Text.Json;

namespace SealerRecover.Recovery.Metrics;

/// <summary>How a metric's values follow each other.</summary>
public enum MetricKind
{
    /// <summary>It goes up and down.</summary>
    Gauge,

    /// <summary>It only grows while a run lasts.</summary>
    Counter,
}

/// <summary>
/// One metric of a run, by the name that queries know, which stays. This is the one table of them: the file, the page about it and the tests of
/// alerts and boards follow it. Names end in what they count, in base units (seconds, bytes), counters in _total.
/// </summary>
/// <param name="Name">Its name.</param>
/// <param name="Kind">How its values follow each other.</param>
/// <param name="Help">One sentence.</param>
/// <param name="Labels">Names of its labels, in the order of their values. Each has few values, or as many as its sentence says.</param>
public sealed record Metric(string Name, MetricKind Kind, string Help, ImmutableArray<string> Labels)
{
    /// <summary>Sectors at most that have series of their own: those that are open and whose fault ends first.</summary>
    public const int MostSectors = 2000;

    /// <summary>Storage paths at most that have series of their own.</summary>
    public const int MostStoragePaths = 500;

    /// <summary>1, with what was built.</summary>
    public static readonly Metric BuildInfo = Gauge("build_info", "Always 1, with the version of sealer-recover.", "version");

    /// <summary>Whether the command is at work.</summary>
    public static readonly Metric Running = Gauge("running", "1 while the command works, 0 when it has ended.");

    /// <summary>When it began.</summary>
    public static readonly Metric RunStart = Gauge("run_start_timestamp_seconds", "When the run began.");

    /// <summary>When it ended.</summary>
    public static readonly Metric RunEnd = Gauge("run_end_timestamp_seconds", "When the run ended; absent while it lasts.");

    /// <summary>What it ended with.</summary>
    public static readonly Metric RunExitCode = Gauge("run_exit_code", "The exit code of the run; absent while it lasts.");

    /// <summary>When something was done last.</summary>
    public static readonly Metric LastProgress = Gauge(
        "last_progress_timestamp_seconds", "When the work moved on last: nodes, bytes, steps, answers. Waiting for a node that does not answer is none of it.");

    /// <summary>How far the run is.</summary>
    public static readonly Metric RunRatio = Gauge("run_ratio", "How much of the whole work is done, 0 to 1; what earlier runs did counts.");

    /// <summary>How long it takes still.</summary>
    public static readonly Metric RunLeft = Gauge("run_left_seconds", "How long it takes until the last sector has ended, by the pace so far.");

    /// <summary>When it is done.</summary>
    public static readonly Metric RunDone = Gauge("run_done_timestamp_seconds", "When the last sector will have ended, by the pace so far.");

    /// <summary>Sectors that come too late.</summary>
    public static readonly Metric LateSectors = Gauge("late_sectors", "Sectors that will be done after their next deadline, by the pace so far.");

    /// <summary>Sectors by where they stand.</summary>
    public static readonly Metric Sectors = Gauge("sectors", "Sectors of the run by where they stand.", "state");

    /// <summary>Sectors that failed.</summary>
    public static readonly Metric Failures = Counter("sector_failures_total", "Sectors that failed, by the name of the exit code; commitment_mismatch is a mismatch.", "reason");

    /// <summary>Nodes of phases.</summary>
    public static readonly Metric PhaseNodes = Counter("phase_nodes_total", "Nodes of 32 bytes that this run has done, by phase; label is PreCommit1, trees PreCommit2.", "phase");

    /// <summary>Bytes of phases.</summary>
    public static readonly Metric PhaseBytes = Counter("phase_bytes_total", "Bytes that this run has done, by phase; install is what was compared, copied or renamed.", "phase");

    /// <summary>Layers that were labelled.</summary>
    public static readonly Metric Layers = Counter("layers_total", "Layers that this run has labelled, over all sectors.");

    /// <summary>What they took.</summary>
    public static readonly Metric LayerSeconds = Counter("layer_seconds_total", "Seconds that those layers took, each by itself; divided by layers_total, the seconds a layer.");

    /// <summary>What kernels hashed.</summary>
    public static readonly Metric Hashes = Counter(
        "hashes_total",
        "Nodes that this run has hashed, by phase and by the kernel that did: labels; columns, or leaves, with the trees on them; nodes of tree_d.",
        "phase",
        "kernel");

    /// <summary>Bytes to and from disks.</summary>
    public static readonly Metric IoBytes = Counter(
        "io_bytes_total", "Bytes that storage read or wrote for this process, as the system counts them; what the page cache answered is not among them.", "direction");

    /// <summary>What a file system has left.</summary>
    public static readonly Metric DiskFree = Gauge("disk_free_bytes", "Bytes that can still be written on the file system of the folder for work in progress.", "folder");

    /// <summary>What a file system holds.</summary>
    public static readonly Metric DiskSize = Gauge("disk_size_bytes", "Bytes that this file system holds.", "folder");

    /// <summary>Bytes of pieces.</summary>
    public static readonly Metric PieceBytes = Counter("piece_bytes_total", "Bytes of pieces that this run has got or checked, by what was done.", "activity");

    /// <summary>Calls that were repeated.</summary>
    public static readonly Metric NodeRetries = Counter("node_retries_total", "Times that a call to a chain node had to be repeated, as far as it was told.");

    /// <summary>Pauses that nodes were given.</summary>
    public static readonly Metric NodePauses = Counter("node_pauses_total", "Times that a chain node was given a pause, as far as it was told.");

    /// <summary>When a sector is terminated.</summary>
    public static readonly Metric FaultEnd = Gauge(
        "sector_fault_end_timestamp_seconds",
        $"When the chain terminates a faulty sector that is not done yet; at most {MostSectors}, those whose time comes first.",
        "miner",
        "sector");

    /// <summary>Whether work on it has begun.</summary>
    public static readonly Metric Begun = Gauge("sector_begun", "Of the same sectors, whether this run has begun work on it.", "miner", "sector");

    /// <summary>Sectors that were looked at.</summary>
    public static readonly Metric Checked = Gauge("checked_sectors", "Sectors whose files were looked at, by what was found last.", "result");

    /// <summary>Slow sectors.</summary>
    public static readonly Metric Slow = Gauge("slow_sectors", "Sectors of which a challenge or a reading took longer than is allowed.");

    /// <summary>Late partitions.</summary>
    public static readonly Metric LatePartitions = Gauge("late_partitions", "Partitions that may take longer to read than provers give them.");

    /// <summary>Half of what was read of a path came within this.</summary>
    public static readonly Metric ReadMedian = OfPath("read_median_seconds", "Half of the challenges or readings took no longer in this storage path");

    /// <summary>99 of 100 did.</summary>
    public static readonly Metric ReadP99 = OfPath("read_p99_seconds", "99 of 100 challenges or readings took no longer in this storage path");

    /// <summary>The longest.</summary>
    public static readonly Metric ReadWorst = OfPath("read_worst_seconds", "The longest challenge or reading in this storage path");

    /// <summary>How often it was read from.</summary>
    public static readonly Metric Reads = OfPath("timed_reads", "Readings that were timed in this storage path");

    /// <summary>How often memory answered.</summary>
    public static readonly Metric ReadsFromMemory = OfPath("timed_reads_from_memory", "How many of them the page cache answered, as far as that can be told");

    /// <summary>Bytes that were read.</summary>
    public static readonly Metric ReadBytes = OfPath("timed_read_bytes", "Bytes of them");

    /// <summary>Its slow sectors.</summary>
    public static readonly Metric SlowOfPath = OfPath("storage_path_slow_sectors", "Slow sectors that spent most of their longest time in this storage path");

    /// <summary>All of them, in the order in which they are written: of a run, then of what is watched.</summary>
    public static ImmutableArray<Metric> All { get; } =
    [
        BuildInfo, Running, RunStart, RunEnd, RunExitCode, LastProgress, RunRatio, RunLeft, RunDone, LateSectors, Sectors, Failures, PhaseNodes, PhaseBytes,
        Layers, LayerSeconds, Hashes, IoBytes, DiskFree, DiskSize, PieceBytes, NodeRetries, NodePauses, FaultEnd, Begun, Checked, Slow, LatePartitions, ReadMedian, ReadP99, ReadWorst, Reads,
        ReadsFromMemory, ReadBytes, SlowOfPath, .. SiteMetric.All,
    ];

    /// <summary>Samples in the order of <see cref="All"/>, those of one metric together.</summary>
    internal static IReadOnlyList<Sample> InOrder(IEnumerable<Sample> samples) =>
        [.. samples.GroupBy(sample => sample.Of).OrderBy(group => All.IndexOf(group.Key)).SelectMany(group => group)];

    /// <summary>A point in time as a value.</summary>
    internal static double Seconds(DateTimeOffset time) => time.ToUnixTimeMilliseconds() / 1000.0;

    /// <summary>A member of an enum as the value of a label, as it is in JSON.</summary>
    public static string Word<TEnum>(TEnum value)
        where TEnum : struct, Enum => JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString());

    internal static Metric Gauge(string name, string help, params ImmutableArray<string> labels) => new($"sealer_recover_{name}", MetricKind.Gauge, help, labels);

    private static Metric Counter(string name, string help, params ImmutableArray<string> labels) => new($"sealer_recover_{name}", MetricKind.Counter, help, labels);

    private static Metric OfPath(string name, string help) => Gauge(name, $"{help}; at most {MostStoragePaths} paths.", "storage_path");
}

/// <summary>A value of a metric.</summary>
/// <param name="Of">The metric.</param>
/// <param name="Value">The value, in the unit that its name says; times as seconds since 1970.</param>
/// <param name="LabelValues">One for each of its labels.</param>
public sealed record Sample(Metric Of, double Value, params ImmutableArray<string> LabelValues);
