using System.Text.Json.Serialization;

namespace Filecoin.Chain;

/// <summary>What is needed of StateReadState.</summary>
/// <typeparam name="T">The actor's state, as far as it is needed.</typeparam>
internal sealed record ActorState<T>
{
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
