using System.Numerics;
using Filecoin.Chain.Facts;
using Filecoin.Chain.Nodes;
using Filecoin.Chain.Rules;
using Filecoin.Chain.Wire;
using Filecoin.Chain.Worth;
using Filecoin.Primitives;

namespace Filecoin.Chain.Lookup;

/// <summary>
/// What the newest state has of a miner that all its sectors share, asked once a run: which are faulty, which were declared recovered, whether
/// it is in debt. Nothing of it is needed to recover, so what the node does not tell is null, and nothing is claimed then.
/// </summary>
internal sealed class MinerLookup(FullNode node, ActorId miner, TipSet head)
{
    private const int One = 1;

    private readonly Recent<ActorId, IReadOnlySet<ulong>?> _faults = new(One);
    private readonly Recent<ActorId, IReadOnlySet<ulong>?> _recoveries = new(One);
    private readonly Recent<ActorId, MinerDebt?> _debt = new(One);

    /// <summary>Numbers of its faulty sectors, those declared recovered included.</summary>
    internal Task<IReadOnlySet<ulong>?> FaultsAsync(CancellationToken cancellation) => _faults.GetAsync(
        miner, () => NumbersAsync(node.StateMinerFaultsAsync(miner, TipSetKey.Head, cancellation)));

    /// <summary>Numbers of those declared recovered and not proven since.</summary>
    internal Task<IReadOnlySet<ulong>?> RecoveriesAsync(CancellationToken cancellation) => _recoveries.GetAsync(
        miner, () => NumbersAsync(node.StateMinerRecoveriesAsync(miner, cancellation)));

    /// <summary>Its debt; null where its balance covers it, and where the node does not tell.</summary>
    internal Task<MinerDebt?> DebtAsync(CancellationToken cancellation) => _debt.GetAsync(miner, () => AskDebtAsync(cancellation));

    private async Task<MinerDebt?> AskDebtAsync(CancellationToken cancellation)
    {
        BigInteger? available = await OrNullAsync(AvailableAsync(cancellation)).ConfigureAwait(false);
        if (available is { Sign: >= 0 })
        {
            return null;
        }

        // The balance that is available counts what has vested; what debts are paid of does not.
        ActorState<MinerFunds>? told = await OrNullAsync(node.MinerFundsAsync(miner, cancellation)).ConfigureAwait(false);
        BigInteger lacking = told?.State.Lacking(told.Balance) ?? -available ?? BigInteger.Zero;
        return lacking.Sign <= 0 ? null : new MinerDebt(new Fil(lacking), DateTimeOffset.FromUnixTimeSeconds(head.Blocks[0].Timestamp))
        {
            FeeDebt = told?.State.FeeDebt is { } fees ? new Fil(fees) : null,
            Economics = await OrNullAsync(WorthLookup.EconomicsAsync(node, cancellation)).ConfigureAwait(false),
        };
    }

    private async Task<BigInteger?> AvailableAsync(CancellationToken cancellation) =>
        await node.StateMinerAvailableBalanceAsync(miner, cancellation).ConfigureAwait(false);

    private static async Task<IReadOnlySet<ulong>?> NumbersAsync(Task<IReadOnlyList<ulong>> question) =>
        await OrNullAsync(question).ConfigureAwait(false) is { } numbers ? numbers.ToHashSet() : null;

    private static async Task<T?> OrNullAsync<T>(Task<T> question)
    {
        try
        {
            return await question.ConfigureAwait(false);
        }
        catch (OperatorException)
        {
            return default;
        }
    }
}
