using Filecoin.Cryptography.Kernels;

namespace Filecoin.Sealing.Graph;

/// <summary>A way of computing the parents of many nodes: how wide the two hashes behind them are.</summary>
/// <param name="Name">As it is logged and can be asked for.</param>
/// <param name="Needs">What it needs of the processor.</param>
/// <param name="HashLanes">BLAKE2b hashes at a time (<see cref="Blake2bPairs"/>) while the tables of expander parents are made.</param>
/// <param name="StreamLanes">ChaCha8 streams at a time (<see cref="ChaCha8Lanes"/>) while base parents are drawn.</param>
internal sealed record ParentKernel(string Name, ProcessorFeature Needs, int HashLanes, int StreamLanes)
{
    /// <summary>Node by node as <see cref="StackedGraph.Parents"/> does it, without tables: the twin of all others.</summary>
    public static readonly ParentKernel Plain = new("plain", ProcessorFeature.None, 1, 1);

    private static readonly ParentKernel[] All =
    [
        new("avx512", ProcessorFeature.Avx512, 8, 16),
        new("avx2", ProcessorFeature.Avx2, 4, 8),
        new("portable", ProcessorFeature.None, 1, 4),
        Plain,
    ];

    private static readonly ParentKernel[] Runnable = [.. All.Where(kernel => ProcessorFeatures.Current.Has(kernel.Needs))];

    /// <summary>Every variant there is, best first, and what each needs.</summary>
    public static IReadOnlyList<(string Name, ProcessorFeature Needs)> Variants { get; } = [.. All.Select(kernel => (kernel.Name, kernel.Needs))];

    /// <summary>Names of the variants this machine can run, best first.</summary>
    public static IReadOnlyList<string> Available { get; } = [.. Runnable.Select(kernel => kernel.Name)];

    /// <summary>The variant that is best on this machine, or the one called <paramref name="name"/>.</summary>
    /// <exception cref="ArgumentException">This machine has no variant of that name.</exception>
    public static ParentKernel Create(string? name = null) =>
        Array.Find(Runnable, kernel => kernel.Name == (name ?? Available[0]))
            ?? throw new ArgumentException($"this machine has no parents kernel '{name}'; it has {string.Join(", ", Available)}", nameof(name));
}
