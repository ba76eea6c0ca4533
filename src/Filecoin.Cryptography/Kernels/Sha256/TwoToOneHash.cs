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

    /// <summary>
    /// Every variant there is, best first. Where vectors of 512 bits go through in one turn, sixteen lanes beat the SHA instructions; eight
    /// lanes without a rotate instruction never do.
    /// </summary>
    private static readonly (string Name, Func<TwoToOneHash?> TryCreate)[] Variants =
    [
        .. InOrder(
            ("avx512", () => ProcessorFeatures.Current.Has(TwoToOneAvx512.Needs) ? new TwoToOneAvx512() : null),
            ("sha-ni", TwoToOneShaNi.TryCreate)),
        ("avx2", () => ProcessorFeatures.Current.Has(TwoToOneAvx2.Needs) ? new TwoToOneAvx2() : null),
        ("platform", () => new TwoToOnePlatform()),
        ("plain", () => new TwoToOnePlain()),
    ];

    private static readonly Dictionary<string, TwoToOneHash> Instances = Variants
        .Select(variant => (variant.Name, Kernel: variant.TryCreate()))
        .Where(variant => variant.Kernel is not null)
        .ToDictionary(variant => variant.Name, variant => variant.Kernel!);

    private protected TwoToOneHash()
    {
    }

    /// <summary>Names of the variants this machine can run, best first.</summary>
    public static IReadOnlyList<string> Available { get; } =
        [.. Variants.Select(variant => variant.Name).Where(Instances.ContainsKey)];

    /// <summary>Name of the variant, as it is logged and can be asked for.</summary>
    public abstract string Name { get; }

    /// <summary>The variant that is best on this machine, or the one called <paramref name="name"/>.</summary>
    /// <param name="name">One of <see cref="Available"/>; null for the best.</param>
    /// <exception cref="ArgumentException">This machine has no variant of that name.</exception>
    public static TwoToOneHash Create(string? name = null) =>
        Instances.TryGetValue(name ?? Available[0], out TwoToOneHash? kernel)
            ? kernel
            : throw new ArgumentException(
                $"this machine has no two-to-one hash '{name}'; it has {string.Join(", ", Available)}", nameof(name));

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
    private static (string, Func<TwoToOneHash?>)[] InOrder(
        (string, Func<TwoToOneHash?>) sixteenLanes, (string, Func<TwoToOneHash?>) shaInstructions)
    {
        const int zen3And4 = 0x19;
        bool halves = X86Base.IsSupported && Family(X86Base.CpuId(1, 0).Eax) == zen3And4;
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
