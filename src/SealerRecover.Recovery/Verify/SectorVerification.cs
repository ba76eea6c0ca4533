using Filecoin.Primitives;
using Filecoin.Sealing.Proofs;
using SealerRecover.Recovery.Latency;
using SealerRecover.Recovery.Survey;

namespace SealerRecover.Recovery.Verify;

/// <summary>Why a sector is not proven.</summary>
/// <param name="Kind">What a proof found; null where none could be made, or where the whole replica was read.</param>
/// <param name="Sentence">In words, without the full stop; names the file.</param>
public sealed record VerificationFault(ProofFaultKind? Kind, string Sentence)
{
    /// <summary>The challenged node, counted over the sector; null where it is not about one.</summary>
    public long? Node { get; init; }

    /// <summary>Stretches of files that contradict each other, or are damaged.</summary>
    public IReadOnlyList<FaultPlace> Places { get; init; } = [];
}

/// <summary>A replica, the cache folder it was proven with, and what came out.</summary>
/// <param name="Replica">The sealed or updated file.</param>
/// <param name="CacheFolder">Where its p_aux and tree_r_last are.</param>
/// <param name="Faults">What is wrong; nothing if it is proven.</param>
public sealed record ReplicaVerification(string Replica, string CacheFolder, IReadOnlyList<VerificationFault> Faults)
{
    /// <summary>Whether the network would take its proof.</summary>
    public bool IsProven => Faults.Count == 0;
}

/// <summary>Whether a sector would pass window PoSt, with every copy of its files that storage paths hold.</summary>
public sealed record SectorVerification
{
    /// <summary>What it was compared with.</summary>
    public required SurveyFacts Facts { get; init; }

    /// <summary>What the network challenges: the update where there is one.</summary>
    public required SectorPart Part { get; init; }

    /// <summary>What its challenges were drawn from.</summary>
    public required ChallengeSeed Seed { get; init; }

    /// <summary>The challenged nodes, counted over the sector; the network's first.</summary>
    public required IReadOnlyList<long> Challenges { get; init; }

    /// <summary>What of a replica the challenges read, and what that is worth; all of it is read beside them if <see cref="Full"/>.</summary>
    public required ReadSample Sample { get; init; }

    /// <summary>Whether all of the replica was read, too.</summary>
    public required bool Full { get; init; }

    /// <summary>Each replica with each cache folder that belongs to it.</summary>
    public required IReadOnlyList<ReplicaVerification> Replicas { get; init; }

    /// <summary>What is wrong with the sector as a whole: files that no storage path has.</summary>
    public required IReadOnlyList<VerificationFault> Missing { get; init; }

    /// <summary>Sentences about what is odd but keeps no proof from passing.</summary>
    public required IReadOnlyList<string> Warnings { get; init; }

    /// <summary>What reading the first challenges took, of every copy; nothing where nothing was timed, or where files are missing.</summary>
    public IReadOnlyList<ReadStep> Reads { get; init; } = [];

    /// <summary>The sector.</summary>
    public SectorId Sector => Facts.Sector;

    /// <summary>Everything that is wrong.</summary>
    public IReadOnlyList<VerificationFault> Faults => [.. Missing, .. Replicas.SelectMany(replica => replica.Faults)];

    /// <summary>Whether every copy is proven, and there is one.</summary>
    public bool IsProven => Faults.Count == 0;

    /// <summary>The nodes of 32 bytes that the replica has.</summary>
    public long Nodes => Facts.Porep.SectorSize.Bytes / SectorSize.NodeBytes;

    /// <summary>The chance, 0 to 1, that damage of any one block of <see cref="ReadSample.BlockBytes"/> of the replica would have been met.</summary>
    public double BlockChance => Full ? 1 : Sample.BlockChance;

    /// <summary>Nodes that were proven: all challenged ones or none.</summary>
    public int ProvenNodes => IsProven ? Challenges.Count : 0;

    /// <summary>
    /// Whether the files fit together and make another CommR than the chain's: sealed with another ticket, over other data, or another
    /// sector's. (A p_aux whose comm_c alone is damaged cannot be told from that.)
    /// </summary>
    public bool IsAnotherSectors => Faults.Count > 0 && Faults.All(fault => fault.Kind == ProofFaultKind.CommR);
}
