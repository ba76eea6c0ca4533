using System.Collections.Immutable;

namespace SealerRecover.Recovery.Resources;

/// <summary>A processor as Linux schedules on it: one thread of a core.</summary>
/// <param name="Number">As in "cpu7".</param>
/// <param name="Core">Lowest number among the threads of its core.</param>
/// <param name="CacheGroup">Lowest number among those that share its last-level cache; where the system does not tell, those of its node.</param>
/// <param name="Node">NUMA node.</param>
internal readonly record struct Cpu(int Number, int Core, int CacheGroup, int Node);

/// <summary>The processors this process may run on, and how they belong together.</summary>
/// <param name="Cpus">In order of their numbers; at least one.</param>
/// <param name="Quota">Processor seconds a second that a control group grants; null for no limit.</param>
/// <param name="IsGuess">Whether the numbers mean nothing, since the system does not tell.</param>
internal sealed record CpuTopology(ImmutableArray<Cpu> Cpus, double? Quota = null, bool IsGuess = false)
{
    /// <summary>One CPU of each core, the lowest.</summary>
    public ImmutableArray<Cpu> Cores { get; } = [.. Cpus.DistinctBy(cpu => cpu.Core)];

    /// <summary>Threads that can run at once, so far as this process is concerned.</summary>
    public int Threads => Quota is { } quota ? Math.Clamp((int)Math.Ceiling(quota), 1, Cpus.Length) : Cpus.Length;

    /// <summary>Whether threads can be kept to these CPUs. Not where a quota, not their number, limits this process: then it shares them.</summary>
    public bool MayPin => !IsGuess && Threads == Cpus.Length;

    /// <summary>So many cores of one thread each, all of one cache: for a system that does not tell.</summary>
    public static CpuTopology Flat(int cores) => new([.. Enumerable.Range(0, Math.Max(1, cores)).Select(i => new Cpu(i, i, 0, 0))], IsGuess: true);
}
