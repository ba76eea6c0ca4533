using System.Collections.Immutable;

namespace SealerRecover.Recovery.Metrics;

/// <summary>The part of <see cref="Metric.All"/> that is told of what is watched: a fleet, or the run of another process.</summary>
public static class SiteMetric
{
    /// <summary>Machines at most that have series of their own.</summary>
    public const int MostMachines = 500;

    /// <summary>Whether it could be read.</summary>
    public static readonly Metric Up = Gauge("up", "1 where what is watched could be read, 0 where not, as where a database does not answer; then the others are absent.");

    /// <summary>Sectors by where they stand.</summary>
    public static readonly Metric Sectors = Gauge("sectors", "Sectors that are watched by where they stand: queued is the queue, without what is paused.", "state");

    /// <summary>Failed sectors.</summary>
    public static readonly Metric Failed = Gauge("failed_sectors", "Sectors that failed and were not tried again, by exit code; 8 is a mismatch.", "exit_code");

    /// <summary>Late sectors.</summary>
    public static readonly Metric Late = Gauge("late_sectors", "Sectors that will be done after their next deadline, by the pace so far.");

    /// <summary>How far it is.</summary>
    public static readonly Metric Ratio = Gauge("ratio", "How much of the whole work is done, 0 to 1.");

    /// <summary>When it is done.</summary>
    public static readonly Metric Done = Gauge("done_timestamp_seconds", "When the last sector will be back, by the pace so far.");

    /// <summary>When something is due.</summary>
    public static readonly Metric NextDue = Gauge("next_due_timestamp_seconds", "The next moment by which a sector that is not back is due.");

    /// <summary>What is lost.</summary>
    public static readonly Metric Lost = Gauge("lost_fil_per_day", "FIL that the sectors which are not back lose a day, fees and missed reward.");

    /// <summary>What is saved.</summary>
    public static readonly Metric Saved = Gauge("saved_fil_per_day", "FIL that the sectors which are back would have lost a day.");

    /// <summary>What needs a person.</summary>
    public static readonly Metric Concerns = Gauge("concerns", "What needs a person, by how much it presses.", "level");

    /// <summary>When a sector is terminated.</summary>
    public static readonly Metric FaultEnd = Gauge(
        "sector_fault_end_timestamp_seconds",
        $"When the chain terminates a sector that is not back; at most {Metric.MostSectors}, those whose time comes first.",
        "miner",
        "sector");

    /// <summary>Whether work on it has begun.</summary>
    public static readonly Metric Begun = Gauge("sector_begun", "Of the same sectors, whether a machine has begun work on it.", "miner", "sector");

    /// <summary>Machines by state.</summary>
    public static readonly Metric Machines = Gauge("machines", "Machines by state: working, idle, draining, ended, or gone, which did not say good-bye.", "state");

    /// <summary>Whether a machine is gone.</summary>
    public static readonly Metric Gone = OfMachine("machine_gone", "1 where this machine is not heard of any more and did not say good-bye");

    /// <summary>When it was heard.</summary>
    public static readonly Metric Heard = OfMachine("machine_heard_timestamp_seconds", "When this machine was heard of last");

    /// <summary>What it has.</summary>
    public static readonly Metric MachineSectors = OfMachine("machine_sectors", "Sectors that this machine works on");

    /// <summary>How busy it is.</summary>
    public static readonly Metric Busy = OfMachine("machine_busy_ratio", "How busy its cores are, 0 to 1");

    /// <summary>What it labels.</summary>
    public static readonly Metric LabelRate = OfMachine("machine_labels_per_second", "Labels a second over all its sectors");

    /// <summary>What it should.</summary>
    public static readonly Metric LabelRateExpected = OfMachine("machine_expected_labels_per_second", "Labels a second that as many sectors at once should come to on it");

    /// <summary>Its disk.</summary>
    public static readonly Metric DiskFree = OfMachine("machine_disk_free_bytes", "Bytes that can still be written on its file system for work in progress");

    /// <summary>Its disk.</summary>
    public static readonly Metric DiskSize = OfMachine("machine_disk_size_bytes", "Bytes that this file system holds");

    /// <summary>Its memory.</summary>
    public static readonly Metric MemoryFree = OfMachine("machine_memory_available_bytes", "Bytes of memory that can be had on it");

    /// <summary>Its memory.</summary>
    public static readonly Metric MemorySize = OfMachine("machine_memory_bytes", "Bytes of memory that it has");

    /// <summary>All of them, in the order in which they are written.</summary>
    internal static ImmutableArray<Metric> All { get; } =
    [
        Up, Sectors, Failed, Late, Ratio, Done, NextDue, Lost, Saved, Concerns, FaultEnd, Begun, Machines, Gone, Heard, MachineSectors, Busy, LabelRate,
        LabelRateExpected, DiskFree, DiskSize, MemoryFree, MemorySize,
    ];

    private static Metric Gauge(string name, string help, params ImmutableArray<string> labels) => Metric.Gauge($"site_{name}", help, labels);

    private static Metric OfMachine(string name, string help) => Gauge(name, $"{help}; at most {MostMachines} machines.", "machine");
}
