using System.Runtime.Intrinsics.X86;

namespace Filecoin.Cryptography.Kernels.Sha256;

/// <summary>
/// A way of making the inner nodes of binary SHA-256 trees (tree_d, CommP), many in one call: a node is the SHA-256 of its two children
/// with the top two bits of the last byte cleared, so that it is a field element (rust-fil-proofs filecoin-hashers sha256). Instances are
/// immutable and safe to share between threads.
/// </summary>
public abstract class TwoToOneHash
{
    /// <summary>Bytes of a node.</summary>
    public const int NodeBytes = 32;

    /// <summary>Bytes of two children: one block of SHA-256, which the padding makes two.</summary>
    public const int PairBytes = 2 * NodeBytes;

    /// <summary>What is left of a node's last byte.</summary>
    internal const byte LastByteMask = 0x3f;

    private protected TwoToOneHash()
    {
    }

    /// <summary>Names of the variants this machine can run, best first.</summary>
    public static IReadOnlyList<string> Available => Registry.Available;

    /// <summary>Name of the variant, as it is logged and can be asked for.</summary>
    public abstract string Name { get; }

    /// <summary>
    /// Every variant there is, best first. Where vectors of 512 bits go through in one turn, sixteen lanes beat the SHA instructions; eight
    /// lanes without a rotate instruction never do.
    /// </summary>
    internal static KernelRegistry<TwoToOneHash> Registry { get; } = new(
        "two-to-one hash",
        [
            .. InOrder(
                new("avx512", ProcessorFeature.Avx512, () => new TwoToOneAvx512()),
                new("sha-ni", ProcessorFeature.Avx | ProcessorFeature.ShaNi | ProcessorFeature.EmittedCode, TwoToOneShaNi.TryCreate)),
            new("avx2", ProcessorFeature.Avx2, () => new TwoToOneAvx2()),
            new("platform", ProcessorFeature.None, () => new TwoToOnePlatform()),
            new("plain", ProcessorFeature.None, () => new TwoToOnePlain()),
        ]);

    /// <summary>The variant that is best on this machine, or the one called <paramref name="name"/>.</summary>
    /// <param name="name">One of <see cref="Available"/>; null for the best.</param>
    /// <exception cref="ArgumentException">This machine has no variant of that name.</exception>
    public static TwoToOneHash Create(string? name = null) => Registry.Create(name);

    /// <summary>Makes the parents of consecutive pairs of nodes.</summary>
    /// <param name="pairs">n x 64 bytes.</param>
    /// <param name="parents">
    /// Receives n x 32 bytes. May be the first half of <paramref name="pairs"/>, which reduces a row in place; may not overlap it otherwise.
    /// </param>
    /// <exception cref="ArgumentException">The lengths do not fit each other.</exception>
    public void HashMany(ReadOnlySpan<byte> pairs, Span<byte> parents)
    {
        if (pairs.Length != 2L * parents.Length || parents.Length % NodeBytes != 0)
        {
            throw new ArgumentException($"{parents.Length} bytes of parents do not fit {pairs.Length} bytes of pairs of nodes");
        }

        HashPairs(pairs, parents);
    }

    /// <summary>Reduces a row of nodes to the root of the tree over them, in place: the row's content is lost.</summary>
    /// <param name="row">A power of two of nodes.</param>
    public Bytes32 Root(Span<byte> row)
    {
        while (row.Length > NodeBytes)
        {
            Span<byte> parents = row[..(row.Length / 2)];
            HashMany(row, parents);
            row = parents;
        }

        return new Bytes32(row);
    }

    /// <summary>
    /// The pair as it is, or turned round on AMD's family 19h: its Zen 4 sends a vector of 512 bits through in two halves, and there a node
    /// costs 35 ns with the SHA instructions and 38 ns in sixteen lanes.
    /// </summary>
    private static KernelRow<TwoToOneHash>[] InOrder(KernelRow<TwoToOneHash> sixteenLanes, KernelRow<TwoToOneHash> shaInstructions)
    {
        const int zen3And4 = 0x19;
        bool halves = ProcessorFeatures.Current.Has(ProcessorFeature.Avx512) && Family(X86Base.CpuId(1, 0).Eax) == zen3And4;
        return halves ? [shaInstructions, sixteenLanes] : [sixteenLanes, shaInstructions];
    }

    /// <summary>The processor's family from CPUID leaf 1, EAX: bits 8 to 11, to which bits 20 to 27 are added when those are all ones.</summary>
    private static int Family(int signature)
    {
        int family = (signature >> 8) & 0xf;
        return family == 0xf ? family + ((signature >> 20) & 0xff) : family;
    }

    /// <summary><see cref="HashMany"/> with lengths that fit. Reads a pair before it writes a parent in its place.</summary>
    private protected abstract void HashPairs(ReadOnlySpan<byte> pairs, Span<byte> parents);
}
