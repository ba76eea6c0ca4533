using BenchmarkDotNet.Attributes;
using Filecoin.Cryptography;
using Filecoin.Cryptography.Kernels.Poseidon;
using SealerRecover.Recovery.Bench;

namespace Filecoin.Benchmarks.Kernels;

/// <summary>One Poseidon hash out of many in one call: each kernel against the plain twin.</summary>
public class PoseidonBenchmarks : IHasReference
{
    private const int Hashes = 32;

    private readonly byte[] _digests = new byte[Hashes * Bytes32.Length];
    private byte[] _preimages = [];
    private PoseidonKernel? _plain;
    private PoseidonKernel? _kernel;

    public static IEnumerable<string> Names => PoseidonKernel.Available;

    [ParamsSource(nameof(Names))]
    public string Name { get; set; } = "plain";

    [Params(2, 8, 11)]
    public int Arity { get; set; } = 2;

    /// <inheritdoc/>
    public double? ReferenceBlocks => ReferenceSpeeds.Here()?.PoseidonBlocks(Arity);

    [GlobalSetup]
    public void SetUp()
    {
        _plain = PoseidonKernel.Create(Arity, "plain");
        _kernel = PoseidonKernel.Create(Arity, Name);
        _preimages = new byte[Hashes * Arity * Bytes32.Length];
        new Random(1).NextBytes(_preimages);
        for (int top = Bytes32.Length - 1; top < _preimages.Length; top += Bytes32.Length)
        {
            _preimages[top] &= 0x3f;
        }
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = Hashes)]
    public void Plain() => _plain!.HashMany(_preimages, _digests);

    [Benchmark(OperationsPerInvoke = Hashes)]
    public void Kernel() => _kernel!.HashMany(_preimages, _digests);
}
