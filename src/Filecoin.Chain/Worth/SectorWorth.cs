using Filecoin.Chain.Facts;
using Filecoin.Chain.Rules;

namespace Filecoin.Chain.Worth;

/// <summary>Whether recovering a sector still helps.</summary>
public enum WorthVerdict
{
    /// <summary>Nothing speaks against it.</summary>
    InTime,

    /// <summary>It ends before it could be sealed and proven.</summary>
    EndsTooSoon,

    /// <summary>It expired or was terminated, or its pre-commit can no longer be proven.</summary>
    TooLate,

    /// <summary>The node did not tell enough.</summary>
    Unknown,
}

/// <summary>
/// What recovering a sector is worth: when the chain ends it, and what it costs until then. Pure: by the formulas of
/// <see cref="NetworkEconomics"/> from what the node told, and nothing else. What it did not tell is null.
/// </summary>
public sealed record SectorWorth
{
    /// <summary>FaultMaxAge: days after which a faulty sector is terminated, counted from the end of the deadline it missed (FIP-0026).</summary>
    internal const long FaultMaxAge = 42 * Epochs.PerDay;

    /// <summary>
    /// Epochs that a recovery takes at the very least until the chain has seen it, a day: hours of sealing, then a proof, for which each sector
    /// has its deadline once a day.
    /// </summary>
    internal const long Soonest = Epochs.PerDay;

    /// <summary>Whether it still helps.</summary>
    public required WorthVerdict Verdict { get; init; }

    /// <summary>Why not, or how long there is: the end of a sentence that begins with the sector.</summary>
    public required string Why { get; init; }

    /// <summary>Whether it is faulty on chain.</summary>
    public bool? IsFaulty { get; init; }

    /// <summary>Last epoch of the deadline at which it became faulty; known where a fault is going to terminate it.</summary>
    public long? FaultySince { get; init; }

    /// <summary>Epoch at which the chain ends it if nothing is done: fault, expiration or the end of the time to prove it.</summary>
    public long? EndsAt { get; init; }

    /// <summary>What it is expected to earn in a day when it is proven.</summary>
    public Fil? RewardPerDay { get; init; }

    /// <summary>What each further day costs on which it stays faulty: fault fee and daily fee.</summary>
    public Fil? CostPerDay { get; init; }

    /// <summary>Of that, the fault fee.</summary>
    public Fil? FaultFeePerDay { get; init; }

    /// <summary>Of that, the daily fee, which a good sector pays too.</summary>
    public Fil? DailyFee { get; init; }

    /// <summary>What its termination costs, at <see cref="EndsAt"/> if its fault is going to terminate it, else now.</summary>
    public Fil? TerminationFee { get; init; }

    /// <summary>Pre-committed only: the deposit that is lost if it is not proven in time.</summary>
    public Fil? Deposit { get; init; }

    /// <summary>What each day costs on which it is not back: what it costs, and the reward that it misses.</summary>
    public Fil? LossPerDay => CostPerDay is { } cost ? cost + (RewardPerDay ?? Fil.Zero) : null;

    /// <summary>What is lost at its end if it is not back by then.</summary>
    public Fil? LossAtEnd => TerminationFee ?? Deposit;

    /// <summary>What a sector's status comes to.</summary>
    /// <param name="status">Where it stands; null where no node told.</param>
    /// <param name="economics">What the network pays and takes; null where no node told.</param>
    public static SectorWorth Of(ChainStatus? status, NetworkEconomics? economics) => status switch
    {
        null => new SectorWorth { Verdict = WorthVerdict.Unknown, Why = "where it stands on chain was not told" },
        { State: SectorState.PreCommitted } => OfPreCommitted(status),
        _ => OfProven(status, economics),
    };

    private static SectorWorth OfPreCommitted(ChainStatus status)
    {
        SectorWorth worth = Ending(status, status.ProveBefore, "it can be proven until", "the time to prove it ran out and its deposit is lost");
        return worth with { Deposit = status.Stakes?.Deposit };
    }

    private static SectorWorth OfProven(ChainStatus status, NetworkEconomics? economics)
    {
        SectorStakes stakes = status.Stakes ?? new SectorStakes();
        bool terminates = status.FaultTerminatesAt is { } early && (status.Expiration is not { } late || early <= late);
        long? ends = terminates ? status.FaultTerminatesAt : status.Expiration;
        SectorWorth worth = status.IsTerminated
            ? new SectorWorth { Verdict = WorthVerdict.TooLate, Why = "the chain expects no end of it any more: it was terminated" }
            : Ending(status, ends, terminates ? "its fault terminates it at" : "it expires at", terminates ? "its fault has terminated it" : "it expired");
        worth = worth with
        {
            IsFaulty = status.IsFaulty ?? (status.FaultTerminatesAt is null ? null : true),
            FaultySince = status.FaultTerminatesAt - FaultMaxAge,
        };
        if (worth.Verdict == WorthVerdict.TooLate || economics is null || stakes.QaPower is not { } power)
        {
            return worth;
        }

        Fil faultFee = economics.ContinuedFaultFee(power);
        Fil? dailyFee = stakes.DailyFee is { } fee ? economics.DailyFeeDue(fee, power) : null;
        long age = (terminates ? ends!.Value : status.NowEpoch) - (stakes.Activation ?? 0);
        return worth with
        {
            RewardPerDay = economics.ExpectedReward(power, Epochs.PerDay),
            FaultFeePerDay = faultFee,
            DailyFee = dailyFee,
            CostPerDay = faultFee + (dailyFee ?? Fil.Zero),
            TerminationFee = stakes is { InitialPledge: { } pledge, Activation: not null } ? economics.TerminationFee(pledge, Math.Max(age, 0), faultFee) : null,
        };
    }

    private static SectorWorth Ending(ChainStatus status, long? end, string until, string past) => end switch
    {
        null => new SectorWorth { Verdict = WorthVerdict.Unknown, Why = "when it ends was not told" },
        { } epoch when epoch < status.NowEpoch => new SectorWorth { Verdict = WorthVerdict.TooLate, EndsAt = epoch, Why = $"{past} at epoch {epoch}" },
        { } epoch when epoch - status.NowEpoch < Soonest => new SectorWorth
        {
            Verdict = WorthVerdict.EndsTooSoon,
            EndsAt = epoch,
            Why = $"{until} epoch {epoch}, in less than the day that sealing and the next proof take",
        },
        { } epoch => new SectorWorth
        {
            Verdict = WorthVerdict.InTime,
            EndsAt = epoch,
            Why = $"{until} epoch {epoch}",
        },
    };
}
