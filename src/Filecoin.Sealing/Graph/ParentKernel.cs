using Filecoin.Cryptography.Kernels;

namespace Filecoin.Sealing.Graph;

/// <summary>A way of computing the parents of many nodes: how wide the two hashes behind them are.</summary>
/// <param name="HashLanes">BLAKE2b hashes at a time (<see cref="Blake2bPairs"/>) while the tables of expander parents are made.</param>
/// <param name="StreamLanes">ChaCha8 streams at a time (<see cref="ChaCha8Lanes"/>) while base parents are drawn.</param>
internal sealed record ParentKernel(int HashLanes, int StreamLanes)
{
    /// <summary>Node by node as <see cref="StackedGraph.Parents"/> does it, without tables: the twin of all others.</summary>
    public static readonly ParentKernel Plain = new(1, 1);

    /// <summary>Every variant there is, best first.</summary>
    public static KernelRegistry<ParentKernel> Registry { get; } = new(
        "parents kernel",
        new("avx512", ProcessorFeature.Avx512, () => new ParentKernel(8, 16)),
        new("avx2", ProcessorFeature.Avx2, () => new ParentKernel(4, 8)),
        new("portable", ProcessorFeature.None, () => new ParentKernel(1, 4)),
        new("plain", ProcessorFeature.None, () => Plain));

    /// <summary>Names of the variants this machine can run, best first.</summary>
    public static IReadOnlyList<string> Available => Registry.Available;

    /// <summary>The variant that is best on this machine, or the one called <paramref name="name"/>.</summary>
    /// <param name="name">One of <see cref="Available"/>; null for the best.</param>
    /// <exception cref="ArgumentException">This machine has no variant of that name.</exception>
    public static ParentKernel Create(string? name = null) => Registry.Create(name);
}
