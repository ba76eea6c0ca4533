using System.Collections.Immutable;
using Filecoin.Chain.Facts;
using Filecoin.Chain.Lookup;
using SealerRecover.Recovery.Events;

namespace SealerRecover.Recovery.Repair;

/// <summary>One sector of a run that heals, in its turn.</summary>
/// <param name="Repair">How it is mended, and where.</param>
/// <param name="Cost">What that takes.</param>
/// <param name="Due">By when its files have to stand; null where nothing waits for them.</param>
/// <param name="Done">When it is done if each takes its estimated time, one after the other.</param>
public sealed record HealStep(SectorRepair Repair, RepairCost Cost, DateTimeOffset? Due, DateTimeOffset Done)
{
    /// <summary>Whether it comes too late for that; then its fault lasts a day longer.</summary>
    public bool IsLate => Due is { } due && Done > due;
}

/// <summary>
/// Sectors in the order in which they are mended, which is that in which they are asked for (<see cref="SectorDue"/>): those first that a fault ends
/// within three days, then those whose files are due first.
/// </summary>
/// <param name="Steps">The sectors.</param>
/// <param name="Start">When the first begins.</param>
public sealed record HealPlan(ImmutableArray<HealStep> Steps, DateTimeOffset Start)
{
    /// <summary>When all is done, by the same estimate.</summary>
    public DateTimeOffset Done => Steps.IsEmpty ? Start : Steps[^1].Done;

    /// <summary>Puts repairs in order.</summary>
    /// <param name="repairs">What is to be mended, and what that takes.</param>
    /// <param name="now">The time to count from.</param>
    public static HealPlan Of(IEnumerable<(SectorRepair Repair, RepairCost Cost)> repairs, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(repairs);
        ImmutableArray<HealStep>.Builder steps = ImmutableArray.CreateBuilder<HealStep>();
        DateTimeOffset done = now;
        foreach ((SectorRepair repair, RepairCost cost, DateTimeOffset? due) in repairs
            .Select(entry => (entry.Repair, entry.Cost, Due: Recovery.Due.Of(entry.Repair.Facts.Status, now)))
            .OrderBy(entry => EndsSoon(entry.Repair.Facts.Status))
            .ThenBy(entry => entry.Due ?? DateTimeOffset.MaxValue)
            .ThenBy(entry => entry.Repair.Facts.Status?.FaultTerminatesAt ?? long.MaxValue)
            .ThenBy(entry => entry.Repair.Facts.Sector.Number))
        {
            done += cost.Time;
            steps.Add(new HealStep(repair, cost, due, done));
        }

        return new HealPlan(steps.ToImmutable(), now);
    }

    /// <summary>The epoch at which it ends, where that is soon; else one that never comes.</summary>
    private static long EndsSoon(ChainStatus? status) =>
        (status?.FaultTerminatesAt ?? status?.Expiration) is { } end && end > 0 && end < status!.NowEpoch + SectorDue.EndsSoon ? end : long.MaxValue;

    /// <summary>What each sector adds to the time of the run.</summary>
    public IEnumerable<SectorTime> Times => Batched.SelectMany((batch, i) => batch.Select(step => step.Cost.TimeOf(step.Repair.Facts.Sector, i, step.Due)));

    /// <summary>
    /// What is mended together, in order: sectors that are due at the same time and go to the same storage path, since they share parents and cores.
    /// </summary>
    public IEnumerable<(string StoragePath, SectorFacts[] Facts)> Batches => Batched
        .Select(batch => (batch.Key.StoragePath, batch.Select(step => step.Repair.Facts).ToArray()));

    private IEnumerable<IGrouping<(DateTimeOffset? Due, string StoragePath), HealStep>> Batched => Steps.GroupBy(step => (step.Due, step.Repair.StoragePath));
}
