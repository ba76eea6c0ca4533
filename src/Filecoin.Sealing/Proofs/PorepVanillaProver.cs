using System.Collections.Immutable;
using Filecoin.Cryptography;
using Filecoin.Primitives;
using Filecoin.Sealing.Files;
using Filecoin.Sealing.Graph;
using Filecoin.Sealing.Jobs;
using Filecoin.Sealing.Pieces;

namespace Filecoin.Sealing.Proofs;

/// <summary>Opens challenged nodes of a sector whose layers and trees are all there. From several threads at once; checks nothing.</summary>
internal sealed class PorepVanillaProver : IPorepOpener
{
    /// <summary>What to do where a file of the sector is missing or damaged.</summary>
    internal static readonly Hint Anew = $"Recover the sector again with {Setting.KeepAll}";

    /// <summary>In the place of the replica's node where that is left out.</summary>
    private static readonly InclusionProof Nothing = new(default, default, default, []);

    private readonly StackedGraph _graph;
    private readonly InclusionProver _treeD;
    private readonly InclusionProver _treeC;
    private readonly InclusionProver? _treeRLast;
    private readonly ImmutableArray<SteadyFile> _layers = [];
    private readonly GatheredLabels? _labels;

    /// <summary>Opens nodes of a job's sector.</summary>
    /// <param name="job">The sector; tree_r_last is in its cache folder.</param>
    /// <param name="layersIn">The folder of tree_c and tree_d.</param>
    /// <param name="replica">Its replica; stays the caller's.</param>
    /// <param name="labels">The labels of all nodes to open and of their parents; stay the caller's.</param>
    public PorepVanillaProver(SealJob job, string layersIn, ISectorData replica, GatheredLabels labels)
    {
        PorepParameters porep = job.Inputs.Porep;
        Source = layersIn;
        _graph = new StackedGraph(porep);
        _labels = labels;
        _treeD = InclusionProver.OfTreeD(layersIn, porep.SectorSize, job.TwoToOneKernel, job.Files);
        _treeC = InclusionProver.OfTreeC(layersIn, porep, job.PoseidonKernel, job.Files);
        _treeRLast = InclusionProver.OfTreeRLast(replica, ReplicaFiles.TreesIn(job.CacheFolder, porep), porep, job.PoseidonKernel, job.Files);
    }

    /// <summary>Opens nodes of the sector that a cache folder has layers and trees of.</summary>
    /// <param name="cacheFolder">The folder.</param>
    /// <param name="porep">The seal proof.</param>
    /// <param name="replica">The replica, which stays the caller's; null to leave its node out of openings.</param>
    /// <param name="poseidonKernel">Name of the Poseidon kernel; null for the best on this machine.</param>
    /// <param name="twoToOneKernel">Name of the two-to-one hash; null for the best on this machine.</param>
    public PorepVanillaProver(string cacheFolder, PorepParameters porep, ISectorData? replica, string? poseidonKernel, string? twoToOneKernel = null)
    {
        Source = cacheFolder;
        _graph = new StackedGraph(porep);
        _layers = [.. Enumerable.Range(1, porep.Layers).Select(layer => new SteadyFile(
            Path.Combine(cacheFolder, CacheNames.Layer(layer)), porep.SectorSize.Bytes, Anew))];
        _treeD = InclusionProver.OfTreeD(cacheFolder, porep.SectorSize, twoToOneKernel);
        _treeC = InclusionProver.OfTreeC(cacheFolder, porep, poseidonKernel);
        _treeRLast = replica is null ? null : InclusionProver.OfTreeRLast(replica, ReplicaFiles.TreesIn(cacheFolder, porep), porep, poseidonKernel);
    }

    public string Source { get; }

    public Bytes32 CommD => _treeD.Root;

    public Bytes32 CommC => _treeC.Root;

    public Bytes32 CommRLast => _treeRLast?.Root ?? default;

    public PorepVanillaProof Open(PorepChallenge challenge) => Prove(challenge.Node);

    /// <summary>Opens a node.</summary>
    /// <param name="node">Not 0: that has no parents and is never challenged.</param>
    public PorepVanillaProof Prove(uint node)
    {
        ArgumentOutOfRangeException.ThrowIfZero(node);
        uint[] parents = new uint[StackedGraph.Degree];
        _graph.Parents(node, parents);
        return new PorepVanillaProof(
            _treeD.Prove(node),
            _treeRLast?.Prove(node) ?? Nothing,
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
        _treeRLast?.Dispose();
    }

    private ColumnProof Column(uint node) => new(node, _labels?.Of(node) ?? Read(node), _treeC.Prove(node));

    private ImmutableArray<Bytes32> Read(uint node)
    {
        ImmutableArray<Bytes32>.Builder rows = ImmutableArray.CreateBuilder<Bytes32>(_layers.Length);
        Span<byte> label = stackalloc byte[SectorSize.NodeBytes];
        foreach (SteadyFile layer in _layers)
        {
            layer.Read((long)node * SectorSize.NodeBytes, label);
            rows.Add(new Bytes32(label));
        }

        return rows.MoveToImmutable();
    }
}
