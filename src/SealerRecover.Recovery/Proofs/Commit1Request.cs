using Filecoin.Chain.Facts;
using Filecoin.Cryptography;
using Filecoin.Sealing.Kernels;
using Filecoin.Sealing.Proofs;

namespace SealerRecover.Recovery.Proofs;

/// <summary>Whose challenged nodes to open, and where the files are.</summary>
public sealed record Commit1Request
{
    /// <summary>The sector; of a snapped one Commit 1 is about the key.</summary>
    public required SectorFacts Facts { get; init; }

    /// <summary>The sealed file; null for the one in <see cref="ResultFolder"/>.</summary>
    public string? SealedFile { get; init; }

    /// <summary>Its cache folder, with layers and all trees; null for the one in <see cref="ResultFolder"/>.</summary>
    public string? CacheFolder { get; init; }

    /// <summary>A folder with sealed/ and cache/.</summary>
    public required string ResultFolder { get; init; }

    /// <summary>The interactive randomness.</summary>
    public required Bytes32 Seed { get; init; }

    /// <summary>The file to write; nothing may stand there.</summary>
    public required string Output { get; init; }

    /// <summary>Nodes opened side by side.</summary>
    public required int Threads { get; init; }

    /// <summary>Kernels asked for by name.</summary>
    public KernelChoice Kernels { get; init; } = KernelChoice.Best;
}

/// <summary>The output of Commit 1.</summary>
/// <param name="Request">What was asked for.</param>
/// <param name="Counts">Challenges that were opened.</param>
/// <param name="Length">Bytes of the file.</param>
/// <param name="Sha256">Its SHA-256, lower-case hexadecimal.</param>
public sealed record Commit1Output(Commit1Request Request, ChallengeCounts Counts, long Length, string Sha256);
