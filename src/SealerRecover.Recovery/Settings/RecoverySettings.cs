using System.Collections.Immutable;
using Filecoin.Chain.Facts;
using Filecoin.Primitives;
using Filecoin.Sealing.Kernels;
using SealerRecover.Recovery.PieceSources;

namespace SealerRecover.Recovery.Settings;

/// <summary>What the operator decided; made by the executable from arguments and environment, never read from there here.</summary>
public sealed record RecoverySettings
{
    /// <summary>Folder that receives sealed/ and cache/, an absolute path.</summary>
    public required string ResultFolder { get; init; }

    /// <summary>Storage paths, as Lotus and Curio lay them out, where something of the sectors may be left that spares work; absolute.</summary>
    public ImmutableArray<string> StoragePaths { get; init; } = [];

    /// <summary>
    /// Replicas, by their paths, that a survey found damaged, each with half a sentence saying how: they are not read again to find the same,
    /// and make room for what is made.
    /// </summary>
    public ImmutableDictionary<string, string> Damaged { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>Folder for work in progress, an absolute path; one folder per sector inside.</summary>
    public required string TempFolder { get; init; }

    /// <summary>The folder that results go to in the end, where another machine fetches them from the result folder: what t_aux names. Null: the result folder.</summary>
    public string? Destination { get; init; }

    /// <summary>Folder of parent cache files, an absolute path.</summary>
    public required string ParentCacheFolder { get; init; }

    /// <summary>Sectors in PreCommit1 at once, at least 1.</summary>
    public int Parallel { get; init; } = 1;

    /// <summary>Threads for trees and parent caches, at least 1.</summary>
    public int Threads { get; init; } = 1;

    /// <summary>Nodes of the parent cache held in memory at once by each sector being labelled.</summary>
    public int ParentWindowNodes { get; init; } = 1 << 16;

    /// <summary>Rows of tree_r_last not stored; null for the default.</summary>
    public int? RowsToDiscard { get; init; }

    /// <summary>Kernels asked for by name.</summary>
    public KernelChoice Kernels { get; init; } = KernelChoice.Best;

    /// <summary>
    /// Keep layers, tree_c and tree_d and install them too; null to keep them of sectors that are pre-committed and not yet proven, whose
    /// Commit 1 needs them (<see cref="Of"/>), unless it reads <see cref="SyntheticProofs"/>.
    /// </summary>
    public bool? KeepAll { get; init; }

    /// <summary>
    /// Make and install syn-porep-vanilla-proofs.dat; null to make it where the seal proof is Synthetic and Commit 1 is still to come, or
    /// everything is kept for it (<see cref="Of"/>).
    /// </summary>
    public bool? SyntheticProofs { get; init; }

    /// <summary>Whether anything is made that only Commit 1 needs. Of one sector, once <see cref="Of"/> has decided.</summary>
    internal bool ForCommit1 => KeepAll == true || SyntheticProofs == true;

    /// <summary>Also install the data of sectors that hold any as unsealed/s-t0…, in the form in which Lotus keeps it.</summary>
    public bool KeepUnsealed { get; init; }

    /// <summary>Where to look for the bytes of pieces, in this order.</summary>
    public ImmutableArray<PieceSource> PieceSources { get; init; } = [];

    /// <summary>The file of certificates that SSL_CERT_FILE names; null for none.</summary>
    public string? CertificateFile { get; init; }

    /// <summary>Move a differing target aside instead of refusing.</summary>
    public bool Force { get; init; }

    /// <summary>Start although the plan says that memory, disk or file handles do not suffice.</summary>
    public bool IgnoreResources { get; init; }

    /// <summary>Asked whether a sector is still this run's before it is installed; null where nobody else could have it.</summary>
    public IFence? Fence { get; init; }

    /// <summary>The settings for one sector: what the operator left open is decided.</summary>
    public RecoverySettings Of(SectorFacts facts)
    {
        ArgumentNullException.ThrowIfNull(facts);
        bool forCommit1 = KeepAll ?? facts.IsUnproven;
        bool synthetic = SyntheticProofs ?? (forCommit1 && facts.SealProof.Variant == PorepVariant.Synthetic && facts.Update is null);
        return this with { KeepAll = KeepAll ?? (forCommit1 && !synthetic), SyntheticProofs = synthetic };
    }
}
