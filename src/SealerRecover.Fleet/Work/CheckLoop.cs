using Filecoin.Primitives;
using Filecoin.Sealing.Files;
using Microsoft.Extensions.Logging;
using SealerRecover.Fleet.Claims;
using SealerRecover.Fleet.Database;
using SealerRecover.Fleet.Jobs;
using SealerRecover.Recovery.Events;

namespace SealerRecover.Fleet.Work;

/// <summary>
/// Works off checks at this machine's storage paths, one at a time, beside its sectors: they wait for disks and not for cores. On a thread of its own;
/// what it says of a check renews it. Whatever goes wrong in a check ends that check, and neither this nor the worker, which has sectors at work.
/// </summary>
internal sealed class CheckLoop : IDisposable
{
    /// <summary>How many pauses pass between two looks: nobody waits for a check within seconds.</summary>
    private const int Rarely = 5;

    private readonly CheckTable _table;
    private readonly WorkerSettings _settings;
    private readonly EventSink _events;
    private readonly ILogger _logger;
    private readonly Look _look;
    private readonly CancellationTokenSource _stop;
    private readonly CancellationTokenSource _drain = new();
    private readonly Thread? _thread;

    /// <summary>Begins, where the machine has storage paths.</summary>
    /// <param name="database">Where the checks are.</param>
    /// <param name="settings">What the operator of this machine decided.</param>
    /// <param name="events">Told what is looked at and what was found.</param>
    /// <param name="logger">Told of bugs in full.</param>
    /// <param name="cancellation">Stops it; what it has is given back.</param>
    /// <param name="look">How it looks; null for as <see cref="CheckRun"/> does.</param>
    public CheckLoop(FleetDatabase database, WorkerSettings settings, EventSink events, ILogger logger, CancellationToken cancellation, Look? look = null)
    {
        (_table, _settings, _events, _logger) = (new CheckTable(database, settings.Silence), settings, events, logger);
        _look = look ?? ((job, told, stop) => new CheckRun(settings.Repair!).Run(job, told, stop));
        _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        if (settings.Repair is { StoragePaths.IsEmpty: false })
        {
            _thread = new Thread(Run) { IsBackground = true, Name = "checks" };
            _thread.Start();
        }
    }

    /// <summary>Looks at the sectors of a check; see <see cref="CheckRun.Run"/>.</summary>
    internal delegate CheckReport Look(CheckJob job, Action<int, CheckReport> told, CancellationToken cancellation);

    /// <summary>Takes nothing new, and waits for what it has, unless it is stopped.</summary>
    public void Finish()
    {
        _drain.Cancel();
        _thread?.Join();
    }

    /// <summary>Stops it, and gives back what it has.</summary>
    public void Dispose()
    {
        _stop.Cancel();
        _thread?.Join();
        _drain.Dispose();
        _stop.Dispose();
    }

    private void Run()
    {
        while (!_stop.IsCancellationRequested && !_drain.IsCancellationRequested)
        {
            try
            {
                if (_table.TryTake(_settings.Name, _settings.Repair!.StoragePaths) is { } claim)
                {
                    Work(claim);
                    continue;
                }
            }
            catch (OperatorException failure) when (failure.Kind == FailureKind.NodeUnreachable)
            {
                // Who looks after sectors says so. A check that nobody hears of is begun anew.
            }
            catch (OperatorException failure)
            {
                _events.Notice(failure.Message);
                return;
            }
#pragma warning disable CA1031 // Whatever it is: no checks are looked at here any more, and the worker goes on.
            catch (Exception bug)
#pragma warning restore CA1031
            {
                Bug.Tell(_logger, "the list of checks", bug);
                _events.Notice($"the list of checks could not be read for a bug ({bug.Message}); this worker looks at none any more until it is started again");
                return;
            }

            WaitHandle.WaitAny([_stop.Token.WaitHandle, _drain.Token.WaitHandle], Rarely * _settings.Pause);
        }
    }

    private void Work(CheckClaim claim)
    {
        using CancellationTokenSource lost = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        Lock gate = new();
        (int Done, CheckReport Report) state = (0, CheckReport.Nothing);
        try
        {
            CheckJob job = CheckJob.Read(claim.Job);
            _events.Notice($"{(job.Kind == CheckKind.Survey ? "looks at" : "proves")} sectors in {job.Place}, as the fleet's list asks");
            TimeSpan every = _settings.Silence / 4;
            using (LifeSigns signs = new(
                () =>
                {
                    (int done, CheckReport report) = Now();
                    if (!_table.Renew(claim, done, report))
                    {
                        lost.Cancel();
                    }
                },
                every < TimeSpan.FromSeconds(3) ? every : TimeSpan.FromSeconds(3),
                _ => { }))
            {
                _look(
                    job,
                    (done, report) =>
                    {
                        lock (gate)
                        {
                            state = (done, report);
                        }
                    },
                    lost.Token);
            }

            End(ClaimState.Done, null);
            _events.Notice($"{job.Place}: {state.Report.Good} sectors are good, {state.Report.Damaged.Length} damaged, {state.Report.Absent} not there");
        }
        catch (OperationCanceledException)
        {
            End(ClaimState.Queued, null);
        }
        catch (OperatorException failure) when (failure.Kind != FailureKind.NodeUnreachable)
        {
            Fail(failure);
        }
        catch (Exception failure) when (StorageFailure.Is(failure))
        {
            Fail(failure);
        }

#pragma warning disable CA1031 // Whatever it is, but for a database that is away, which is told when it is back: the check fails, and the worker goes on.
        catch (Exception bug) when (bug is not OperatorException)
#pragma warning restore CA1031
        {
            Bug.Tell(_logger, "a check", bug);
            _events.Notice($"a check failed for a bug ({bug.Message}); the worker goes on");
            Fail(bug);
        }

        (int, CheckReport) Now()
        {
            lock (gate)
            {
                return state;
            }
        }

        void Fail(Exception failure) => End(ClaimState.Failed, failure);

        void End(ClaimState end, Exception? failure)
        {
            (int done, CheckReport report) = Now();
            _table.End(claim, end, done, report, failure?.Message, failure is null ? null : _settings.ExitCodeOf(failure));
        }
    }
}
