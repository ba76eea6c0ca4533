using Filecoin.Chain.Facts;
using Filecoin.Chain.Rules;

namespace SealerRecover.Recovery;

/// <summary>By when the files of a sector have to stand, so that sectors can be mended in that order.</summary>
public static class Due
{
    /// <summary>How long each deadline of a day is open.</summary>
    private static readonly TimeSpan Deadline = Epochs.Span(Epochs.PerDay) / (double)ChainPolicy.Deadlines;

    /// <summary>
    /// Of a faulty sector so long before its deadline opens that the recovery is still declared; of one that is not faulty, when its next
    /// challenge is drawn; of one that is pre-committed, the last moment for its proof. Null where nothing waits for it, or nobody told.
    /// </summary>
    /// <param name="status">Where it stands on chain.</param>
    /// <param name="now">The time to count from.</param>
    public static DateTimeOffset? Of(ChainStatus? status, DateTimeOffset now) => status switch
    {
        null => null,
        { State: SectorState.PreCommitted, ProveBefore: long epoch } => status.TimeOf(epoch),
        _ when !NextSteps.Waits(status) => null,
        _ when NextSteps.IsFaulty(status) => NextSteps.NextOpening(status, status.DeadlineOpens!.Value, now, NextSteps.Margin) - NextSteps.Margin,
        _ => NextSteps.NextOpening(status, status.DeadlineChallenge ?? status.DeadlineOpens!.Value, now, TimeSpan.Zero),
    };

    /// <summary>When the window PoSt is over and accounted for that can end its fault: the next one that a recovery can still be declared for.</summary>
    /// <param name="status">Where it stands; it waits for a deadline.</param>
    /// <param name="now">The time to count from.</param>
    public static DateTimeOffset ProvenBy(ChainStatus status, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(status);
        TimeSpan ahead = status.IsDeclaredRecovered ? TimeSpan.Zero : NextSteps.Margin;
        return NextSteps.NextOpening(status, status.DeadlineOpens!.Value, now, ahead) + 2 * Deadline;
    }

    /// <summary>Whether the chain waits for the declaration that its fault is over.</summary>
    public static bool NeedsDeclaring(ChainStatus? status) => status is not null && NextSteps.Waits(status) && NextSteps.IsFaulty(status);
}
