using Filecoin.Chain.Facts;
using Filecoin.Chain.Rules;
using Filecoin.Primitives;

namespace SealerRecover.Recovery;

/// <summary>What a miner in fee debt has to be sent before a recovery can be declared.</summary>
public static class DebtStep
{
    /// <summary>
    /// The first step of all where the miner is in debt: what to send to it before the next recovery can be declared. Null where it is not, and
    /// where nobody told.
    /// </summary>
    /// <param name="debt">The debt.</param>
    /// <param name="sectors">The sectors of the run and where they stand, as far as that is known; not none.</param>
    /// <param name="now">The time to count from.</param>
    public static NextStep? For(MinerDebt? debt, IReadOnlyList<(SectorId Sector, ChainStatus? Status)> sectors, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(sectors);
        if (debt is null || sectors.Count == 0)
        {
            return null;
        }

        now = NextSteps.Now(sectors.Select(sector => sector.Status), now);
        ChainStatus[] faulty = [.. sectors.Select(sector => sector.Status).OfType<ChainStatus>().Where(status => NextSteps.Waits(status) && NextSteps.IsFaulty(status))];
        DateTimeOffset? by = faulty.Length == 0 ? null : faulty.Min(status => NextSteps.NextOpening(status, status.DeadlineOpens!.Value, now, NextSteps.Margin)) - NextSteps.Margin;
        Fil growth = by is { } time && debt.Economics is { } economics ? Growth(faulty, economics, time - now) : Fil.Zero;
        Fil send = debt.Lacking + growth;
        string miner = sectors[0].Sector.Miner.ToString();
        string text = $"{miner} is in fee debt that its unlocked balance does not cover"
            + (sectors.Any(sector => sector.Status is not null) ? "" : $", as of {NextSteps.Utc(debt.At)}")
            + $": {debt.Lacking.Exact()} FIL are missing, and until they are there the chain takes no declaration of a recovery. Send {send.Exact()} FIL to {miner} "
            + (by is { } latest ? $"before {NextSteps.Utc(latest)}" : "before anything is declared")
            + (growth == Fil.Zero ? "; each faulty day adds to the debt."
                : $": that, and an estimated {growth.Exact()} FIL that {faulty.Length} faulty {(faulty.Length == 1 ? "sector adds" : "sectors of this run add")} by then; other faulty sectors of the miner add more.");
        return new NextStep(NextStepKind.PayDebt, text, [$"lotus send {miner} {send.Exact()}"], [.. sectors.Select(sector => sector.Sector)], by) { Send = send };
    }

    private static Fil Growth(ChainStatus[] faulty, NetworkEconomics economics, TimeSpan left)
    {
        // Each sector's fees are charged once a day, when its deadline ends.
        long days = Math.Max(1, (long)Math.Ceiling(left / Epochs.Span(Epochs.PerDay)));
        Fil perDay = faulty.Select(status => status.Stakes).OfType<SectorStakes>().Where(stakes => stakes.QaPower is not null).Aggregate(
            Fil.Zero,
            (sum, stakes) => sum + economics.ContinuedFaultFee(stakes.QaPower!.Value) + (stakes.DailyFee is { } fee ? economics.DailyFeeDue(fee, stakes.QaPower.Value) : Fil.Zero));
        return new Fil(perDay.Atto * days);
    }
}
