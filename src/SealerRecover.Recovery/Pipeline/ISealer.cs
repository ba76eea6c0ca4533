using Filecoin.Cryptography;
using Filecoin.Primitives;
using Filecoin.Sealing.Files;
using Filecoin.Sealing.Graph;
using Filecoin.Sealing.Jobs;
using Filecoin.Sealing.Pieces;
using Filecoin.Sealing.PreCommit;
using Filecoin.Sealing.Proofs;
using Filecoin.Sealing.Proofs.Openings;
using Filecoin.Sealing.Proofs.Synthetic;
using Filecoin.Sealing.Replica;
using Filecoin.Sealing.Steps;
using Filecoin.Sealing.Update;
using SealerRecover.Recovery.Resources;
using SectorFacts = Filecoin.Chain.Facts.SectorFacts;

namespace SealerRecover.Recovery.Pipeline;

/// <summary>A verified parent cache, open for as long as sectors of its seal proof are labelled.</summary>
internal interface IParents : IDisposable;

/// <summary>
/// The sealing this room drives, as <see cref="PreCommit1"/>, <see cref="PreCommit2"/> and <see cref="ParentCacheFolder"/>
/// document it; behind an interface so that tests can run a sector in milliseconds, or fail, or hang.
/// </summary>
internal interface ISealer
{
    /// <summary>Where the parent cache of a proof is, whether or not it exists.</summary>
    string ParentCachePath(PorepParameters porep);

    /// <summary>Opens the parent cache of a proof, building it if need be; told in sentences of one that was damaged.</summary>
    IParents OpenParents(PorepParameters porep, IProgress<SealProgress> progress, Action<string> notice, CancellationToken cancellation);

    /// <summary>Labels all layers.</summary>
    void PreCommit1(
        SealJob job,
        IParents parents,
        IStepLog log,
        LayerWatermark? lastLayer,
        IProgress<SealProgress> progress,
        CancellationToken cancellation);

    /// <summary>Builds trees while the last layer is labelled.</summary>
    void Follow(
        SealJob job,
        LayerWatermark lastLayer,
        IStepLog log,
        ITreeCores cores,
        IProgress<SealProgress> progress,
        CancellationToken cancellation);

    /// <summary>Labels all layers of several sectors of one proof together, on the calling thread.</summary>
    void PreCommit1Together(IReadOnlyList<LabelWork> sectors, CancellationToken cancellation);

    /// <summary>What its steps cost here.</summary>
    NodeCosts CostsOf(PorepParameters porep);

    /// <summary>Builds trees and replica.</summary>
    SealedCommitments PreCommit2(
        SealJob job, IStepLog log, ITreeCores cores, IProgress<SealProgress> progress, CancellationToken cancellation);

    /// <summary>Makes synthetic proofs of what PreCommit2 left with everything kept, or of layers that stand elsewhere.</summary>
    void MakeSyntheticProofs(
        SealJob job,
        SealedCommitments made,
        IStepLog log,
        ITreeCores cores,
        IProgress<SealProgress> progress,
        CancellationToken cancellation,
        StandingLayers? standing = null);

    /// <summary>Opens some nodes of what stands for Commit 1, and checks them: what is wrong; nothing if all is well.</summary>
    IReadOnlyList<ProofFault> CheckOpenings(
        SectorFacts facts,
        ReplicaInputs inputs,
        Bytes32 commC,
        string cacheFolder,
        IProgress<SealProgress> progress,
        CancellationToken cancellation);

    /// <summary>Puts data into a key.</summary>
    SealedCommitments Update(
        UpdateJob job, IStepLog log, ITreeCores cores, IProgress<SealProgress> progress, CancellationToken cancellation);

    /// <summary>Takes data out of an update, which leaves its key.</summary>
    SealedCommitments RemoveData(
        UpdateJob job, IStepLog log, ITreeCores cores, IProgress<SealProgress> progress, CancellationToken cancellation);

    /// <summary>Makes what belongs beside a replica that is there; null if it is not of that CommR.</summary>
    PAuxFile? TryBuildTrees(
        SealJob job,
        ISectorData replica,
        CommR expected,
        string steps,
        IStepLog log,
        ITreeCores cores,
        IProgress<SealProgress> progress,
        CancellationToken cancellation);

    /// <summary>The CommR of the two commitments in a p_aux.</summary>
    CommR CommROf(PAuxFile pAux);

    /// <summary>Proves some nodes of a replica as window PoSt does, and checks the proof: what is wrong; nothing if it would pass.</summary>
    IReadOnlyList<ProofFault> Prove(
        ReplicaFiles files, PorepParameters porep, SectorId sector, CommR commR, Bytes32 randomness, int nodes, CancellationToken cancellation);
}

/// <summary>A sector that is ready to be labelled.</summary>
/// <param name="Job">What and where.</param>
/// <param name="Log">Its finished steps.</param>
/// <param name="Parents">The open parent cache of its proof.</param>
/// <param name="Progress">Told how far it is.</param>
internal sealed record LabelWork(SealJob Job, IStepLog Log, IParents Parents, IProgress<SealProgress> Progress);

/// <summary>The real thing.</summary>
internal sealed class Sealer(RecoverySettings settings) : ISealer
{
    private readonly ParentCacheFolder _parents = new(settings.ParentCacheFolder, kernel: settings.Kernels.Parents);

    public string ParentCachePath(PorepParameters porep) => _parents.PathFor(porep);

    public IParents OpenParents(PorepParameters porep, IProgress<SealProgress> progress, Action<string> notice, CancellationToken cancellation) =>
        new OpenCache(_parents.Open(porep, settings.Threads, settings.ParentWindowNodes, progress, cancellation, notice));

    public void PreCommit1(
        SealJob job,
        IParents parents,
        IStepLog log,
        LayerWatermark? lastLayer,
        IProgress<SealProgress> progress,
        CancellationToken cancellation) =>
        Filecoin.Sealing.PreCommit.PreCommit1.Run(job, ((OpenCache)parents).Cache, log, progress, cancellation, lastLayer);

    public void Follow(
        SealJob job,
        LayerWatermark lastLayer,
        IStepLog log,
        ITreeCores cores,
        IProgress<SealProgress> progress,
        CancellationToken cancellation) =>
        Filecoin.Sealing.PreCommit.PreCommit2.Follow(job, lastLayer, log, cores, progress, cancellation);

    public void PreCommit1Together(IReadOnlyList<LabelWork> sectors, CancellationToken cancellation) => Filecoin.Sealing.PreCommit.PreCommit1.RunBatch(
        [.. sectors.Select(sector => sector.Job)],
        [.. sectors.Select(sector => sector.Log)],
        ((OpenCache)sectors[0].Parents).Cache,
        [.. sectors.Select(sector => sector.Progress)],
        cancellation);

    public NodeCosts CostsOf(PorepParameters porep) => NodeCosts.Typical(porep, settings.Kernels);

    public SealedCommitments PreCommit2(
        SealJob job, IStepLog log, ITreeCores cores, IProgress<SealProgress> progress, CancellationToken cancellation) =>
        Filecoin.Sealing.PreCommit.PreCommit2.Run(job, log, cores, progress, cancellation);

    public void MakeSyntheticProofs(
        SealJob job,
        SealedCommitments made,
        IStepLog log,
        ITreeCores cores,
        IProgress<SealProgress> progress,
        CancellationToken cancellation,
        StandingLayers? standing = null) =>
        SyntheticProofs.Make(job, made, log, cores, progress, cancellation, standing);

    public IReadOnlyList<ProofFault> CheckOpenings(
        SectorFacts facts,
        ReplicaInputs inputs,
        Bytes32 commC,
        string cacheFolder,
        IProgress<SealProgress> progress,
        CancellationToken cancellation)
    {
        const int nodes = 1000;
        RecoverySettings own = settings.Of(facts);
        OpeningCheck check = new()
        {
            Porep = inputs.Porep,
            CommR = facts.SealedCid,
            CommD = inputs.CommD,
            ReplicaId = inputs.ReplicaId,
            CommC = commC,
            CacheFolder = cacheFolder,
            Sample = nodes,
            Threads = settings.Threads,
            PoseidonKernel = settings.Kernels.Poseidon,
        };
        return
        [
            .. own.SyntheticProofs == true ? check.OfSyntheticProofs(progress, cancellation) : [],
            .. own.KeepAll == true ? check.OfLayersAndTrees(progress, cancellation) : [],
        ];
    }

    public SealedCommitments Update(
        UpdateJob job, IStepLog log, ITreeCores cores, IProgress<SealProgress> progress, CancellationToken cancellation) =>
        SectorUpdate.Encode(job, log, cores, progress, cancellation);

    public SealedCommitments RemoveData(
        UpdateJob job, IStepLog log, ITreeCores cores, IProgress<SealProgress> progress, CancellationToken cancellation) =>
        SectorUpdate.RemoveData(job, log, cores, progress, cancellation);

    public PAuxFile? TryBuildTrees(
        SealJob job,
        ISectorData replica,
        CommR expected,
        string steps,
        IStepLog log,
        ITreeCores cores,
        IProgress<SealProgress> progress,
        CancellationToken cancellation) =>
        ReplicaTrees.TryBuild(job, replica, expected, log, cores, progress, cancellation, steps);

    public CommR CommROf(PAuxFile pAux) => CommRs.From(pAux.CommC, pAux.CommRLast, settings.Kernels.Poseidon);

    public IReadOnlyList<ProofFault> Prove(
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

    private sealed class OpenCache(ParentCache cache) : IParents
    {
        public ParentCache Cache { get; } = cache;

        public void Dispose() => Cache.Dispose();
    }
}
