using Filecoin.Primitives;
using Filecoin.Sealing.Files;
using Microsoft.Extensions.Logging;
using SealerRecover.Fleet.Claims;
using SealerRecover.Fleet.Database;
using SealerRecover.Fleet.Jobs;
using SealerRecover.Recovery.Events;

namespace SealerRecover.Fleet.Work;

/// <summary>
/// Works off checks at this machine's storage paths, one at a time, beside its sectors: what it says of a
/// check renews it. Whatever goes wrong in a check ends that check, and neither this nor the worker.
/// </summary>
internal sealed class CheckLoop : SideLoop
{
    private readonly CheckTable _table;
    private readonly Look _look;

    /// <summary>Begins, where the machine has storage paths.</summary>
    /// <param name="database">Where the checks are.</param>
    /// <param name="settings">What the operator of this machine decided.</param>
    /// <param name="events">Told what is looked at and what was found.</param>
    /// <param name="logger">Told of bugs in full.</param>
    /// <param name="cancellation">Stops it; what it has is given back.</param>
    /// <param name="look">How it looks; null for as <see cref="CheckRun"/> does.</param>
    public CheckLoop(FleetDatabase database, WorkerSettings settings, EventSink events, ILogger logger, CancellationToken cancellation, Look? look = null)
        : base(settings, events, logger, cancellation)
    {
        _table = new CheckTable(database, settings.Silence);
        _look = look ?? ((job, told, stop) => new CheckRun(settings.Repair!).Run(job, told, stop));
        if (settings.Repair is { StoragePaths.IsEmpty: false })
        {
            Begin("checks");
        }
    }

    /// <summary>Looks at the sectors of a check; see <see cref="CheckRun.Run"/>.</summary>
    internal delegate CheckReport Look(CheckJob job, Action<int, CheckReport> told, CancellationToken cancellation);

    /// <inheritdoc/>
    protected override bool TryDo(bool isDraining)
    {
        if (isDraining || _table.TryTake(Settings.Name, Settings.Repair!.StoragePaths) is not { } claim)
        {
            return false;
        }

        Work(claim);
        return true;
    }

    /// <inheritdoc/>
    protected override string Ends(Exception failure) => failure is OperatorException ? failure.Message
        : $"the list of checks could not be read for a bug ({failure.Message}); this worker looks at none any more until it is started again";

    private void Work(CheckClaim claim)
    {
        using CancellationTokenSource lost = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        Lock gate = new();
        (int Done, CheckReport Report) state = (0, CheckReport.Nothing);
        try
        {
            CheckJob job = CheckJob.Read(claim.Job);
            Events.Notice($"{(job.Kind == CheckKind.Survey ? "looks at" : "proves")} sectors in {job.Place}, as the fleet's list asks");
            using (LifeSigns signs = new(
                () =>
                {
                    (int done, CheckReport report) = Now();
                    if (!_table.Renew(claim, done, report))
                    {
                        lost.Cancel();
                    }
                },
                Settings.SignEvery,
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
            Events.Notice($"{job.Place}: {state.Report.Good} sectors are good, {state.Report.Damaged.Length} damaged, {state.Report.Absent} not there");
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
            Log("a check", bug);
            Events.Notice($"a check failed for a bug ({bug.Message}); the worker goes on");
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
            _table.End(claim, end, done, report, failure?.Message, failure is null ? null : Settings.ExitCodeOf(failure));
        }
    }
}
