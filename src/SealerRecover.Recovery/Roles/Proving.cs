using Filecoin.Chain.Facts;
using Filecoin.Cryptography;
using Filecoin.Primitives;
using Filecoin.Sealing.Files;
using Filecoin.Sealing.Jobs;
using Filecoin.Sealing.Proofs;
using Filecoin.Sealing.Proofs.Openings;
using Filecoin.Sealing.Replica;
using Filecoin.Sealing.Steps;
using SealerRecover.Recovery.Settings;

namespace SealerRecover.Recovery.Roles;

/// <summary>What files commit to and whether they prove it, as <see cref="ReplicaProof"/> and <see cref="OpeningCheck"/> document it.</summary>
internal class Proving(RecoverySettings settings)
{
    private const int OpenedNodes = 1000;

    /// <summary>The CommR of the two commitments in a p_aux.</summary>
    public virtual CommR CommROf(PAuxFile pAux) => CommRs.From(pAux.CommC, pAux.CommRLast, settings.Kernels.Poseidon);

    /// <summary>Proves some nodes of a replica as window PoSt does, and checks the proof: what is wrong; nothing if it would pass.</summary>
    public virtual IReadOnlyList<ProofFault> Prove(
        ReplicaFiles files, PorepParameters porep, SectorId sector, CommR commR, Bytes32 randomness, int nodes, CancellationToken cancellation) =>
        ReplicaProof.Check(
            files,
            porep,
            sector.Number,
            commR,
            WindowPost.Challenges(randomness, sector.Number, porep.SectorSize, nodes),
            settings.Threads,
            progress: null,
            cancellation,
            settings.Kernels.Poseidon);

    /// <summary>Opens some nodes of what stands for Commit 1, and checks them: what is wrong; nothing if all is well.</summary>
    public virtual IReadOnlyList<ProofFault> CheckOpenings(
        SectorFacts facts, ReplicaInputs inputs, Bytes32 commC, string cacheFolder, IProgress<SealProgress> progress, CancellationToken cancellation)
    {
        RecoverySettings own = settings.Of(facts);
        OpeningCheck check = new()
        {
            Porep = inputs.Porep,
            CommR = facts.SealedCid,
            CommD = inputs.CommD,
            ReplicaId = inputs.ReplicaId,
            CommC = commC,
            CacheFolder = cacheFolder,
            Sample = OpenedNodes,
            Threads = settings.Threads,
            PoseidonKernel = settings.Kernels.Poseidon,
        };
        return
        [
            .. own.SyntheticProofs == true ? check.OfSyntheticProofs(progress, cancellation) : [],
            .. own.KeepAll == true ? check.OfLayersAndTrees(progress, cancellation) : [],
        ];
    }
}
