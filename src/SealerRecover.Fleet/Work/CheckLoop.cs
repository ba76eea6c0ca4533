using Filecoin.Primitives;
using Filecoin.Sealing.Files;
using SealerRecover.Fleet.Claims;
using SealerRecover.Fleet.Database;
using SealerRecover.Fleet.Jobs;
using SealerRecover.Recovery.Events;

namespace SealerRecover.Fleet.Work;

/// <summary>
/// Works off checks at this machine's storage paths, one at a time, beside its sectors: they wait for disks and not for cores. On a thread of its own;
/// what it says of a check renews it.
/// </summary>
internal sealed class CheckLoop : IDisposable
{
    /// <summary>How many pauses pass between two looks: nobody waits for a check within seconds.</summary>
    private const int Rarely = 5;

    private readonly CheckTable _table;
    private readonly WorkerSettings _settings;
    private readonly EventSink _events;
    private readonly CancellationTokenSource _stop;
    private readonly CancellationTokenSource _drain = new();
    private readonly Thread? _thread;

    /// <summary>Begins, where the machine has storage paths.</summary>
    /// <param name="database">Where the checks are.</param>
    /// <param name="settings">What the operator of this machine decided.</param>
    /// <param name="events">Told what is looked at and what was found.</param>
    /// <param name="cancellation">Stops it; what it has is given back.</param>
    public CheckLoop(FleetDatabase database, WorkerSettings settings, EventSink events, CancellationToken cancellation)
    {
        (_table, _settings, _events) = (new CheckTable(database, settings.Silence), settings, events);
        _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        if (settings.Repair is { StoragePaths.IsEmpty: false })
        {
            _thread = new Thread(Run) { IsBackground = true, Name = "checks" };
            _thread.Start();
        }
    }

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
                new CheckRun(_settings.Repair!).Run(
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
