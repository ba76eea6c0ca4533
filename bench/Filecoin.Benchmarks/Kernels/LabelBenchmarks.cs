using BenchmarkDotNet.Attributes;
using Filecoin.Sealing.Labeling;
using SealerRecover.Recovery.Bench;

namespace Filecoin.Benchmarks.Kernels;

/// <summary>One label of a later layer, layers of 512 MiB in all: each kernel against the plain twin.</summary>
public class LabelBenchmarks : IHasReference, IDisposable
{
    private const int Labels = 1 << 12;
    private const long Nodes = 1 << 24;

    private LabelTrial? _plain;
    private LabelTrial? _variant;

    public static IEnumerable<LabelVariant> Variants => LabelTrial.Variants;

    [ParamsSource(nameof(Variants))]
    public LabelVariant Variant { get; set; } = new("plain", 1);

    /// <inheritdoc/>
    public double? ReferenceBlocks => ReferenceSpeeds.Here()?.LabelBlocks;

    [GlobalSetup]
    public void SetUp()
    {
        _plain = new LabelTrial(new LabelVariant("plain", 1), Nodes, Labels);
        _variant = new LabelTrial(Variant, Nodes / Variant.Sectors, Labels / Variant.Sectors);
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = Labels)]
    public void Plain() => _plain!.Run();

    [Benchmark(OperationsPerInvoke = Labels)]
    public void Kernel() => _variant!.Run();

    [GlobalCleanup]
    public void Dispose()
    {
        _plain?.Dispose();
        _variant?.Dispose();
        GC.SuppressFinalize(this);
    }
}
