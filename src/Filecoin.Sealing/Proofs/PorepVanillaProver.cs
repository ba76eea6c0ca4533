using System.Collections.Immutable;
using Filecoin.Cryptography;
using Filecoin.Primitives;
using Filecoin.Sealing.Files;
using Filecoin.Sealing.Graph;

namespace Filecoin.Sealing.Proofs;

/// <summary>Opens challenged nodes of a sector whose layers and trees are all there. From several threads at once; checks nothing.</summary>
internal sealed class PorepVanillaProver : IDisposable
{
    private readonly StackedGraph _graph;
    private readonly InclusionProver _treeD;
    private readonly InclusionProver _treeC;
    private readonly InclusionProver _treeRLast;
    private readonly ImmutableArray<SteadyFile> _layers;

    public PorepVanillaProver(Commit1Job job)
    {
        PorepParameters porep = job.Inputs.Porep;
        _graph = new StackedGraph(porep);
        _layers = [.. Enumerable.Range(1, porep.Layers).Select(layer => new SteadyFile(
            Path.Combine(job.CacheFolder, CacheNames.Layer(layer)), porep.SectorSize.Bytes, Commit1.Anew))];
        _treeD = InclusionProver.OfTreeD(job.CacheFolder, porep.SectorSize, job.TwoToOneKernel);
        _treeC = InclusionProver.OfTreeC(job.CacheFolder, porep, job.PoseidonKernel);
        _treeRLast = InclusionProver.OfTreeRLast(job.Replica, ReplicaFiles.TreesIn(job.CacheFolder, porep), porep, job.PoseidonKernel);
    }

    /// <summary>The root of tree_d.</summary>
    public Bytes32 CommD => _treeD.Root;

    /// <summary>The root of tree_c.</summary>
    public Bytes32 CommC => _treeC.Root;

    /// <summary>The root of tree_r_last.</summary>
    public Bytes32 CommRLast => _treeRLast.Root;

    /// <summary>Opens a node.</summary>
    /// <param name="node">Not 0: that has no parents and is never challenged.</param>
    public PorepVanillaProof Prove(uint node)
    {
        ArgumentOutOfRangeException.ThrowIfZero(node);
        uint[] parents = new uint[StackedGraph.Degree];
        _graph.Parents(node, parents);
        return new PorepVanillaProof(
            _treeD.Prove(node),
            _treeRLast.Prove(node),
            Column(node),
            [.. parents[..StackedGraph.BaseDegree].Select(Column)],
            [.. parents[StackedGraph.BaseDegree..].Select(Column)]);
    }

    public void Dispose()
    {
        foreach (SteadyFile layer in _layers)
        {
            layer.Dispose();
        }

        _treeD.Dispose();
        _treeC.Dispose();
        _treeRLast.Dispose();
    }

    private ColumnProof Column(uint node)
    {
        ImmutableArray<Bytes32>.Builder rows = ImmutableArray.CreateBuilder<Bytes32>(_layers.Length);
        Span<byte> label = stackalloc byte[SectorSize.NodeBytes];
        foreach (SteadyFile layer in _layers)
        {
            layer.Read((long)node * SectorSize.NodeBytes, label);
            rows.Add(new Bytes32(label));
        }

        return new ColumnProof(node, rows.MoveToImmutable(), _treeC.Prove(node));
    }
}
