using Filecoin.Sealing.Steps;
using SealerRecover.Recovery.Settings;

namespace SealerRecover.Recovery.Roles;

/// <summary>What a run asks of Filecoin.Sealing, in three roles: a test replaces the one that it watches, disturbs, or has no time for.</summary>
/// <param name="Labels">Parent caches and PreCommit1.</param>
/// <param name="Trees">PreCommit2, updates, and what belongs beside a replica.</param>
/// <param name="Proofs">What files commit to, and whether they prove it.</param>
internal sealed record SealingRoles(Labelling Labels, TreeMaking Trees, Proving Proofs)
{
    /// <summary>The real ones.</summary>
    public SealingRoles(RecoverySettings settings)
        : this(new Labelling(settings), new TreeMaking(), new Proving(settings))
    {
    }
}

/// <summary>What a step of a sector works with.</summary>
/// <param name="Log">The sector's finished steps.</param>
/// <param name="Cores">The cores of the run.</param>
/// <param name="Progress">Told how far it is.</param>
/// <param name="Cancellation">Stops within a second or two; what is finished is on record.</param>
internal sealed record StepContext(IStepLog Log, ITreeCores Cores, IProgress<SealProgress> Progress, CancellationToken Cancellation);
