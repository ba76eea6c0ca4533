using Filecoin.Chain.Facts;
using Filecoin.Cryptography;
using Filecoin.Primitives;
using Filecoin.Sealing.Files;
using Filecoin.Sealing.Jobs;
using Filecoin.Sealing.Pieces;
using Filecoin.Sealing.PreCommit;
using Filecoin.Sealing.Proofs;
using Filecoin.Sealing.Proofs.Synthetic;
using Filecoin.Sealing.Steps;
using Filecoin.Sealing.Update;
using SealerRecover.Recovery.Roles;
using SealerRecover.Recovery.Settings;

namespace SealerRecover.Recovery.Tests.Support;

/// <summary>The real sealing, for tests that watch or disturb a step of it.</summary>
internal abstract class RealSealer(RecoverySettings settings) : ISealer
{
    private readonly Sealer _sealer = new(settings);

    public RecoverySettings Settings => settings;

    public string ParentCachePath(PorepParameters porep) => _sealer.ParentCachePath(porep);

    public IParents OpenParents(PorepParameters porep, IProgress<SealProgress> progress, Action<string> notice, CancellationToken cancellation) =>
        _sealer.OpenParents(porep, progress, notice, cancellation);

    public void PreCommit1(
        SealJob job, IParents parents, IStepLog log, LayerWatermark? lastLayer, IProgress<SealProgress> progress, CancellationToken cancellation) =>
        _sealer.PreCommit1(job, parents, log, lastLayer, progress, cancellation);

    public virtual void Follow(
        SealJob job, LayerWatermark lastLayer, IStepLog log, ITreeCores cores, IProgress<SealProgress> progress, CancellationToken cancellation) =>
        _sealer.Follow(job, lastLayer, log, cores, progress, cancellation);

    public void PreCommit1Together(IReadOnlyList<LabelWork> sectors, CancellationToken cancellation) =>
        _sealer.PreCommit1Together(sectors, cancellation);

    public NodeCosts CostsOf(PorepParameters porep) => _sealer.CostsOf(porep);

    public virtual SealedCommitments PreCommit2(
        SealJob job, IStepLog log, ITreeCores cores, IProgress<SealProgress> progress, CancellationToken cancellation) =>
        _sealer.PreCommit2(job, log, cores, progress, cancellation);

    public IReadOnlyList<ProofFault> CheckOpenings(
        SectorFacts facts,
        ReplicaInputs inputs,
        Bytes32 commC,
        string cacheFolder,
        IProgress<SealProgress> progress,
        CancellationToken cancellation) => _sealer.CheckOpenings(facts, inputs, commC, cacheFolder, progress, cancellation);

    public virtual void MakeSyntheticProofs(
        SealJob job,
        SealedCommitments made,
        IStepLog log,
        ITreeCores cores,
        IProgress<SealProgress> progress,
        CancellationToken cancellation,
        StandingLayers? standing = null) =>
        _sealer.MakeSyntheticProofs(job, made, log, cores, progress, cancellation, standing);

    public SealedCommitments Update(
        UpdateJob job, IStepLog log, ITreeCores cores, IProgress<SealProgress> progress, CancellationToken cancellation) =>
        _sealer.Update(job, log, cores, progress, cancellation);

    public SealedCommitments RemoveData(
        UpdateJob job, IStepLog log, ITreeCores cores, IProgress<SealProgress> progress, CancellationToken cancellation) =>
        _sealer.RemoveData(job, log, cores, progress, cancellation);

    public PAuxFile? TryBuildTrees(
        SealJob job,
        ISectorData replica,
        CommR expected,
        string steps,
        IStepLog log,
        ITreeCores cores,
        IProgress<SealProgress> progress,
        CancellationToken cancellation) =>
        _sealer.TryBuildTrees(job, replica, expected, steps, log, cores, progress, cancellation);

    public CommR CommROf(PAuxFile pAux) => _sealer.CommROf(pAux);

    public virtual IReadOnlyList<ProofFault> Prove(
        ReplicaFiles files, PorepParameters porep, SectorId sector, CommR commR, Bytes32 randomness, int nodes, CancellationToken cancellation) =>
        _sealer.Prove(files, porep, sector, commR, randomness, nodes, cancellation);
}
