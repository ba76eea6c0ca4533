using System.Collections.Concurrent;
using Filecoin.Cryptography.Fields;
using static Filecoin.Cryptography.Kernels.ProcessorFeature;

namespace Filecoin.Cryptography.Kernels.Poseidon;

/// <summary>
/// A way of computing Poseidon of one arity, for many preimages in one call. Instances are immutable and safe to share between threads.
/// </summary>
public abstract class PoseidonKernel
{
    private static readonly ConcurrentDictionary<int, KernelRegistry<PoseidonKernel>> Registries = new();
    private static readonly ConcurrentDictionary<string, Func<int, PoseidonKernel>> Offers = new();
    private static readonly ConcurrentDictionary<(string Name, int Arity), Lazy<PoseidonKernel>> Offered = new();
    private const int OrdinaryBatch = 256;

    private static volatile string? _preferred;

    /// <summary>Sets what every kernel has.</summary>
    /// <param name="arity">2, 4, 8 or 11.</param>
    protected PoseidonKernel(int arity) => Arity = arity;

    /// <summary>Elements in a preimage: 2, 4, 8 or 11.</summary>
    public int Arity { get; }

    /// <summary>Name of the variant, as it is logged and can be asked for.</summary>
    public abstract string Name { get; }

    /// <summary>What hashes, for those who look for the cause of a wrong digest: the name, or the devices.</summary>
    public virtual string Described => Name;

    /// <summary>
    /// How often digests that were given out have come into doubt since, because what made them was found to compute wrongly: where this has
    /// grown, what was made of them has to be made again. Always 0 for the processor's.
    /// </summary>
    public virtual int Doubts => 0;

    /// <summary>Preimages that a call should have, where there are so many: few enough to stop soon when cancelled, and none waits idle.</summary>
    public virtual int BatchHashes => OrdinaryBatch;

    /// <summary>
    /// What devices that it uses beside the processor are worth, in cores that hash with the processor's best kernel: measured when first asked
    /// for. 0 for the processor's.
    /// </summary>
    public virtual double CoresBeside => 0;

    /// <summary>As <see cref="CoresBeside"/> of the kernel of that name, without making it if it is the processor's.</summary>
    /// <param name="arity">2, 4, 8 or 11.</param>
    /// <param name="name">As for <see cref="Create"/>.</param>
    public static double CoresBesideOf(int arity, string? name) =>
        (name ?? _preferred) is { } asked && IsOffered(asked) ? Create(arity, asked).CoresBeside : 0;

    /// <summary>As <see cref="BatchHashes"/> of the kernel of that name, without making it if it is the processor's.</summary>
    /// <param name="arity">2, 4, 8 or 11.</param>
    /// <param name="name">As for <see cref="Create"/>.</param>
    public static int BatchHashesOf(int arity, string? name) =>
        (name ?? _preferred) is { } asked && IsOffered(asked) ? Create(arity, asked).BatchHashes : OrdinaryBatch;

    /// <summary>Names of the variants this machine can run, best first.</summary>
    public static IReadOnlyList<string> Available => Registry(2).Available;

    /// <summary>The first of <see cref="Available"/>; the others are not made for it.</summary>
    public static string Best => Registry(2).Best;

    /// <summary>Another kernel than the one named, of those that hash one preimage as fast as many.</summary>
    public static string WitnessOf(string name) =>
        Registry(2).Rows.SkipWhile(row => row.Name != "adx").First(row => row.Name != name && row.IsHere).Name;

    /// <summary>
    /// Takes up a kernel that is not the processor's, so that it can be asked for by name wherever kernels are. The first offer of a name counts.
    /// </summary>
    /// <param name="name">None of the variants'.</param>
    /// <param name="make">Makes it for an arity, once.</param>
    public static void Offer(string name, Func<int, PoseidonKernel> make) => Offers.TryAdd(name, make);

    /// <summary>Whether a kernel of that name has been offered.</summary>
    public static bool IsOffered(string name) => Offers.ContainsKey(name);

    /// <summary>Has an offered kernel taken where none is asked for by name; null for the processor's best.</summary>
    public static void Prefer(string? offered) => _preferred = offered;

    /// <summary>The variant that is best on this machine, or the one called <paramref name="name"/>.</summary>
    /// <param name="arity">2, 4, 8 or 11.</param>
    /// <param name="name">One of <see cref="Available"/>, or one that was offered; null for the best.</param>
    /// <exception cref="ArgumentException">This machine has no variant of that name.</exception>
    public static PoseidonKernel Create(int arity, string? name = null)
    {
        name ??= _preferred;
        if (name is not null && Offers.TryGetValue(name, out Func<int, PoseidonKernel>? make))
        {
            return Offered.GetOrAdd((name, arity), _ => new Lazy<PoseidonKernel>(() => make(arity))).Value;
        }

        // Where the system refuses the code of this arity alone, the portable kernel does its work.
        KernelRegistry<PoseidonKernel> registry = Registry(arity);
        return registry.Find(name) ?? registry.Create(Available.Contains(name) ? "scalar" : name);
    }

    /// <summary>
    /// What a hash costs, in blocks of 64 bytes that the platform's SHA-256 hashes on the same core: as measured on Zen 4
    /// (docs/performance.md); of the FMA kernels that share of what adx costs which they take on Zen 5.
    /// </summary>
    /// <param name="arity">2, 8 or 11.</param>
    /// <param name="name">Any variant there is. Of what one that was offered costs nothing is known: it counts as the processor's best.</param>
    public static double CostOf(int arity, string name)
    {
        string counted = IsOffered(name) ? Best : name;
        return Registry(arity).Rows.First(row => row.Name == counted).Cost;
    }

    /// <summary>Every variant of one arity, best first. What plain costs nobody plans with; it counts as scalar.</summary>
    internal static KernelRegistry<PoseidonKernel> Registry(int arity)
    {
        return Registries.GetOrAdd(arity, _ => new(
            "Poseidon kernel",
            new("ifma", Avx512 | Ifma | EmittedCode, () => PoseidonIfma.TryCreate(arity), Cost(34, 79, 118)),
            new("fma-512", Avx512 | EmittedCode, () => Fma(PoseidonFma.Wide), Cost(51, 100, 145)),
            new("fma", Avx2 | ProcessorFeature.Fma | EmittedCode, () => Fma(PoseidonFma.Narrow), Cost(98, 189, 276)),
            new("adx", Bmi2 | Adx | EmittedCode, () => PoseidonAdx.TryCreate(arity), Cost(148, 332, 525)),
            new("scalar", None, () => new PoseidonScalar(arity), Cost(739, 2024, 2784)),
            new("plain", None, () => new PoseidonPlain(arity), Cost(739, 2024, 2784))));

        PoseidonFma? Fma(int lanes) => PoseidonFma.TryCreate(arity, lanes, Registry(arity).Find("adx") ?? Registry(arity).Create("scalar"));

        double Cost(double two, double eight, double eleven) => arity == 2 ? two : arity == 8 ? eight : eleven;
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

    /// <summary>How many preimages there are.</summary>
    /// <exception cref="ArgumentException">The lengths do not fit each other.</exception>
    protected int CheckedCount(ReadOnlySpan<byte> preimages, Span<byte> digests)
    {
        int count = digests.Length / Fr.Bytes;
        return preimages.Length == (long)count * Arity * Fr.Bytes && digests.Length % Fr.Bytes == 0
            ? count
            : throw new ArgumentException(
                $"{digests.Length} bytes of digests do not fit {preimages.Length} bytes of preimages of arity {Arity}");
    }
}
