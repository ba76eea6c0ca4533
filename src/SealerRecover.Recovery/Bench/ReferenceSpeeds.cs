using Filecoin.Primitives;

namespace SealerRecover.Recovery.Bench;

/// <summary>
/// What the reference, rust-fil-proofs 19.1.0 (CPU only, neptune 11.0.0, SHA-NI and ADX in use), takes for one unit on one core, in
/// blocks of the yardstick: 64 bytes of OpenSSL 3's SHA-256 over 16 KiB. Measured on an AMD EPYC of the Zen 5 generation, where a block
/// took 38.8 ns.
/// </summary>
public static class ReferenceSpeeds
{
    /// <summary>A label of a later layer, one sector on one core, layers outgrowing the caches.</summary>
    public const double LabelBlocks = 30;

    /// <summary>The same with layers that fit the caches (8MiB).</summary>
    public const double CachedLabelBlocks = 26;

    /// <summary>A node of tree_d: SHA-256 of two nodes.</summary>
    public const double TreeDNodeBlocks = 2.2;

    /// <summary>A Poseidon hash; null for arities that were not measured.</summary>
    public static double? PoseidonBlocks(int arity) => arity switch
    {
        2 => 343,
        8 => 1120,
        11 => 1577,
        _ => null,
    };

    /// <summary>
    /// The parents of a node; null for sizes that were not measured. Where 8n is an odd power of two (32GiB) an expander parent takes about
    /// two passes through the permutation, otherwise (64GiB) one.
    /// </summary>
    public static double? ParentBlocks(SectorSize size) =>
        size == SectorSize.GiB32 ? 227 : size == SectorSize.GiB64 ? 117 : null;
}
