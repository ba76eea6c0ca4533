using Filecoin.Primitives;
using Filecoin.Sealing.Files;
using Filecoin.Sealing.Jobs;
using Filecoin.Sealing.Pieces;
using Filecoin.Sealing.PreCommit;
using Filecoin.Sealing.Proofs.Synthetic;
using Filecoin.Sealing.Replica;
using Filecoin.Sealing.Steps;
using Filecoin.Sealing.Update;

namespace SealerRecover.Recovery.Roles;

/// <summary>Trees, replicas and what is made of both, as <see cref="PreCommit2"/>, <see cref="SectorUpdate"/> and <see cref="ReplicaTrees"/> document it.</summary>
internal class TreeMaking
{
    /// <summary>Builds trees while the last layer is labelled.</summary>
    public virtual void Follow(SealJob job, LayerWatermark lastLayer, StepContext step) =>
        PreCommit2.Follow(job, lastLayer, step.Log, step.Cores, step.Progress, step.Cancellation);

    /// <summary>Builds trees and replica.</summary>
    public virtual SealedCommitments Seal(SealJob job, StepContext step) =>
        PreCommit2.Run(job, step.Log, step.Cores, step.Progress, step.Cancellation);

    /// <summary>Makes synthetic proofs of what sealing left with everything kept, or of layers that stand elsewhere.</summary>
    public virtual void MakeSyntheticProofs(SealJob job, SealedCommitments made, StepContext step, StandingLayers? standing = null) =>
        SyntheticProofs.Make(job, made, step.Log, step.Cores, step.Progress, step.Cancellation, standing);

    /// <summary>Puts data into a key.</summary>
    public virtual SealedCommitments Update(UpdateJob job, StepContext step) =>
        SectorUpdate.Encode(job, step.Log, step.Cores, step.Progress, step.Cancellation);

    /// <summary>Takes data out of an update, which leaves its key.</summary>
    public virtual SealedCommitments RemoveData(UpdateJob job, StepContext step) =>
        SectorUpdate.RemoveData(job, step.Log, step.Cores, step.Progress, step.Cancellation);

    /// <summary>Makes what belongs beside a replica that is there; null if it is not of that CommR.</summary>
    public virtual PAuxFile? TryBuildBeside(SealJob job, ISectorData replica, CommR expected, StepsOf steps, StepContext step) =>
        ReplicaTrees.TryBuild(job, replica, expected, step.Log, step.Cores, step.Progress, step.Cancellation, steps);
}
