using System.Numerics;
using System.Text.Json.Serialization;
using Filecoin.Chain.Rules;

namespace Filecoin.Chain.Wire;

/// <summary>What is needed of StateReadState.</summary>
/// <typeparam name="T">The actor's state, as far as it is needed.</typeparam>
internal sealed record ActorState<T>
{
    /// <summary>What the actor has, attoFIL.</summary>
    public BigInteger? Balance { get; init; }

    /// <summary>The state.</summary>
    public required T State { get; init; }
}

/// <summary>
/// State of the reward actor, f02: of all that it holds, what both its layouts have (go-state-types builtin/v18 and v19, reward/reward_state.go).
/// </summary>
internal sealed record RewardState
{
    /// <summary>What an epoch pays, attoFIL.</summary>
    public required FilterEstimate ThisEpochRewardSmoothed { get; init; }
}

/// <summary>State of the power actor, f04.</summary>
internal sealed record PowerState
{
    /// <summary>Quality-adjusted power of the network, bytes.</summary>
    [JsonPropertyName("ThisEpochQAPowerSmoothed")]
    public required FilterEstimate ThisEpochQaPowerSmoothed { get; init; }
}

/// <summary>What a miner's state says of its funds, attoFIL; the first actors had other fields.</summary>
internal sealed record MinerFunds
{
    /// <summary>Fees that are due.</summary>
    public BigInteger? FeeDebt { get; init; }

    /// <summary>Rewards that have not vested.</summary>
    public BigInteger? LockedFunds { get; init; }

    /// <summary>Deposits of pre-commits.</summary>
    public BigInteger? PreCommitDeposits { get; init; }

    /// <summary>Pledge of its sectors.</summary>
    public BigInteger? InitialPledge { get; init; }

    /// <summary>By how much the unlocked balance is less than the fee debt; null where a part of it was not told.</summary>
    internal BigInteger? Lacking(BigInteger? balance) => FeeDebt - (balance - LockedFunds - PreCommitDeposits - InitialPledge);
}
