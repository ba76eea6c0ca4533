using Filecoin.Chain.Facts;
using Filecoin.Primitives;
using Filecoin.Sealing.Files;
using SealerRecover.Recovery.Events;
using SealerRecover.Recovery.Metrics;
using SealerRecover.Recovery.Scrub;

namespace SealerRecover.Rendering;

/// <summary>
/// Another view, beside which a run is added up in a book that is written to a file now and then. A file that cannot be written is told of once and
/// costs nobody the work.
/// </summary>
internal abstract class BookView : BesideView
{
    private readonly string? _failed;
    private readonly ITimer? _timer;
    private readonly Lock _writing = new();
    private bool _complained;

    /// <summary>Begins to write.</summary>
    /// <param name="inner">The other view.</param>
    /// <param name="failed">What is said where that fails: "metrics could not be written to /m.prom"; null where there is no file.</param>
    /// <param name="often">How often.</param>
    /// <param name="time">The clock.</param>
    protected BookView(IView inner, string? failed, TimeSpan often, TimeProvider time)
        : base(inner)
    {
        (_failed, Time) = (failed, time);
        _timer = failed is null ? null : time.CreateTimer(_ => TryWrite(isEnd: false), null, often, often);
    }

    /// <summary>The clock.</summary>
    protected TimeProvider Time { get; }

    /// <summary>The time.</summary>
    protected DateTimeOffset Now => Time.GetUtcNow();

    /// <inheritdoc/>
    public override void Answered(IAnswer answer)
    {
        base.Answered(answer);
        switch (answer)
        {
            case PlanAnswer plan:
                Planned(plan.Sectors);
                break;
            case RepairAnswer repairs:
                Planned(repairs.Repairs.Select(entry => entry.Repair.Facts));
                break;
            case HealAnswer heal:
                Planned(heal.Plan.Steps.Select(step => step.Repair.Facts));
                break;
            case SurveyAnswer survey:
                Checked(survey.Survey.Sector, survey.Complaint is null);
                break;
            case VerificationAnswer verification:
                Checked(verification.Found.Sector, verification.Complaint is null);
                break;
            case ScrubAnswer scrub:
                foreach (ScrubbedSector damaged in scrub.Status.Damaged)
                {
                    Checked(damaged.Sector, good: false);
                }

                break;
            default:
                More(answer);
                break;
        }
    }

    /// <inheritdoc/>
    public override void On(RecoveryEvent happened)
    {
        Take(happened);
        base.On(happened);
    }

    /// <inheritdoc/>
    public override void Reported(Report report)
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
                Checked(sector.Sector, good: true);
            }

            if (stage is { } end)
            {
                Ended(sector, end);
            }
        }

        Ended(report);
        TryWrite(isEnd: true);
        base.Reported(report);
    }

    /// <summary>Takes what happens.</summary>
    protected abstract void Take(RecoveryEvent happened);

    /// <summary>Takes what is to be worked on.</summary>
    protected abstract void Planned(IEnumerable<SectorFacts> sectors);

    /// <summary>Takes that files of a sector were looked at.</summary>
    protected abstract void Checked(SectorId sector, bool good);

    /// <summary>Takes how a sector ended.</summary>
    protected abstract void Ended(SectorReport sector, SectorStage stage);

    /// <summary>Takes how the run ended.</summary>
    protected abstract void Ended(Report report);

    /// <summary>Writes the file.</summary>
    /// <param name="isEnd">Whether nothing follows.</param>
    /// <returns>Whether it was due.</returns>
    /// <exception cref="IOException">The disk failed.</exception>
    protected abstract bool Write(bool isEnd);

    /// <summary>Takes another answer.</summary>
    protected virtual void More(IAnswer answer)
    {
        // What was asked for is shown, and no book tells of it.
    }

    private void TryWrite(bool isEnd)
    {
        lock (_writing)
        {
            try
            {
                _complained &= !Write(isEnd);
            }
            catch (Exception failure) when (StorageFailure.Is(failure))
            {
                if (!_complained)
                {
                    _complained = true;
                    Diagnostic($"warning: {_failed} ({StorageFailure.Words(failure)}); the work goes on");
                }
            }
        }
    }
}
