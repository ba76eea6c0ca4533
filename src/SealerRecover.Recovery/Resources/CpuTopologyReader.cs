using System.Collections.Immutable;
using System.Globalization;

namespace SealerRecover.Recovery.Resources;

/// <summary>
/// Reads <see cref="CpuTopology"/> from /sys/devices/system/cpu, narrowed to the CPUs this process may use (/proc/self/status) and the CPU
/// time its control groups grant (cpu.max, or cpu.cfs_quota_us in version 1).
/// </summary>
internal static class CpuTopologyReader
{
    private const string CpuFolder = "sys/devices/system/cpu";

    /// <summary>More than any machine has; what names a higher CPU is not a list of CPUs.</summary>
    private const int MostCpus = 1 << 16;

    /// <summary>The topology; null when the system does not even list its CPUs.</summary>
    public static CpuTopology? Read(ISystemText system)
    {
        ImmutableSortedSet<int>? online = List(system, $"{CpuFolder}/online");
        ImmutableSortedSet<int>? allowed = AllowedCpus(system);
        ImmutableSortedSet<int>? usable = online is null ? allowed : allowed is null ? online : online.Intersect(allowed);
        if (usable is null || usable.IsEmpty)
        {
            return null;
        }

        Dictionary<int, int> nodes = Nodes(system);
        return new CpuTopology([.. usable.Select(number => Describe(system, number, nodes))], Quota(system));
    }

    /// <summary>Parses "0-3,8,10-12"; null if it is not such a list.</summary>
    public static ImmutableSortedSet<int>? ParseList(string text)
    {
        ImmutableSortedSet<int>.Builder cpus = ImmutableSortedSet.CreateBuilder<int>();
        foreach (string part in text.Trim().Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            string[] ends = part.Split('-');
            if (ends.Length > 2 || !TryNumber(ends[0], out int first) || !TryNumber(ends[^1], out int last) || last < first)
            {
                return null;
            }

            cpus.UnionWith(Enumerable.Range(first, last - first + 1));
        }

        return cpus.Count == 0 ? null : cpus.ToImmutable();

        static bool TryNumber(string digits, out int number) =>
            int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out number) && number < MostCpus;
    }

    private static Cpu Describe(ISystemText system, int number, Dictionary<int, int> nodes)
    {
        int node = nodes.GetValueOrDefault(number);
        int core = List(system, $"{CpuFolder}/cpu{number}/topology/thread_siblings_list")?.Min ?? number;
        int group = LastLevelCache(system, number)?.Min ?? nodes.Where(other => other.Value == node).Select(other => other.Key).DefaultIfEmpty(0).Min();
        return new Cpu(number, core, group, node);
    }

    // Level 3 where there is one. A level 2 is no group to go by: each core has its own.
    private static ImmutableSortedSet<int>? LastLevelCache(ISystemText system, int number)
    {
        const int mostIndexes = 8;
        for (int index = 0; index < mostIndexes; index++)
        {
            string cache = $"{CpuFolder}/cpu{number}/cache/index{index}";
            switch (First(system, $"{cache}/level"))
            {
                case null:
                    return null;
                case "3":
                    return List(system, $"{cache}/shared_cpu_list");
                default:
                    continue;
            }
        }

        return null;
    }

    private static Dictionary<int, int> Nodes(ISystemText system)
    {
        Dictionary<int, int> nodes = [];
        foreach (int node in List(system, "sys/devices/system/node/online") ?? [])
        {
            foreach (int cpu in List(system, $"sys/devices/system/node/node{node}/cpulist") ?? [])
            {
                nodes[cpu] = node;
            }
        }

        return nodes;
    }

    private static ImmutableSortedSet<int>? AllowedCpus(ISystemText system)
    {
        const string field = "Cpus_allowed_list:";
        string? line = system.Lines("proc/self/status").FirstOrDefault(line => line.StartsWith(field, StringComparison.Ordinal));
        return line is null ? null : ParseList(line[field.Length..]);
    }

    // A limit may stand at any level above this process.
    private static double? Quota(ISystemText system)
    {
        double? least = null;
        foreach (string line in system.Lines("proc/self/cgroup"))
        {
            string[] parts = line.Split(':', 3);
            if (parts.Length < 3)
            {
                continue;
            }

            bool isUnified = parts[1].Length == 0;
            if (!isUnified && !parts[1].Split(',').Contains("cpu"))
            {
                continue;
            }

            for (string? level = parts[2].TrimStart('/'); level is not null; level = level.Length == 0 ? null : Path.GetDirectoryName(level))
            {
                double? here = isUnified ? Unified(system, level) : Legacy(system, parts[1], level) ?? Legacy(system, "cpu", level);
                least = here is { } limit && !(least < limit) ? limit : least;
            }
        }

        return least;
    }

    private static double? Unified(ISystemText system, string group) =>
        First(system, Path.Combine("sys/fs/cgroup", group, "cpu.max"))?.Split(' ') is [var quota, var period] ? Ratio(quota, period) : null;

    private static double? Legacy(ISystemText system, string mount, string group)
    {
        string folder = Path.Combine("sys/fs/cgroup", mount, group);
        return Ratio(First(system, Path.Combine(folder, "cpu.cfs_quota_us")), First(system, Path.Combine(folder, "cpu.cfs_period_us")));
    }

    // "max" and "-1" are no numbers here, which is what they mean.
    private static double? Ratio(string? quota, string? period) =>
        long.TryParse(quota, NumberStyles.None, CultureInfo.InvariantCulture, out long time)
        && long.TryParse(period, NumberStyles.None, CultureInfo.InvariantCulture, out long of) && time > 0 && of > 0
            ? (double)time / of : null;

    private static string? First(ISystemText system, string path) => system.Lines(path) is [var line, ..] ? line.Trim() : null;

    private static ImmutableSortedSet<int>? List(ISystemText system, string path) => First(system, path) is { } line ? ParseList(line) : null;
}
