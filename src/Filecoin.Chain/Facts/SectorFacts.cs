using Filecoin.Chain.Rules;
using Filecoin.Primitives;

namespace Filecoin.Chain.Facts;

/// <summary>What the chain says about one sector to recover; everything sealing needs, and what the operator should know.</summary>
public sealed record SectorFacts
{
    /// <summary>Miner (ID form) and sector number.</summary>
    public required SectorId Sector { get; init; }

    /// <summary>The registered seal proof it was sealed with.</summary>
    public required SealProofInfo SealProof { get; init; }

    /// <summary>Ticket at <see cref="TicketEpoch"/>.</summary>
    public required Ticket Ticket { get; init; }

    /// <summary>The CommR that has to come out of sealing: SealedCID on chain, but for a snapped sector its SectorKeyCID, the key's.</summary>
    public required CommR SealedCid { get; init; }

    /// <summary>The data it was sealed with (a snapped sector's key: before the update); null for committed capacity, which holds zeros.</summary>
    public SectorData? Data { get; init; }

    /// <summary>The SnapDeals update that was made of the sealed replica; null unless snapped.</summary>
    public SectorUpdate? Update { get; init; }

    /// <summary>comm_c and comm_r_last of the sealed replica, of a snapped sector its key, as somebody kept them; null if nobody did. Not checked.</summary>
    public SealedRoots? Roots { get; init; }

    /// <summary>What it holds now: the update's data if it was snapped; null for zeros.</summary>
    public SectorData? Holds => Update?.Data ?? Data;

    /// <summary>Whether nobody told which pieces it holds; all else is known.</summary>
    public bool PiecesUntold => Holds is { PiecesUntold: true };

    /// <summary>SealRandEpoch; null when read from a metadata file that lacks it.</summary>
    public long? TicketEpoch { get; init; }

    /// <summary>Epoch in which it was pre-committed; null for non-interactive proofs, which have no pre-commit, and when unknown.</summary>
    public long? PreCommitEpoch { get; init; }

    /// <summary>Epoch in which it was first proven; null when it is not proven or unknown.</summary>
    public long? Activation { get; init; }

    /// <summary>Who told each of these facts, and how it was cross-checked; empty when read from a metadata file.</summary>
    public IReadOnlyList<FactOrigin> Origins { get; init; } = [];

    /// <summary>Sentences about how these facts were found that the operator should see, e.g. what could not be cross-checked.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>Where the sector stands on chain; null when offline.</summary>
    public ChainStatus? Status { get; init; }

    /// <summary>The miner's debt as a metadata file has it, of the time when that was written; null for none.</summary>
    public MinerDebt? DebtThen { get; init; }

    /// <summary>The miner's debt, as newly as it is known.</summary>
    public MinerDebt? Debt => Status is { } status ? status.Debt : DebtThen;

    /// <summary>Whether a metadata file says that it was pre-committed and not proven when that was written.</summary>
    public bool WasUnproven { get; init; }

    /// <summary>Whether it is pre-committed and not proven, as far as is known: its Commit 1 is still to come.</summary>
    public bool IsUnproven => Status is { } status ? status.State == SectorState.PreCommitted : WasUnproven;
}

/// <summary>Where a lost sector is in its life.</summary>
public enum SectorState
{
    /// <summary>Pre-committed, not yet proven: the deposit is lost after <see cref="ChainStatus.ProveBefore"/>.</summary>
    PreCommitted,

    /// <summary>Proven and, if lost, faulty or about to be.</summary>
    Proven,
}

/// <summary>A sector's status at one head tipset. Epochs are 30 seconds each; times are computed from the head's time stamp.</summary>
public sealed record ChainStatus
{
    /// <summary>Which state.</summary>
    public required SectorState State { get; init; }

    /// <summary>Epoch of the head tipset asked.</summary>
    public required long HeadEpoch { get; init; }

    /// <summary>Time stamp of the head tipset.</summary>
    public required DateTimeOffset HeadTime { get; init; }

    /// <summary>The epoch it was by this machine's clock when the node was asked; null where nobody looked.</summary>
    public long? ClockEpoch { get; init; }

    /// <summary>
    /// The epoch by which everything is judged: this machine's clock, since the chain goes on without a node that is behind; the head where that
    /// is ahead of the clock.
    /// </summary>
    public long NowEpoch => Math.Max(HeadEpoch, ClockEpoch ?? HeadEpoch);

    /// <summary>Pre-committed only: last epoch in which it can be proven; afterwards its deposit burns.</summary>
    public long? ProveBefore { get; init; }

    /// <summary>Proven only: deadline index 0 to 47 the sector is assigned to, when the node told.</summary>
    public int? Deadline { get; init; }

    /// <summary>Proven only: the partition in it, when the node told.</summary>
    public int? Partition { get; init; }

    /// <summary>Proven only: when that deadline next opens.</summary>
    public long? DeadlineOpens { get; init; }

    /// <summary>Proven only: when the challenge for that opening is drawn; from then on its files are read.</summary>
    public long? DeadlineChallenge { get; init; }

    /// <summary>Proven only: whether it is faulty; null where the node did not tell.</summary>
    public bool? IsFaulty { get; init; }

    /// <summary>Whether it is faulty and was declared recovered already: its next proof ends the fault.</summary>
    public bool IsDeclaredRecovered { get; init; }

    /// <summary>The miner's debt that stands in the way; null where there is none and where the node did not tell.</summary>
    public MinerDebt? Debt { get; init; }

    /// <summary>Proven only: the epoch at which a fault terminates the sector (StateSectorExpiration.Early); null when not faulty.</summary>
    public long? FaultTerminatesAt { get; init; }

    /// <summary>Proven only: expiration on time.</summary>
    public long? Expiration { get; init; }

    /// <summary>Proven only: the chain expects no end of it, which is how a terminated sector looks until its record is removed.</summary>
    public bool IsTerminated { get; init; }

    /// <summary>What hangs on it; null where the node did not tell.</summary>
    public SectorStakes? Stakes { get; init; }

    /// <summary>The time at which <paramref name="epoch"/> begins.</summary>
    public DateTimeOffset TimeOf(long epoch) => HeadTime + Epochs.Span(epoch - HeadEpoch);
}
