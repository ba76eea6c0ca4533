using System.Globalization;
using SealerRecover.Hosting;
using SealerRecover.Recovery.Events;

namespace SealerRecover.Rendering;

/// <summary>Another view, beside which a service manager is told how far the work is: at most every few seconds, in one line.</summary>
/// <param name="inner">The other view.</param>
/// <param name="manager">The service manager.</param>
/// <param name="time">The clock.</param>
internal sealed class ServiceView(IView inner, ServiceManager manager, TimeProvider time) : BesideView(inner)
{
    private static readonly TimeSpan Often = TimeSpan.FromSeconds(5);
    private long? _told;

    /// <inheritdoc/>
    public override void Answered(IAnswer answer)
    {
        base.Answered(answer);
        if (answer is ServingAnswer)
        {
            // What is started after it finds somebody who listens.
            manager.Ready();
        }
    }

    /// <inheritdoc/>
    public override void On(RecoveryEvent happened)
    {
        base.On(happened);
        if (Line(happened) is { } line && (_told is not { } told || time.GetElapsedTime(told) >= Often))
        {
            _told = time.GetTimestamp();
            manager.Status(line);
        }
    }

    /// <inheritdoc/>
    public override void Reported(Report report)
    {
        base.Reported(report);
        manager.Status(string.Create(CultureInfo.InvariantCulture, $"ended with exit code {report.Exit.Code} ({report.Exit.Name})"));
    }

    private static string? Line(RecoveryEvent happened) => happened switch
    {
        PhaseProgressed { Progress: { Total: > 0 } progress } phase => string.Create(
            CultureInfo.InvariantCulture, $"{Quantities.Subject(phase)}: {Quantities.Doing(progress)}, {100 * progress.Done / progress.Total} %"),
        SectorStarted started => $"{started.Sector}: {(started.Resumed ? "goes on from an earlier run" : "starts")}",
        Notice { Sector: { } sector } notice => $"{sector}: {notice.Text}",
        _ => null,
    };
}
