using Filecoin.Chain.Facts;
using Filecoin.Chain.Nodes;
using Filecoin.Chain.Rpc;
using Filecoin.Chain.Rules;
using Filecoin.Chain.Wire;
using Filecoin.Primitives;

namespace Filecoin.Chain.Lookup;

/// <summary>
/// Finds where a sector stands in its life. Nothing here is needed to recover it, so what the node does not tell becomes a note and never a
/// failure.
/// </summary>
/// <param name="node">The node.</param>
/// <param name="size">Size of the miner's sectors.</param>
/// <param name="head">The head.</param>
/// <param name="miner">What the miner's sectors share.</param>
/// <param name="clockEpoch">The epoch it is by this machine's clock.</param>
internal sealed class StatusLookup(FullNode node, SectorSize size, TipSet head, MinerLookup miner, long clockEpoch)
{
    /// <summary>As many as one run takes; two numbers each.</summary>
    private const int MostSectors = 100_000;

    private readonly Recent<ActorId, ProvingDeadline> _periods = new(kept: 1);
    private readonly Recent<SectorId, SectorExpiration> _expirations = new(MostSectors);
    private readonly DateTimeOffset _headTime = DateTimeOffset.FromUnixTimeSeconds(head.Blocks[0].Timestamp);

    /// <summary>The epoch it is, by the later of the head and this machine's clock.</summary>
    internal long Now => Math.Max(head.Height, clockEpoch);

    /// <summary>A sector that still waits to be proven.</summary>
    internal async Task<ChainStatus> OfPreCommittedAsync(
        SealProofInfo proof, SectorPreCommitOnChainInfo preCommit, List<string> notes, CancellationToken cancellation)
    {
        long proveBefore = preCommit.PreCommitEpoch + ChainPolicy.MaxProveCommitDuration(proof.Variant);
        if (Now > proveBefore)
        {
            notes.Add($"its pre-commit could be proven until epoch {proveBefore}, which has passed: its deposit is lost and proving is no longer possible");
        }

        return new ChainStatus
        {
            State = SectorState.PreCommitted,
            HeadEpoch = head.Height,
            HeadTime = _headTime,
            ClockEpoch = clockEpoch,
            Debt = await miner.DebtAsync(cancellation).ConfigureAwait(false),
            ProveBefore = proveBefore,
            Stakes = SectorStakes.Of(preCommit),
        };
    }

    /// <summary>A proven sector: its deadline, when that next opens, and when it ends.</summary>
    internal async Task<ChainStatus> OfProvenAsync(
        SectorId sector, SectorOnChainInfo info, List<string> notes, CancellationToken cancellation)
    {
        if (info.Expiration <= Now)
        {
            notes.Add($"the sector expired at epoch {info.Expiration}");
        }

        SectorLocation? location = await OrNoteAsync(
            node.StateSectorPartitionAsync(sector, cancellation), "its deadline", notes).ConfigureAwait(false);
        ProvingDeadline? period = location is null ? null : await OrNoteAsync(
            PeriodAsync(sector.Miner, cancellation), "when its deadline opens", notes).ConfigureAwait(false);
        (SectorExpiration? expiration, bool isTerminated) = await ExpirationAsync(sector, notes, cancellation).ConfigureAwait(false);
        int? deadline = location is { Deadline: < ChainPolicy.Deadlines } ? (int)location.Deadline : null;
        long? opens = deadline is { } index && period is not null ? NextOpening(period, index, Now) : null;

        // A faulty sector that expires before its fault ends it stands in no early queue.
        bool? isFaulty = expiration is { Early: > 0 } ? true
            : (await miner.FaultsAsync(cancellation).ConfigureAwait(false))?.Contains(sector.Number) ?? (expiration is null ? null : false);
        return new ChainStatus
        {
            State = SectorState.Proven,
            HeadEpoch = head.Height,
            HeadTime = _headTime,
            ClockEpoch = clockEpoch,
            Debt = await miner.DebtAsync(cancellation).ConfigureAwait(false),
            Deadline = deadline,
            Partition = deadline is not null && location is { Partition: <= int.MaxValue } ? (int)location.Partition : null,
            DeadlineOpens = opens,
            DeadlineChallenge = period is { WPoStChallengeLookback: >= 0 and < 1 << 20 } ? opens - period.WPoStChallengeLookback : null,
            IsFaulty = isFaulty,
            IsDeclaredRecovered = isFaulty == true
                && await miner.RecoveriesAsync(cancellation).ConfigureAwait(false) is { } declared && declared.Contains(sector.Number),
            FaultTerminatesAt = expiration is { Early: > 0 } ? expiration.Early : null,
            Expiration = expiration is { OnTime: > 0 } ? expiration.OnTime : info.Expiration,
            IsTerminated = isTerminated,
            Stakes = SectorStakes.Of(info, size),
        };
    }

    /// <summary>The first epoch after the period's own and <paramref name="now"/> at which deadline <paramref name="index"/> opens; null if the period makes no sense.</summary>
    internal static long? NextOpening(ProvingDeadline period, int index, long now = long.MinValue)
    {
        if (period is not { WPoStProvingPeriod: > 0 and < 1 << 20, WPoStChallengeWindow: > 0 and < 1 << 20 })
        {
            return null;
        }

        long opens = period.PeriodStart + (index * period.WPoStChallengeWindow);
        long after = Math.Max(now, period.CurrentEpoch);
        long periodsBehind = opens > after ? 0 : ((after - opens) / period.WPoStProvingPeriod) + 1;
        return opens + (periodsBehind * period.WPoStProvingPeriod);
    }

    /// <summary>By when a proven sector has to be back; what the node does not tell is null, as is the end of one that was terminated.</summary>
    /// <param name="sector">The sector.</param>
    /// <param name="deadlines">The deadlines of sectors, where all were listed; null to ask for this one.</param>
    /// <param name="cancellation">Ends it.</param>
    internal async Task<SectorDue> DueAsync(SectorId sector, IReadOnlyDictionary<ulong, int>? deadlines, CancellationToken cancellation)
    {
        SectorExpiration told = await ToldExpirationAsync(sector, cancellation).ConfigureAwait(false);
        int? deadline = deadlines is null ? await DeadlineAsync(sector, cancellation).ConfigureAwait(false)
            : deadlines.TryGetValue(sector.Number, out int listed) ? listed : null;
        long? opens = deadline is not { } index ? null
            : await OrNoteAsync(PeriodAsync(sector.Miner, cancellation), "when its deadline opens", []).ConfigureAwait(false) is { } period ? NextOpening(period, index, Now + SectorDue.Ahead) : null;
        return new SectorDue(sector.Number, deadline, opens, told.Early > 0 ? told.Early : told.OnTime > 0 ? told.OnTime : null);
    }

    private async Task<int?> DeadlineAsync(SectorId sector, CancellationToken cancellation) =>
        await OrNoteAsync(node.StateSectorPartitionAsync(sector, cancellation), "its deadline", []).ConfigureAwait(false) is { Deadline: < ChainPolicy.Deadlines } location
            ? (int)location.Deadline
            : null;

    private Task<SectorExpiration> ToldExpirationAsync(SectorId sector, CancellationToken cancellation) =>
        _expirations.GetAsync(sector, () => node.StateSectorExpirationAsync(sector, cancellation));

    private Task<ProvingDeadline> PeriodAsync(ActorId miner, CancellationToken cancellation) =>
        _periods.GetAsync(miner, () => node.StateMinerProvingDeadlineAsync(miner, cancellation));

    private async Task<(SectorExpiration? Expiration, bool IsTerminated)> ExpirationAsync(
        SectorId sector, List<string> notes, CancellationToken cancellation)
    {
        try
        {
            return (await ToldExpirationAsync(sector, cancellation).ConfigureAwait(false), false);
        }
        catch (ChainCallException error) when (error.IsAnswer)
        {
            // The record of a terminated sector stays until its partition is compacted, but no queue expects its end any more.
            notes.Add("the chain expects no end of this sector any more, so it was probably terminated: check before spending hours on it");
            return (null, true);
        }
        catch (OperatorException error)
        {
            notes.Add($"the node did not tell when it expires ({error.Message})");
            return (null, false);
        }
    }

    private static async Task<T?> OrNoteAsync<T>(Task<T> question, string what, List<string> notes)
        where T : class
    {
        try
        {
            return await question.ConfigureAwait(false);
        }
        catch (OperatorException error)
        {
            notes.Add($"the node did not tell {what} ({error.Message})");
            return null;
        }
    }
}
