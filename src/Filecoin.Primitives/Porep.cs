using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Globalization;
using Filecoin.Cryptography;

namespace Filecoin.Primitives;

/// <summary>Version of the proof of replication's graph (rust-fil-proofs api_version.rs). V1_2_0 uses V1_1_0's graph.</summary>
public enum ApiVersion
{
    /// <summary>First version: predecessor is the last base parent; expander parents are truncated to 32 bits before the division.</summary>
    V1_0_0,

    /// <summary>Predecessor is the first base parent; no truncation.</summary>
    V1_1_0,

    /// <summary>As V1_1_0; carries the Synthetic and Non-Interactive features.</summary>
    V1_2_0,
}

/// <summary>What a proof has beyond its version; neither changes labels, trees or files that are kept.</summary>
public enum PorepVariant
{
    /// <summary>Registered proofs 0 to 4.</summary>
    V1,

    /// <summary>Registered proofs 5 to 9.</summary>
    V1_1,

    /// <summary>Registered proofs 10 to 14: Commit 1 draws from a pre-computed challenge set (FIP-0059).</summary>
    Synthetic,

    /// <summary>Registered proofs 15 to 19: no interaction and no pre-commit (FIP-0092).</summary>
    NonInteractive,
}

/// <summary>
/// How a sector's tree is put together: <see cref="BaseTrees"/> 8-ary trees side by side, joined by <see cref="SubTreeArity"/>
/// (0: not joined) and then <see cref="TopTreeArity"/> (0: not joined). rust-fil-proofs: SectorShape types in
/// filecoin-proofs/src/types/sector_size (base U8, sub U0/U2/U8, top U0/U2).
/// </summary>
/// <param name="SubTreeArity">0, 2 or 8: base trees under one sub-tree root.</param>
/// <param name="TopTreeArity">0 or 2: sub-trees under the top root.</param>
public readonly record struct TreeShape(int SubTreeArity, int TopTreeArity)
{
    /// <summary>Children of every node inside a base tree.</summary>
    public const int BaseArity = 8;

    /// <summary>How many base trees, hence how many tree files, the sector has: 1, 2, 8 or 16.</summary>
    public int BaseTrees => Math.Max(SubTreeArity, 1) * Math.Max(TopTreeArity, 1);

    /// <summary>
    /// The shape for a sector of <paramref name="size"/>: the one under which each base tree's leaves are a power of eight.
    /// 2KiB, 8MiB, 512MiB: 1 tree; 4KiB, 16MiB, 1GiB: 2; 16KiB, 32GiB: 8; 32KiB, 64GiB: 16.
    /// </summary>
    /// <exception cref="NotSupportedException">No shape is defined for the size (rust-fil-proofs has none either).</exception>
    public static TreeShape For(SectorSize size) => size.Bytes switch
    {
        2L << 10 or 8L << 20 or 512L << 20 => new(0, 0),
        4L << 10 or 16L << 20 or 1L << 30 => new(2, 0),
        16L << 10 or 32L << 30 => new(8, 0),
        32L << 10 or 64L << 30 => new(8, 2),
        _ => throw new NotSupportedException($"no tree shape is defined for sectors of {size}"),
    };
}

/// <summary>Everything about a proof of replication that labels, trees and files depend on.</summary>
/// <param name="SectorSize">Size of the sector.</param>
/// <param name="Layers">Number of layers, 2 or 11 for registered proofs.</param>
/// <param name="ApiVersion">Graph version.</param>
/// <param name="PorepId">Seeds the graph; part of the replica id.</param>
public sealed record PorepParameters(SectorSize SectorSize, int Layers, ApiVersion ApiVersion, PorepId PorepId)
{
    /// <summary>Shape of tree_c and tree_r_last.</summary>
    public TreeShape Shape { get; } = TreeShape.For(SectorSize);

    /// <summary>Nodes in one layer.</summary>
    public long Nodes => SectorSize.Nodes;
}

/// <summary>The registered seal proofs by their numbers on chain (go-state-types abi/sector.go).</summary>
public enum RegisteredSealProof
{
    /// <summary>Proof 0.</summary>
    StackedDrg2KiBV1 = 0,

    /// <summary>Proof 1.</summary>
    StackedDrg8MiBV1 = 1,

    /// <summary>Proof 2.</summary>
    StackedDrg512MiBV1 = 2,

    /// <summary>Proof 3.</summary>
    StackedDrg32GiBV1 = 3,

    /// <summary>Proof 4.</summary>
    StackedDrg64GiBV1 = 4,

    /// <summary>Proof 5.</summary>
    StackedDrg2KiBV1_1 = 5,

    /// <summary>Proof 6.</summary>
    StackedDrg8MiBV1_1 = 6,

    /// <summary>Proof 7.</summary>
    StackedDrg512MiBV1_1 = 7,

    /// <summary>Proof 8.</summary>
    StackedDrg32GiBV1_1 = 8,

    /// <summary>Proof 9.</summary>
    StackedDrg64GiBV1_1 = 9,

    /// <summary>Proof 10.</summary>
    StackedDrg2KiBSynthetic = 10,

    /// <summary>Proof 11.</summary>
    StackedDrg8MiBSynthetic = 11,

    /// <summary>Proof 12.</summary>
    StackedDrg512MiBSynthetic = 12,

    /// <summary>Proof 13.</summary>
    StackedDrg32GiBSynthetic = 13,

    /// <summary>Proof 14.</summary>
    StackedDrg64GiBSynthetic = 14,

    /// <summary>Proof 15.</summary>
    StackedDrg2KiBNonInteractive = 15,

    /// <summary>Proof 16.</summary>
    StackedDrg8MiBNonInteractive = 16,

    /// <summary>Proof 17.</summary>
    StackedDrg512MiBNonInteractive = 17,

    /// <summary>Proof 18.</summary>
    StackedDrg32GiBNonInteractive = 18,

    /// <summary>Proof 19.</summary>
    StackedDrg64GiBNonInteractive = 19,
}

/// <summary>One row of the table of registered seal proofs.</summary>
/// <param name="Proof">The proof.</param>
/// <param name="Variant">Which family it belongs to.</param>
/// <param name="WinningPostProof">Registered winning-PoSt proof of the same size.</param>
/// <param name="WindowPostProof">Registered window-PoSt proof of the same size before network version 19; V1_1 is 5 more.</param>
/// <param name="UpdateProof">Registered SnapDeals update proof of the same size.</param>
/// <param name="Porep">What sealing needs.</param>
public sealed record SealProofInfo(
    RegisteredSealProof Proof,
    PorepVariant Variant,
    int WinningPostProof,
    int WindowPostProof,
    int UpdateProof,
    PorepParameters Porep)
{
    /// <summary>Size of the sector.</summary>
    public SectorSize SectorSize => Porep.SectorSize;

    /// <summary>Window-PoSt proof from network version 19 on (FIP-0061).</summary>
    public int WindowPostProofV1_1 => WindowPostProof + 5;

    /// <summary>
    /// The name that rust-filecoin-proofs-api gives the proof (registry.rs), which the output of Commit 1 carries:
    /// "StackedDrg32GiBV1_2_Feat_NonInteractivePoRep".
    /// </summary>
    public string RegisteredName => BaseName + Variant switch
    {
        PorepVariant.V1 => "",
        PorepVariant.V1_1 => "_1",
        PorepVariant.Synthetic => "_1_Feat_SyntheticPoRep",
        _ => "_2_Feat_NonInteractivePoRep",
    };

    /// <summary>The name of the size's first proof, as "StackedDrg32GiBV1": what the api calls the vanilla proofs of all variants.</summary>
    public string BaseName => $"StackedDrg{SectorSize}V1";

    /// <summary>"StackedDrg32GiBV1_1 (8)", for messages.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Proof} ({(int)Proof})");
}

/// <summary>The one table of registered seal proofs. Source: go-state-types abi/sector.go, rust-filecoin-proofs-api registry.rs.</summary>
public static class SealProofs
{
    private static readonly (SectorSize Size, int Layers)[] Sizes =
    [
        (SectorSize.KiB2, 2), (SectorSize.MiB8, 2), (SectorSize.MiB512, 2), (SectorSize.GiB32, 11), (SectorSize.GiB64, 11),
    ];

    // Synthetic is called "V1_1_Feat_SyntheticPoRep" by its registered name; its api version is nevertheless 1.2.0.
    private static readonly (PorepVariant Variant, ApiVersion ApiVersion)[] Variants =
    [
        (PorepVariant.V1, ApiVersion.V1_0_0),
        (PorepVariant.V1_1, ApiVersion.V1_1_0),
        (PorepVariant.Synthetic, ApiVersion.V1_2_0),
        (PorepVariant.NonInteractive, ApiVersion.V1_2_0),
    ];

    /// <summary>All twenty, in order of their numbers.</summary>
    public static ImmutableArray<SealProofInfo> All { get; } = [.. Enumerable.Range(0, Sizes.Length * Variants.Length).Select(Row)];

    /// <summary>The row of <paramref name="proof"/>.</summary>
    public static SealProofInfo Get(RegisteredSealProof proof) => All[(int)proof];

    /// <summary>The row with number <paramref name="number"/>; false if no such proof is registered.</summary>
    public static bool TryGet(long number, out SealProofInfo info)
    {
        bool known = number >= 0 && number < All.Length;
        info = All[known ? (int)number : 0];
        return known;
    }

    /// <summary>The row for a size and a variant; false if the size has no registered proof.</summary>
    public static bool TryGet(SectorSize size, PorepVariant variant, out SealProofInfo info)
    {
        int column = Array.FindIndex(Sizes, entry => entry.Size == size);
        info = All[Math.Max(column, 0) + (Sizes.Length * (int)variant)];
        return column >= 0;
    }

    private static SealProofInfo Row(int number)
    {
        int sizeIndex = number % Sizes.Length;
        (SectorSize size, int layers) = Sizes[sizeIndex];
        (PorepVariant variant, ApiVersion version) = Variants[number / Sizes.Length];
        return new SealProofInfo(
            (RegisteredSealProof)number,
            variant,
            WinningPostProof: sizeIndex,
            WindowPostProof: sizeIndex + Sizes.Length,
            UpdateProof: sizeIndex,
            new PorepParameters(size, layers, version, RegisteredPorepId(number)));
    }

    private static PorepId RegisteredPorepId(int number)
    {
        Span<byte> id = stackalloc byte[Bytes32.Length];
        id.Clear();
        BinaryPrimitives.WriteUInt64LittleEndian(id, (ulong)number);
        return new PorepId(new Bytes32(id));
    }
}
