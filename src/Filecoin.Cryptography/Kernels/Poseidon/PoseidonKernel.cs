using System.Collections.Concurrent;
using Filecoin.Cryptography.Fields;

namespace Filecoin.Cryptography.Kernels.Poseidon;

/// <summary>
/// A way of computing Poseidon of one arity, for many preimages in one call. Instances are immutable and safe to share between threads.
/// </summary>
public abstract class PoseidonKernel
{
    private static readonly ConcurrentDictionary<(int Arity, string Name), Lazy<PoseidonKernel>> Instances = new();

    private protected PoseidonKernel(int arity) => Arity = arity;

    /// <summary>Elements in a preimage: 2, 4, 8 or 11.</summary>
    public int Arity { get; }

    /// <summary>Name of the variant, as it is logged and can be asked for.</summary>
    public abstract string Name { get; }

    /// <summary>Names of the variants this machine can run, best first.</summary>
    public static IReadOnlyList<string> Available { get; } =
    [
        .. PoseidonIfma.IsSupported && PoseidonIfma.TryCreate(2) is not null ? (ReadOnlySpan<string>)["ifma"] : [],
        .. PoseidonAdx.IsSupported && PoseidonAdx.TryCreate(2) is not null ? (ReadOnlySpan<string>)["adx"] : [],
        "scalar",
        "plain",
    ];

    /// <summary>The variant that is best on this machine, or the one called <paramref name="name"/>.</summary>
    /// <param name="arity">2, 4, 8 or 11.</param>
    /// <param name="name">One of <see cref="Available"/>; null for the best.</param>
    /// <exception cref="ArgumentException">This machine has no variant of that name.</exception>
    public static PoseidonKernel Create(int arity, string? name = null)
    {
        string chosen = name ?? Available[0];
        return Available.Contains(chosen)
            ? Instances.GetOrAdd((arity, chosen), static key => new Lazy<PoseidonKernel>(() => Make(key.Arity, key.Name))).Value
            : throw new ArgumentException(
                $"this machine has no Poseidon kernel '{name}'; it has {string.Join(", ", Available)}", nameof(name));
    }

    /// <summary>
    /// Hashes consecutive preimages. Every 32 bytes are one element, little-endian and below r (or below 2^254, as labels and data are).
    /// </summary>
    /// <param name="preimages">n·arity·32 bytes.</param>
    /// <param name="digests">Receives n·32 bytes: canonical little-endian elements. May not overlap <paramref name="preimages"/>.</param>
    public abstract void HashMany(ReadOnlySpan<byte> preimages, Span<byte> digests);

    /// <summary>Hashes one preimage of arity·32 bytes.</summary>
    public Bytes32 Hash(ReadOnlySpan<byte> preimage)
    {
        Span<byte> digest = stackalloc byte[Bytes32.Length];
        HashMany(preimage, digest);
        return new Bytes32(digest);
    }

    private static PoseidonKernel Make(int arity, string name) => name switch
    {
        "ifma" => (PoseidonKernel?)PoseidonIfma.TryCreate(arity) ?? new PoseidonScalar(arity),
        "adx" => (PoseidonKernel?)PoseidonAdx.TryCreate(arity) ?? new PoseidonScalar(arity),
        "scalar" => new PoseidonScalar(arity),
        _ => new PoseidonPlain(arity),
    };

    private protected int CheckedCount(ReadOnlySpan<byte> preimages, Span<byte> digests)
    {
        int count = digests.Length / Fr.Bytes;
        return preimages.Length == (long)count * Arity * Fr.Bytes && digests.Length % Fr.Bytes == 0
            ? count
            : throw new ArgumentException(
                $"{digests.Length} bytes of digests do not fit {preimages.Length} bytes of preimages of arity {Arity}");
    }
}
