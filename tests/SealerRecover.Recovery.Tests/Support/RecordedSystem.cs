using System.Globalization;
using SealerRecover.Recovery.Resources;

namespace SealerRecover.Recovery.Tests.Support;

/// <summary>
/// Files of /proc and /sys as a machine shows them: from a recording with a line "path: content" for each line of each file, or laid out as
/// Linux does it for a processor described in a few numbers.
/// </summary>
internal sealed class RecordedSystem : ISystemText
{
    private readonly Dictionary<string, List<string>> _files = new(StringComparer.Ordinal);

    public IReadOnlyList<string> Lines(string path) => _files.TryGetValue(path, out List<string>? lines) ? lines : [];

    public static RecordedSystem Read(string name)
    {
        RecordedSystem system = new();
        foreach (string line in File.ReadAllLines(
            Path.Combine(VectorFiles.RepositoryRoot, "tests", "SealerRecover.Recovery.Tests", "Resources", "Machines", name + ".txt")))
        {
            int colon = line.IndexOf(": ", StringComparison.Ordinal);
            system.With(line[..colon], line[(colon + 2)..]);
        }

        return system;
    }

    /// <summary>
    /// As on EPYC: first one thread of every core, socket after socket, then the second threads in the same order; consecutive cores share
    /// an L3 cache.
    /// </summary>
    /// <param name="cores">Cores of all sockets.</param>
    /// <param name="threadsOfCore">1 or 2.</param>
    /// <param name="coresOfCache">Cores that share an L3; 0 where the system does not say.</param>
    /// <param name="sockets">NUMA nodes.</param>
    public static RecordedSystem Epyc(int cores, int threadsOfCore, int coresOfCache, int sockets = 1)
    {
        RecordedSystem system = new();
        system.With("sys/devices/system/cpu/online", Text($"0-{(cores * threadsOfCore) - 1}"));
        system.With("sys/devices/system/node/online", sockets == 1 ? "0" : Text($"0-{sockets - 1}"));
        for (int node = 0; node < sockets; node++)
        {
            int each = cores / sockets;
            system.With($"sys/devices/system/node/node{node}/cpulist", Range(node * each, each));
        }

        for (int cpu = 0; cpu < cores * threadsOfCore; cpu++)
        {
            int core = cpu % cores;
            system.With($"sys/devices/system/cpu/cpu{cpu}/topology/thread_siblings_list", threadsOfCore == 1 ? Text($"{core}") : Text($"{core},{core + cores}"));
            for (int index = 0; index < (coresOfCache == 0 ? 3 : 4); index++)
            {
                string cache = $"sys/devices/system/cpu/cpu{cpu}/cache/index{index}";
                system.With($"{cache}/level", Text($"{Math.Max(1, index)}"));
                system.With($"{cache}/shared_cpu_list", index < 3 ? Range(core, 1) : Range(core / coresOfCache * coresOfCache, coresOfCache));
            }
        }

        return system;

        string Range(int first, int count) => string.Join(',', Enumerable.Range(0, threadsOfCore)
            .Select(thread => first + (thread * cores))
            .Select(from => count == 1 ? Text($"{from}") : Text($"{from}-{from + count - 1}")));
    }

    /// <summary>Adds a line to a file.</summary>
    public RecordedSystem With(string path, string line)
    {
        if (!_files.TryGetValue(path, out List<string>? lines))
        {
            _files.Add(path, lines = []);
        }

        lines.Add(line);
        return this;
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
