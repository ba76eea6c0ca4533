using Filecoin.Sealing.Files;
using SealerRecover.Recovery.Events;
using SealerRecover.Recovery.Metrics;
using SealerRecover.Recovery.Scrub;

namespace SealerRecover.Rendering;

/// <summary>
/// Another view, beside which metrics are added up, and written to a file every 15 seconds where there is one. A file that cannot be written is told
/// of once and costs nobody the work.
/// </summary>
internal sealed class MetricsView : IView
{
    private static readonly TimeSpan Often = TimeSpan.FromSeconds(15);

    private readonly IView _inner;
    private readonly RunMetrics _metrics;
    private readonly MetricsFile? _file;
    private readonly IDisposable? _sending;
    private readonly TimeProvider _time;
    private readonly ITimer? _timer;
    private readonly Lock _writing = new();
    private bool _complained;

    /// <summary>Begins to write.</summary>
    /// <param name="inner">The other view.</param>
    /// <param name="metrics">The metrics.</param>
    /// <param name="file">Where they go; null for nowhere.</param>
    /// <param name="time">The clock.</param>
    /// <param name="sending">Sends them elsewhere, and once more when it is disposed, which it is at the end; null for nobody.</param>
    public MetricsView(IView inner, RunMetrics metrics, MetricsFile? file, TimeProvider time, IDisposable? sending = null)
    {
        (_inner, _metrics, _file, _time, _sending) = (inner, metrics, file, time, sending);
        _timer = file is null ? null : time.CreateTimer(_ => Write(file), null, Often, Often);
    }

    /// <inheritdoc/>
    public void Answered(IAnswer answer)
    {
        _inner.Answered(answer);
        switch (answer)
        {
            case PlanAnswer plan:
                _metrics.Planned(plan.Sectors);
                break;
            case RepairAnswer repairs:
                _metrics.Planned(repairs.Repairs.Select(entry => entry.Repair.Facts));
                break;
            case HealAnswer heal:
                _metrics.Planned(heal.Plan.Steps.Select(step => step.Repair.Facts));
                break;
            case SurveyAnswer survey:
                _metrics.Checked(survey.Survey.Sector, survey.Complaint is null, _time.GetUtcNow());
                break;
            case VerificationAnswer verification:
                _metrics.Checked(verification.Found.Sector, verification.Complaint is null, _time.GetUtcNow());
                break;
            case ScrubAnswer scrub:
                foreach (ScrubbedSector damaged in scrub.Status.Damaged)
                {
                    _metrics.Checked(damaged.Sector, good: false, _time.GetUtcNow());
                }

                break;
            case LatencyAnswer latency:
                _metrics.Timed(latency.Book);
                break;
            default:
                // What was asked for is shown, and no metric tells of it.
                break;
        }
    }

    /// <inheritdoc/>
    public T Live<T>(Func<T> work) => _inner.Live(work);

    /// <inheritdoc/>
    public void Diagnostic(string line) => _inner.Diagnostic(line);

    /// <inheritdoc/>
    public void On(RecoveryEvent happened)
    {
        _metrics.On(happened);
        _inner.On(happened);
    }

    /// <inheritdoc/>
    public void Reported(Report report)
    {
        _timer?.Dispose();
        foreach (SectorReport sector in report.Sectors)
        {
            SectorStage? stage = sector.Result switch
            {
                SectorResult.Failed => SectorStage.Failed,
                SectorResult.Stopped => SectorStage.Stopped,
                SectorResult.Listed => null,
                _ => SectorStage.Done,
            };
            if (sector.Result is SectorResult.Good or SectorResult.GoodSampled or SectorResult.GoodUnread or SectorResult.Proven)
            {
                // heal shows only the others.
                _metrics.Checked(sector.Sector, good: true, _time.GetUtcNow());
            }

            if (stage is { } end)
            {
                _metrics.Ended(sector.Sector, end, sector.Failure?.Exit.Name);
            }
        }

        _metrics.Ended(_time.GetUtcNow(), report.Exit.Code);
        if (_file is not null)
        {
            Write(_file);
        }

        _sending?.Dispose();
        _inner.Reported(report);
    }

    private void Write(MetricsFile to)
    {
        lock (_writing)
        {
            try
            {
                to.Write();
                _complained = false;
            }
            catch (Exception failure) when (StorageFailure.Is(failure))
            {
                if (!_complained)
                {
                    _complained = true;
                    _inner.Diagnostic($"warning: metrics could not be written to {to.Path} ({StorageFailure.Words(failure)}); the work goes on");
                }
            }
        }
    }
}
