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
/// Fetches what others made for this machine's folders, one sector at a time, beside its own: that waits for network and disk and not for cores. And
/// takes off this machine's shelf what others have fetched. On a thread of its own; whatever goes wrong with a sector ends that, and not the worker.
/// </summary>
internal sealed class FetchLoop : IDisposable
{
    /// <summary>How many pauses pass between two looks: what was made took hours, and every worker of a fleet asks.</summary>
    private const int Rarely = 5;

    private static readonly TimeSpan Watched = TimeSpan.FromSeconds(3);

    private readonly MadeTable _table;
    private readonly WorkerSettings _settings;
    private readonly HeldClaims _held;
    private readonly EventSink _events;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly Action<WorkedSector> _ended;
    private readonly CancellationTokenSource _stop;
    private readonly CancellationTokenSource _drain = new();
    private readonly Thread _thread;
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
    {
        (_table, _settings, _held, _events, _logger, _time, _ended) = (new MadeTable(database, settings.Silence), settings, held, events, logger, time, ended);
        _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        _thread = new Thread(Run) { IsBackground = true, Name = "fetching" };
        _thread.Start();
    }

    /// <summary>Waits until nobody needs this machine any more who has or makes something for it, or fetches from it; unless it is stopped.</summary>
    public void Finish()
    {
        _drain.Cancel();
        _thread.Join();
    }

    /// <summary>Stops it, and gives back what it has.</summary>
    public void Dispose()
    {
        _stop.Cancel();
        _thread.Join();
        _drain.Dispose();
        _stop.Dispose();
    }

    private void Run()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                // What ended while the database was away.
                _held.Tell();
                if (_table.Next(_settings.Name, _settings.Places) is { } made)
                {
                    Fetch(made);
                    continue;
                }

                ClearShelf();
                if (_drain.IsCancellationRequested && !_table.Needs(_settings.Name, _settings.Places))
                {
                    return;
                }
            }
            catch (OperatorException failure) when (failure.Kind == FailureKind.NodeUnreachable)
            {
                // Who looks after sectors says so.
            }
            catch (OperatorException failure)
            {
                _events.Notice($"nothing is fetched from other workers any more: {failure.Message}");
                return;
            }
#pragma warning disable CA1031 // Whatever it is: nothing is fetched here any more, and the worker goes on.
            catch (Exception bug)
#pragma warning restore CA1031
            {
                Bug.Tell(_logger, "the list of sectors to fetch", bug);
                _events.Notice($"nothing is fetched from other workers any more until this one is started again, for a bug ({bug.Message})");
                return;
            }

            if (_drain.IsCancellationRequested)
            {
                _stop.Token.WaitHandle.WaitOne(_settings.Pause);
            }
            else
            {
                WaitHandle.WaitAny([_stop.Token.WaitHandle, _drain.Token.WaitHandle], Rarely * _settings.Pause);
            }
        }
    }

    private void Fetch(MadeSector made)
    {
        if (_table.TryTake(_settings.Name, made) is not { } claim)
        {
            return;
        }

        _held.Add(claim);
        using CancellationTokenSource lost = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        TimeSpan every = _settings.Silence / 4 < Watched ? _settings.Silence / 4 : Watched;
        using (LifeSigns signs = new(() => Tell(lost), every, _ => { }))
        {
            _held.End(claim.Sector, EndOf(made, claim, lost.Token));
        }

        _held.Tell();
    }

    private void Tell(CancellationTokenSource lost)
    {
        foreach (SectorId sector in _held.Tell())
        {
            _events.Notice(sector, HeldClaims.NoLonger);
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
            _events.Started(claim.Sector, resumed: false);
            _events.Notice(claim.Sector, $"was made by {made.Maker} and is fetched from there into {made.Place}");
            using RemoteShelf shelf = new(new Uri(made.Address), _settings.Token, _settings.Recover.CertificateFile, _time);
            bool placed = new ResultArrival(_settings.Into(made.Place) with { Fence = _held }, _time).Fetch(facts, shelf, _events, cancellation);
            Ended(placed ? OutcomeKind.Installed : OutcomeKind.AlreadyThere, null);
            return new ClaimEnd(ClaimState.Done, placed ? "installed" : "already_there", 0, null);
        }
        catch (ResultGoneException gone)
        {
            _events.Notice(claim.Sector, $"{gone.Message}; it goes back on the list and is made again");
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
            _events.Notice(claim.Sector, $"{wait.Message}; it is tried again");
            Ended(OutcomeKind.Stopped, null);
            return new ClaimEnd(ClaimState.Queued, "stopped", _settings.ExitCodeOf(wait), wait.Message, _settings.Silence / 2);
        }
        catch (Exception failure) when (failure is OperatorException || StorageFailure.Is(failure))
        {
            return Failed(failure);
        }
#pragma warning disable CA1031 // Whatever it is: the sector fails, and the worker goes on.
        catch (Exception bug)
#pragma warning restore CA1031
        {
            Bug.Tell(_logger, "fetching a sector", bug);
            return Failed(bug);
        }

        ClaimEnd Failed(Exception failure)
        {
            Ended(OutcomeKind.Failed, failure);
            return new ClaimEnd(ClaimState.Failed, "failed", _settings.ExitCodeOf(failure), failure.Message);
        }

        void Ended(OutcomeKind kind, Exception? failure)
        {
            SectorOutcome outcome = new(claim.Sector, kind, null, [], _time.GetElapsedTime(began), failure);
            _events.Ended(outcome);
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
                _settings.Shelf.Remove(sector);
                _events.Notice(sector, "stands where it belongs, so what was made of it here for others is removed");
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
            return _settings.Shelf.Sectors();
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
            _events.Notice($"what others have fetched stays in {_settings.Shelf.Folder} for now: {failure.Message}");
        }
    }
}
