using Filecoin.Primitives;

namespace SealerRecover.Recovery.Bench;

/// <summary>
/// What the reference, rust-fil-proofs 19.1.0 (CPU only, neptune 11.0.0, SHA-NI and ADX in use), takes for one unit on processors of one class,
/// in blocks of the yardstick: 64 bytes of OpenSSL 3's SHA-256 over 16 KiB. Null is what was not measured there; figures of one class say nothing
/// about another.
/// </summary>
/// <param name="Class">The class, by its name.</param>
public sealed record ReferenceSpeeds(string Class)
{
    /// <summary>One core of an AMD EPYC (family 26), where a block took 38.8 ns.</summary>
    public static ReferenceSpeeds Zen5 { get; } = new("Zen 5")
    {
        LabelBlocks = 30,
        TreeDNodeBlocks = 2.2,
        Poseidon2 = 343,
        Poseidon8 = 1120,
        Poseidon11 = 1577,
        Parents32 = 227,
        Parents64 = 117,
    };

    /// <summary>An Intel Xeon (family 6, model 207), where a block took 46.5 ns. A label: 1.64 us with a second core that fetched parents.</summary>
    public static ReferenceSpeeds EmeraldRapids { get; } = new("Emerald Rapids") { LabelBlocks = 35.3 };

    /// <summary>A label of a later layer, one sector, layers outgrowing the caches.</summary>
    public double? LabelBlocks { get; private init; }

    /// <summary>A node of tree_d: SHA-256 of two nodes.</summary>
    public double? TreeDNodeBlocks { get; private init; }

    private double? Poseidon2 { get; init; }

    private double? Poseidon8 { get; init; }

    private double? Poseidon11 { get; init; }

    private double? Parents32 { get; init; }

    private double? Parents64 { get; init; }

    /// <summary>Of this machine's class; null where the reference was not measured on it.</summary>
    public static ReferenceSpeeds? Here() => Of(Processor.Identity());

    /// <summary>Of a processor's class.</summary>
    internal static ReferenceSpeeds? Of(ProcessorIdentity processor) => processor switch
    {
        ("AuthenticAMD", 26, _) => Zen5,
        ("GenuineIntel", 6, 207) => EmeraldRapids,
        _ => null,
    };

    /// <summary>A Poseidon hash.</summary>
    public double? PoseidonBlocks(int arity) => arity switch
    {
        2 => Poseidon2,
        8 => Poseidon8,
        11 => Poseidon11,
        _ => null,
    };

    /// <summary>
    /// The parents of a node. Where 8n is an odd power of two (32GiB) an expander parent takes about two passes through the permutation, otherwise
    /// (64GiB) one.
    /// </summary>
    public double? ParentBlocks(SectorSize size) =>
        size == SectorSize.GiB32 ? Parents32 : size == SectorSize.GiB64 ? Parents64 : null;
}
