using Filecoin.Chain.Facts;
using Filecoin.Primitives;
using Filecoin.Sealing.Files;
using Microsoft.Extensions.Logging;
using SealerRecover.Fleet.Claims;
using SealerRecover.Fleet.Database;
using SealerRecover.Fleet.Jobs;
using SealerRecover.Recovery;
using SealerRecover.Recovery.Events;
using SealerRecover.Recovery.Repair;
using SealerRecover.Recovery.Settings;

namespace SealerRecover.Fleet.Work;

/// <summary>A sector that a worker had.</summary>
/// <param name="Facts">The sector.</param>
/// <param name="Outcome">How it ended there.</param>
public sealed record WorkedSector(SectorFacts Facts, SectorOutcome Outcome);

/// <summary>
/// One machine of a fleet: takes sectors off the list as its plan admits, runs them as a run of this machine alone would, tells how far they are,
/// and goes on until it is stopped or drained.
/// </summary>
/// <param name="database">Where the list is.</param>
/// <param name="settings">What the operator of this machine decided.</param>
/// <param name="time">The clock, for events; what others hear is told by the database's.</param>
/// <param name="logger">Told what piece sources answer.</param>
public sealed class FleetWorker(FleetDatabase database, WorkerSettings settings, TimeProvider time, ILogger logger)
{
    /// <summary>The lock on the temporary folder, which is what makes a worker itself.</summary>
    private const string LockName = ".sealer-recover.worker";

    /// <summary>How many pauses pass where nothing fits: looking again asks piece sources again.</summary>
    private const int TooLarge = 15;

    /// <summary>Sectors looked at together.</summary>
    private const int Most = 64;

    /// <summary>How long a worker that is stopped tries to tell what it gives back.</summary>
    private static readonly TimeSpan GoodBye = TimeSpan.FromSeconds(5);

    private readonly ClaimTable _table = new(database, settings.Silence, settings.GiveBackAfter);
    private readonly FleetList _list = new(database);
    private readonly Admission _admission = new(settings, time, logger);
    private readonly MachineReport _machine = new(settings);
    private volatile string? _note;
    private volatile bool _draining;
    private volatile bool _replaced;

    /// <summary>Whether sectors at work are done only when other copies of them are in line, too.</summary>
    private volatile bool _mendsOthers;

    /// <summary>Works until it is stopped or drained. Blocks.</summary>
    /// <param name="shown">Told what happens.</param>
    /// <param name="cancellation">Stops it within a second or two; what it has is given back, and resumed by it when it is started again.</param>
    /// <returns>How the sectors it had ended, in the order in which they did.</returns>
    /// <exception cref="OperatorException">It cannot begin, or its folders cannot be used; what it had is given back.</exception>
    public IReadOnlyList<WorkedSector> Run(IRecoveryObserver shown, CancellationToken cancellation)
    {
        using FolderLock mine = StorageFailure.Explain(settings.Recover.TempFolder, () => FolderLock.Take(
            LinuxFileSystem.Instance, Path.Combine(settings.Recover.TempFolder, LockName), $"the worker of {settings.Recover.TempFolder}"));
        HeldClaims fetched = new(_table, shown, (_, _) => null, time, settings.Silence / 2, leavesLayers: false);
        HeldClaims held = new(_table, fetched, (claim, outcome) => _mendsOthers && Stands(outcome) ? null : EndOf(outcome, claim.GoesTo), time, settings.Silence / 2);
        EventSink events = new(held, time);
        List<WorkedSector> outcomes = [];

        WorkerSeat seat = StorageFailure.Explain(
            settings.Recover.TempFolder, () => new WorkerSeat(database, settings.Name, settings.Recover.TempFolder, settings.Silence));
        if (!TakeSeat(seat, events, cancellation))
        {
            return outcomes;
        }

        using LifeSigns signs = new(() => Tell(held, seat, events), settings.SignEvery, failure => events.Notice($"{failure.Message}; what is at work goes on"));
        try
        {
            using CheckLoop checks = new(database, settings, events, logger, cancellation);
            using FetchLoop fetching = new(database, settings, fetched, events, logger, time, done => Add(outcomes, [done]), cancellation);
            while (!cancellation.IsCancellationRequested && !_draining && !_replaced)
            {
                Batch? taken = Take(held, events, cancellation);
                if (taken is { Offers.Count: > 0 })
                {
                    Add(outcomes, Work(taken, held, events, cancellation));
                }
                else
                {
                    Wait(taken is null ? settings.Pause : TooLarge * settings.Pause, cancellation);
                }
            }

            if (_draining && !_replaced)
            {
                checks.Finish();
                fetching.Finish();
            }
        }
        finally
        {
            held.GiveBack(new ClaimEnd(ClaimState.Queued, "stopped", 0, null));
            Patiently(events, () => TellOf(held, events), cancellation);
            Patiently(events, () => TellOf(fetched, events), cancellation);
            if (!_replaced)
            {
                Patiently(events, () => _list.Go(settings.Name), cancellation);
            }
        }

        return _replaced ? throw seat.Lost() : outcomes;
    }

    /// <summary>Comes, as soon as nobody else has name or folder. After a power cut the machine with the database may be the last to come up.</summary>
    private bool TakeSeat(WorkerSeat seat, EventSink events, CancellationToken cancellation)
    {
        bool said = false;
        while (!cancellation.IsCancellationRequested && !Patiently(events, seat.TryTake, cancellation))
        {
            if (!said)
            {
                events.Notice($"another worker of this name or temporary folder was heard lately; this one begins when that is gone, which takes at most {settings.Silence.TotalSeconds:0} seconds");
                said = true;
            }

            cancellation.WaitHandle.WaitOne(settings.Pause);
        }

        if (!cancellation.IsCancellationRequested)
        {
            Patiently(events, () => _list.Come(settings.Name, settings.Places), cancellation);
        }

        return !cancellation.IsCancellationRequested;
    }

    private static void Add(List<WorkedSector> outcomes, IReadOnlyList<WorkedSector> ended)
    {
        lock (outcomes)
        {
            outcomes.AddRange(ended);
        }
    }

    private void Wait(TimeSpan time, CancellationToken cancellation)
    {
        for (TimeSpan waited = TimeSpan.Zero; waited < time && !_draining && !_replaced && !cancellation.IsCancellationRequested; waited += settings.Pause)
        {
            cancellation.WaitHandle.WaitOne(settings.Pause);
        }
    }

    private Batch? Take(HeldClaims held, EventSink events, CancellationToken cancellation) => Patiently(
        events,
        () =>
        {
            Offer[] offers = [.. _table.Candidates(settings.Name, settings.Reach, Most).Select(TryRead).OfType<Offer>()];
            Batch? batch = offers.Length > 0 ? _admission.Choose(offers) : null;
            _note = batch?.Shortage;
            return batch is null ? null : batch with { Offers = [.. batch.Offers.Where(offer => TryTake(offer, held))] };
        },
        cancellation);

    /// <summary>
    /// Takes what a batch at work has a free core for. What goes first on the list has to go with it: if that is of another kind, the batch shall end
    /// and not keep it waiting.
    /// </summary>
    private IReadOnlyList<SectorFacts> TakeMore(Batch batch, int most, List<Offer> offers, HeldClaims held, EventSink events, CancellationToken cancellation)
    {
        try
        {
            Offer[] taken = cancellation.IsCancellationRequested || _draining || _replaced ? []
                :
                [
                    .. _table.Candidates(settings.Name, settings.Reach, Most).Where(candidate => !held.Has(candidate.Sector)).Select(TryRead).OfType<Offer>()
                        .TakeWhile(offer => _admission.Joins(batch, offer)).Take(most).Where(offer => TryTake(offer, held)),
                ];
            offers.AddRange(taken);
            return [.. taken.Select(offer => offer.Job.Facts)];
        }
        catch (Exception failure) when (failure is OperatorException || StorageFailure.Is(failure))
        {
            // Whoever takes the next batch says what is the matter; what was taken by halves is taken again then.
            if (failure is not OperatorException { Kind: FailureKind.NodeUnreachable })
            {
                events.Notice($"no further sectors were taken: {failure.Message}");
            }

            return [];
        }
    }

    private bool TryTake(Offer offer, HeldClaims held)
    {
        if (_table.TryTake(settings.Name, offer.Candidate) is not { } claim)
        {
            return false;
        }

        held.Add(claim with { GoesTo = settings.IsForOthers(offer.Job) ? offer.Job.Place : null });
        return true;
    }

    /// <summary>Reads a job; one that cannot be read fails, so that it is not in everybody's way for ever.</summary>
    private Offer? TryRead(Candidate candidate)
    {
        try
        {
            return new Offer(candidate, SectorJob.Read(candidate.Job));
        }
        catch (OperatorException unreadable) when (unreadable.Kind == FailureKind.BadInput)
        {
            if (_table.TryTake(settings.Name, candidate) is { } claim)
            {
                _table.End(claim, new ClaimEnd(ClaimState.Failed, "failed", settings.ExitCodeOf(unreadable), unreadable.Message));
            }

            return null;
        }
    }

    private IReadOnlyList<WorkedSector> Work(Batch batch, HeldClaims held, EventSink events, CancellationToken cancellation)
    {
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using Timer watch = new(
            _ =>
            {
                if (held.AllVoid || _replaced)
                {
                    stop.Cancel();
                }
            },
            null,
            settings.Pause,
            settings.Pause);
        List<Offer> offers = [.. batch.Offers];
        try
        {
            _mendsOthers = batch.Offers[0].Job.Kind == JobKind.Repair;
            _machine.Begin(batch);
            IReadOnlyList<SectorOutcome> outcomes = new RecoveryRunner(batch.Settings with { Fence = held }, time, logger).Run(
                [.. batch.Offers.Select(offer => offer.Job.Facts)], events, stop.Token, batch.MayGrow && !_mendsOthers ? most => TakeMore(batch, most, offers, held, events, stop.Token) : null);
            _machine.End(offers, outcomes, held.Resumed);
            if (_mendsOthers)
            {
                MendOthers(batch.Settings, offers, outcomes, held, events, stop.Token);
            }

            // A sector that stopped although nobody stopped this worker was another's by then.
            return
            [
                .. outcomes.Select((outcome, i) => new WorkedSector(
                    offers[i].Job.Facts,
                    outcome.Kind == OutcomeKind.Stopped && !cancellation.IsCancellationRequested
                        ? outcome with { Kind = OutcomeKind.Failed, Failure = HeldClaims.Refusal(outcome.Sector) }
                        : outcome)),
            ];
        }
        catch (OperatorException failure) when (failure.Kind == FailureKind.NotEnoughResources)
        {
            // There was enough a moment ago, and may be again.
            events.Notice(failure.Message);
            held.GiveBack(new ClaimEnd(ClaimState.Queued, "stopped", 0, failure.Message, settings.Silence));
            return [];
        }
        finally
        {
            held.GiveBack(new ClaimEnd(ClaimState.Queued, "stopped", 0, null));
            Patiently(events, () => TellOf(held, events), cancellation);
        }
    }

    /// <summary>Brings other copies into line, and only then has the list told that the sectors are done: who is killed before is given them again.</summary>
    private void MendOthers(
        RecoverySettings there, IReadOnlyList<Offer> offers, IReadOnlyList<SectorOutcome> outcomes, HeldClaims held, EventSink events, CancellationToken cancellation)
    {
        OtherCopies copies = new(there with { Fence = held }, time);
        foreach ((Offer offer, SectorOutcome outcome) in offers.Zip(outcomes).Where(one => Stands(one.Second)))
        {
            try
            {
                copies.Mend(offer.Job.Facts, events, cancellation);
            }
            catch (OperatorException failure)
            {
                // The sector itself stands.
                events.Notice(outcome.Sector, failure.Message);
            }
            catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
            {
                return;
            }

            held.End(outcome.Sector, EndOf(outcome));
        }
    }

    private static bool Stands(SectorOutcome outcome) => outcome.Kind is OutcomeKind.Installed or OutcomeKind.AlreadyThere;

    private void Tell(HeldClaims held, WorkerSeat seat, EventSink events)
    {
        TellOf(held, events);
        bool? draining = _list.IsThere(settings.Name, _note, _machine.Read(held.LabelRate), seat.Instance);
        _draining |= draining == true;
        _replaced |= draining is null;
    }

    private static void TellOf(HeldClaims held, EventSink events)
    {
        foreach (SectorId lost in held.Tell())
        {
            events.Notice(lost, HeldClaims.NoLonger);
        }
    }

    /// <summary>How an outcome is told to the list: final where nothing but an operator can change it.</summary>
    /// <param name="outcome">How it ended.</param>
    /// <param name="goesTo">The folder of another worker's that it goes to; null for one of this worker's.</param>
    private ClaimEnd EndOf(SectorOutcome outcome, string? goesTo = null) => outcome switch
    {
        { Failure: OperatorException { Kind: FailureKind.Busy } busy } => new ClaimEnd(
            ClaimState.Queued, "stopped", settings.ExitCodeOf(busy), busy.Message, settings.Silence),
        { Failure: { } failure } => new ClaimEnd(ClaimState.Failed, "failed", settings.ExitCodeOf(failure), failure.Message),
        { Kind: OutcomeKind.Stopped } => new ClaimEnd(ClaimState.Queued, "stopped", 0, null),
        _ when goesTo is not null => new ClaimEnd(
            ClaimState.Queued, "made", 0, $"made; it waits until a worker that has {goesTo} fetches it")
        {
            MadeAt = settings.Url,
        },
        { Kind: OutcomeKind.AlreadyThere } => new ClaimEnd(ClaimState.Done, "already_there", 0, null),
        _ => new ClaimEnd(ClaimState.Done, "installed", 0, null),
    };

    private void Patiently(EventSink events, Action ask, CancellationToken cancellation) => Patiently<object?>(
        events,
        () =>
        {
            ask();
            return null;
        },
        cancellation);

    /// <summary>Asks until the database answers; once the worker is stopped, for a few seconds only, and then what was not told is found by silence.</summary>
    private T? Patiently<T>(EventSink events, Func<T?> ask, CancellationToken cancellation)
    {
        long? stopped = null;
        bool said = false;
        while (true)
        {
            try
            {
                return ask();
            }
            catch (OperatorException failure) when (failure.Kind == FailureKind.NodeUnreachable)
            {
                if (!said)
                {
                    events.Notice($"{failure.Message}; it is asked again until it does");
                    said = true;
                }

                if (cancellation.IsCancellationRequested && time.GetElapsedTime(stopped ??= time.GetTimestamp()) > GoodBye)
                {
                    return default;
                }

                Thread.Sleep(TimeSpan.FromMilliseconds(500));
            }
        }
    }
}
