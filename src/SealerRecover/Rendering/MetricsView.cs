using Filecoin.Chain.Facts;
using Filecoin.Primitives;
using SealerRecover.Recovery.Events;
using SealerRecover.Recovery.Metrics;

namespace SealerRecover.Rendering;

/// <summary>Another view, beside which metrics are added up, and written to a file every 15 seconds where there is one.</summary>
/// <param name="inner">The other view.</param>
/// <param name="metrics">The metrics.</param>
/// <param name="file">Where they go; null for nowhere.</param>
/// <param name="time">The clock.</param>
/// <param name="sending">Sends them elsewhere, and once more when it is disposed, which it is at the end; null for nobody.</param>
internal sealed class MetricsView(IView inner, RunMetrics metrics, MetricsFile? file, TimeProvider time, IDisposable? sending = null)
    : BookView(inner, file is null ? null : $"metrics could not be written to {file.Path}", TimeSpan.FromSeconds(15), time)
{
    /// <inheritdoc/>
    protected override void Take(RecoveryEvent happened) => metrics.On(happened);

    /// <inheritdoc/>
    protected override void Planned(IEnumerable<SectorFacts> sectors) => metrics.Planned(sectors);

    /// <inheritdoc/>
    protected override void Checked(SectorId sector, bool good) => metrics.Checked(sector, good, Now);

    /// <inheritdoc/>
    protected override void Ended(SectorReport sector, SectorStage stage) => metrics.Ended(sector.Sector, stage, sector.Failure?.Exit.Name);

    /// <inheritdoc/>
    protected override void Ended(Report report)
    {
        metrics.Ended(Now, report.Exit.Code);
        sending?.Dispose();
    }

    /// <inheritdoc/>
    protected override void More(IAnswer answer)
    {
        if (answer is LatencyAnswer latency)
        {
            metrics.Timed(latency.Book);
        }
    }

    /// <inheritdoc/>
    protected override bool Write(bool isEnd)
    {
        file?.Write();
        return true;
    }
}
