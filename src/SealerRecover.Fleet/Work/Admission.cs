using Filecoin.Primitives;
using Microsoft.Extensions.Logging;
using SealerRecover.Fleet.Claims;
using SealerRecover.Fleet.Jobs;
using SealerRecover.Recovery;
using SealerRecover.Recovery.Events;
using SealerRecover.Recovery.Resources;
using SealerRecover.Recovery.Settings;

namespace SealerRecover.Fleet.Work;

/// <summary>A sector that could be taken, its job read.</summary>
internal sealed record Offer(Candidate Candidate, SectorJob Job);

/// <summary>What a worker takes at once.</summary>
/// <param name="Offers">The sectors, of one seal proof, that go to one folder in the end.</param>
/// <param name="Settings">How they are made.</param>
/// <param name="Shortage">What does not suffice for any of those that would go before; null for nothing.</param>
/// <param name="MayGrow">Whether there is room for labels of as many while trees of one are built, so that others can be begun before all of these have ended.</param>
internal sealed record Batch(IReadOnlyList<Offer> Offers, RecoverySettings Settings, string? Shortage, bool MayGrow = false)
{
    /// <summary>What each is expected to take, as parts of the whole.</summary>
    public IReadOnlyList<SectorTime> Times { get; init; } = [];
}

/// <summary>
/// Decides how many sectors a machine takes: as many of one seal proof, in their order, as its plan holds side by side, by memory, disk and cores.
/// </summary>
/// <param name="settings">What the operator decided.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Told what piece sources answer.</param>
internal sealed class Admission(WorkerSettings settings, TimeProvider time, ILogger logger)
{
    /// <summary>The next batch of what is offered, in order; none where the machine cannot hold any of it.</summary>
    public Batch Choose(IReadOnlyList<Offer> offers)
    {
        string? shortage = null;
        foreach (var together in offers.Select(offer => (Offer: offer, Settings: settings.For(offer.Job))).GroupBy(one => KindOf(one.Offer.Job, one.Settings)))
        {
            Offer[] all = [.. together.Select(one => one.Offer)];
            RecoverySettings here = together.First().Settings;
            for (int count = Math.Min(all.Length, settings.Most ?? all.Length); count > 0; count /= 2)
            {
                RecoveryPlan plan = Plan(here with { Parallel = count }, all.Take(count));
                ResourceLine? missing = Missing(plan);
                if (missing is null)
                {
                    int atOnce = Math.Min(count, plan.Cores?.AtOnce ?? count);
                    RecoverySettings atWork = here with { Parallel = atOnce };
                    return new Batch([.. all.Take(atOnce)], atWork, shortage, MayGrow: Missing(Plan(atWork, all.Take(atOnce + 1))) is null) { Times = plan.Times };
                }

                shortage ??= count == 1 ? $"{missing.What} does not suffice for {all[0].Candidate.Sector}: {missing.Needed} needed, {missing.Available ?? 0} available" : null;
            }
        }

        return new Batch([], settings.Recover, shortage);
    }

    /// <summary>Whether a sector can join a batch at work.</summary>
    public bool Joins(Batch batch, Offer offer) => KindOf(offer.Job, settings.For(offer.Job)) == KindOf(batch.Offers[0].Job, batch.Settings);

    private static BatchKind KindOf(SectorJob job, RecoverySettings there) =>
        new(job.Kind, job.Facts.SealProof.Porep, there.ResultFolder, there.Destination, string.Join('\n', job.PieceSources));

    /// <summary>What sectors that are run together have in common.</summary>
    private readonly record struct BatchKind(JobKind Kind, PorepParameters Porep, string ResultFolder, string? Destination, string PieceSources);

    private RecoveryPlan Plan(RecoverySettings here, IEnumerable<Offer> offers) => new RecoveryRunner(here, time, logger).Plan([.. offers.Select(offer => offer.Job.Facts)]);

    private ResourceLine? Missing(RecoveryPlan plan) => settings.Recover.IgnoreResources ? null : plan.Resources.FirstOrDefault(line => !line.Suffices);
}
