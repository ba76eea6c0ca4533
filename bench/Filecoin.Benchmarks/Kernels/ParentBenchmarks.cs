using BenchmarkDotNet.Attributes;
using Filecoin.Primitives;
using Filecoin.Sealing.Graph;
using SealerRecover.Recovery.Bench;

namespace Filecoin.Benchmarks.Kernels;

/// <summary>The fourteen parents of a node of the production graphs, many nodes in one call against one by one.</summary>
public class ParentBenchmarks : IHasReference
{
    private const int Nodes = 1 << 10;

    private readonly uint[] _parents = new uint[Nodes * StackedGraph.Degree];
    private StackedGraph? _graph;

    [Params(32, 64)]
    public int Gibibytes { get; set; } = 32;

    /// <inheritdoc/>
    public double? ReferenceBlocks => ReferenceSpeeds.Here()?.ParentBlocks(Size);

    private SectorSize Size => new((long)Gibibytes << 30);

    [GlobalSetup]
    public void SetUp()
    {
        SealProofs.TryGet(Size, PorepVariant.V1_1, out SealProofInfo proof);
        _graph = new StackedGraph(proof.Porep);
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = Nodes)]
    public void OneByOne()
    {
        for (int i = 0; i < Nodes; i++)
        {
            _graph!.Parents((uint)(_graph.Nodes / 2) + (uint)i, _parents.AsSpan(i * StackedGraph.Degree, StackedGraph.Degree));
        }
    }

    [Benchmark(OperationsPerInvoke = Nodes)]
    public void Range() => _graph!.ParentsOfRange(_graph.Nodes / 2, _parents);
}
