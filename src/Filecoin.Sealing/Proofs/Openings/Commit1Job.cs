using Filecoin.Cryptography;
using Filecoin.Primitives;
using Filecoin.Sealing.Jobs;
using Filecoin.Sealing.Pieces;

namespace Filecoin.Sealing.Proofs.Openings;

/// <summary>One sector whose challenged nodes are opened. Its files are only read.</summary>
public sealed record Commit1Job
{
    /// <summary>What was sealed.</summary>
    public required ReplicaInputs Inputs { get; init; }

    /// <summary>The sector's CommR.</summary>
    public required CommR CommR { get; init; }

    /// <summary>How challenges are drawn.</summary>
    public required PorepVariant Variant { get; init; }

    /// <summary>The registered proof, whose name the output carries; null for parameters that are not registered, whose output names none.</summary>
    public required SealProofInfo? Registered { get; init; }

    /// <summary>The interactive randomness; NonInteractive writes it, but draws nothing from it.</summary>
    public required Bytes32 Seed { get; init; }

    /// <summary>The cache folder with p_aux, and layers, tree_d, tree_c and tree_r_last or a Synthetic sector's syn-porep-vanilla-proofs.dat.</summary>
    public required string CacheFolder { get; init; }

    /// <summary>The sealed sector; of a snapped one the key.</summary>
    public required ISectorData Replica { get; init; }

    /// <summary>Nodes opened side by side.</summary>
    public int Threads { get; init; } = 1;

    /// <summary>Name of the Poseidon kernel; null for the best on this machine.</summary>
    public string? PoseidonKernel { get; init; }

    /// <summary>Name of the two-to-one hash; null for the best on this machine.</summary>
    public string? TwoToOneKernel { get; init; }
}
