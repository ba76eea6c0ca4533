using System.Security.Cryptography;
using BenchmarkDotNet.Attributes;
using Filecoin.Cryptography;
using Filecoin.Cryptography.Kernels.Sha256;
using SealerRecover.Recovery.Bench;

namespace Filecoin.Benchmarks.Kernels;

/// <summary>A node of tree_d, SHA-256 of the two below it, out of many in one call: each kernel against one call of the platform a node.</summary>
public class Sha256Benchmarks : IHasReference
{
    private const int Nodes = 1 << 10;

    private readonly byte[] _below = new byte[2 * Nodes * Bytes32.Length];
    private readonly byte[] _nodes = new byte[Nodes * Bytes32.Length];
    private TwoToOneHash? _kernel;

    public static IEnumerable<string> Names => TwoToOneHash.Available;

    [ParamsSource(nameof(Names))]
    public string Name { get; set; } = "plain";

    /// <inheritdoc/>
    public double? ReferenceBlocks => ReferenceSpeeds.Here()?.TreeDNodeBlocks;

    [GlobalSetup]
    public void SetUp()
    {
        _kernel = TwoToOneHash.Create(Name);
        new Random(1).NextBytes(_below);
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = Nodes)]
    public void Platform()
    {
        for (int i = 0; i < _nodes.Length; i += Bytes32.Length)
        {
            SHA256.HashData(_below.AsSpan(2 * i, 2 * Bytes32.Length), _nodes.AsSpan(i, Bytes32.Length));
            _nodes[i + Bytes32.Length - 1] &= 0x3f;
        }
    }

    [Benchmark(OperationsPerInvoke = Nodes)]
    public void Kernel() => _kernel!.HashMany(_below, _nodes);
}
