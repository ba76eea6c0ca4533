using Filecoin.Chain.Rules;

namespace Filecoin.Chain.Facts;

/// <summary>
/// Fee debt that a miner's unlocked balance does not cover. While it lasts the miner actor refuses what would end a fault
/// (DeclareFaultsRecovered and others: repay_debts, builtin-actors actors/miner/src/state.rs).
/// </summary>
/// <param name="Lacking">What the unlocked balance lacks; above zero.</param>
/// <param name="At">Time stamp of the head whose state says so.</param>
public sealed record MinerDebt(Fil Lacking, DateTimeOffset At)
{
    /// <summary>Fees that are due; null where the node told only the balance.</summary>
    public Fil? FeeDebt { get; init; }

    /// <summary>What the network pays and takes, to estimate what comes on top; null where no node told.</summary>
    public NetworkEconomics? Economics { get; init; }
}
