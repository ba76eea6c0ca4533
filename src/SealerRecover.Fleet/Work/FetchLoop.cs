using Filecoin.Chain.Facts;
using Filecoin.Primitives;
using Filecoin.Sealing.Files;
using Microsoft.Extensions.Logging;
using SealerRecover.Fleet.Claims;
using SealerRecover.Fleet.Database;
using SealerRecover.Fleet.Jobs;
using SealerRecover.Recovery.Events;
using SealerRecover.Recovery.Transfer;

namespace SealerRecover.Fleet.Work;

/// <summary>
/// Fetches what others made for this machine's folders, one sector at a time, beside its own; and takes off this machine's shelf what
/// others have fetched. Whatever goes wrong with a sector ends that, and neither this nor the worker.
/// </summary>
internal sealed class FetchLoop : SideLoop
{
    private readonly MadeTable _table;
    private readonly HeldClaims _held;
    private readonly TimeProvider _time;
    private readonly Action<WorkedSector> _ended;
    private string? _kept;

    /// <summary>Begins.</summary>
    /// <param name="database">Where the list is.</param>
    /// <param name="settings">What the operator of this machine decided.</param>
    /// <param name="held">What is fetched, and nothing else; told of all that happens.</param>
    /// <param name="events">Told what happens.</param>
    /// <param name="logger">Told of bugs in full.</param>
    /// <param name="time">The clock.</param>
    /// <param name="ended">Told, from this thread, how a sector ended.</param>
    /// <param name="cancellation">Stops it; what it has is given back.</param>
    public FetchLoop(
        FleetDatabase database, WorkerSettings settings, HeldClaims held, EventSink events, ILogger logger, TimeProvider time, Action<WorkedSector> ended, CancellationToken cancellation)
        : base(settings, events, logger, cancellation)
    {
        (_table, _held, _time, _ended) = (new MadeTable(database, settings.Silence), held, time, ended);
        Begin("fetching");
    }

    /// <inheritdoc/>
    protected override bool TryDo(bool isDraining)
    {
        // What ended while the database was away.
        _held.Tell();
        if (_table.Next(Settings.Name, Settings.Places) is { } made)
        {
            Fetch(made);
            return true;
        }

        ClearShelf();
        return false;
    }

    /// <inheritdoc/>
    /// <remarks>Others have or make something for it, or fetch from it.</remarks>
    protected override bool IsNeeded() => _table.Needs(Settings.Name, Settings.Places);

    /// <inheritdoc/>
    protected override string Ends(Exception failure) => failure is OperatorException ? $"nothing is fetched from other workers any more: {failure.Message}"
        : $"nothing is fetched from other workers any more until this one is started again, for a bug ({failure.Message})";

    private void Fetch(MadeSector made)
    {
        if (_table.TryTake(Settings.Name, made) is not { } claim)
        {
            return;
        }

        _held.Add(claim);
        using CancellationTokenSource lost = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        using (LifeSigns signs = new(() => Tell(lost), Settings.SignEvery, _ => { }))
        {
            _held.End(claim.Sector, EndOf(made, claim, lost.Token));
        }

        _held.Tell();
    }

    private void Tell(CancellationTokenSource lost)
    {
        foreach (SectorId sector in _held.Tell())
        {
            Events.Notice(sector, HeldClaims.NoLonger);
            lost.Cancel();
        }
    }

    private ClaimEnd EndOf(MadeSector made, Claim claim, CancellationToken cancellation)
    {
        long began = _time.GetTimestamp();
        SectorFacts? facts = null;
        try
        {
            facts = SectorJob.Read(made.Candidate.Job).Facts;
            Events.Started(claim.Sector, resumed: false);
            Events.Notice(claim.Sector, $"was made by {made.Maker} and is fetched from there into {made.Place}");
            using RemoteShelf shelf = new(new Uri(made.Address), Settings.Token, Settings.Recover.CertificateFile, _time);
            bool placed = new ResultArrival(Settings.Into(made.Place) with { Fence = _held }, _time).Fetch(facts, shelf, Events, cancellation);
            Ended(placed ? OutcomeKind.Installed : OutcomeKind.AlreadyThere, null);
            return new ClaimEnd(ClaimState.Done, placed ? "installed" : "already_there", 0, null);
        }
        catch (ResultGoneException gone)
        {
            Events.Notice(claim.Sector, $"{gone.Message}; it goes back on the list and is made again");
            Ended(OutcomeKind.Stopped, null);
            return new ClaimEnd(ClaimState.Queued, "stopped", 0, gone.Message) { IsGone = true };
        }
        catch (OperationCanceledException)
        {
            Ended(OutcomeKind.Stopped, null);
            return new ClaimEnd(ClaimState.Queued, "stopped", 0, null);
        }
        catch (OperatorException wait) when (wait.Kind is FailureKind.NodeUnreachable or FailureKind.NotEnoughResources or FailureKind.Busy)
        {
            Events.Notice(claim.Sector, $"{wait.Message}; it is tried again");
            Ended(OutcomeKind.Stopped, null);
            return new ClaimEnd(ClaimState.Queued, "stopped", Settings.ExitCodeOf(wait), wait.Message, Settings.Silence / 2);
        }
        catch (Exception failure) when (failure is OperatorException || StorageFailure.Is(failure))
        {
            return Failed(failure);
        }
#pragma warning disable CA1031 // Whatever it is: the sector fails, and the worker goes on.
        catch (Exception bug)
#pragma warning restore CA1031
        {
            Log("fetching a sector", bug);
            return Failed(bug);
        }

        ClaimEnd Failed(Exception failure)
        {
            Ended(OutcomeKind.Failed, failure);
            return new ClaimEnd(ClaimState.Failed, "failed", Settings.ExitCodeOf(failure), failure.Message);
        }

        void Ended(OutcomeKind kind, Exception? failure)
        {
            SectorOutcome outcome = new(claim.Sector, kind, null, [], _time.GetElapsedTime(began), failure);
            Events.Ended(outcome);
            if (facts is not null && kind != OutcomeKind.Stopped)
            {
                _ended(new WorkedSector(facts, outcome));
            }
        }
    }

    private void ClearShelf()
    {
        foreach (SectorId sector in _table.Done(Shelved()))
        {
            try
            {
                Settings.Shelf.Remove(sector);
                Events.Notice(sector, "stands where it belongs, so what was made of it here for others is removed");
            }
            catch (OperatorException busy) when (busy.Kind == FailureKind.Busy)
            {
                // This machine is still at work on it, and hears soon that it is another's.
            }
            catch (Exception failure) when (StorageFailure.Is(failure))
            {
                Kept(failure);
            }
        }
    }

    private IReadOnlyList<SectorId> Shelved()
    {
        try
        {
            return Settings.Shelf.Sectors();
        }
        catch (Exception failure) when (StorageFailure.Is(failure))
        {
            Kept(failure);
            return [];
        }
    }

    private void Kept(Exception failure)
    {
        if (_kept != failure.Message)
        {
            _kept = failure.Message;
            Events.Notice($"what others have fetched stays in {Settings.Shelf.Folder} for now: {failure.Message}");
        }
    }
}
