using Filecoin.Cryptography.Fields;

namespace Filecoin.Cryptography.Kernels.Poseidon;

/// <summary>
/// A way of computing Poseidon of one arity, for many preimages in one call. Instances are immutable and safe to share between threads.
/// </summary>
public abstract class PoseidonKernel
{
    private protected PoseidonKernel(int arity) => Arity = arity;

    /// <summary>Elements in a preimage: 2, 4, 8 or 11.</summary>
    public int Arity { get; }

    /// <summary>Name of the variant, as it is logged and can be asked for.</summary>
    public abstract string Name { get; }

    /// <summary>The variant that is best on this machine, or the one called <paramref name="name"/> ("plain", "scalar").</summary>
    /// <param name="arity">2, 4, 8 or 11.</param>
    /// <param name="name">Null to choose.</param>
    /// <exception cref="ArgumentException">No variant has that name.</exception>
    public static PoseidonKernel Create(int arity, string? name = null) => name switch
    {
        null or "scalar" => new PoseidonScalar(arity),
        "plain" => new PoseidonPlain(arity),
        _ => throw new ArgumentException($"there is no Poseidon kernel '{name}'; there are: plain, scalar", nameof(name)),
    };

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

    private protected int CheckedCount(ReadOnlySpan<byte> preimages, Span<byte> digests)
    {
        int count = digests.Length / Fr.Bytes;
        return preimages.Length == (long)count * Arity * Fr.Bytes && digests.Length % Fr.Bytes == 0
            ? count
            : throw new ArgumentException(
                $"{digests.Length} bytes of digests do not fit {preimages.Length} bytes of preimages of arity {Arity}");
    }
}
