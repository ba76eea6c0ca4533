using SealerRecover.Recovery.Metrics;

namespace SealerRecover.Recovery.Site;

/// <summary>What Prometheus is answered: a run of this process, and what is watched, as text. From any thread.</summary>
/// <param name="version">What was built.</param>
/// <param name="run">A run of this process, and the command that it is; null for none.</param>
/// <param name="site">What is watched; null for nothing.</param>
public sealed class SiteScrape(string version, (RunMetrics Metrics, string Command)? run, ISite? site)
{
    /// <summary>How it all stands, in the text format 0.0.4. Does not throw where what is watched cannot be read now: that is told as a metric.</summary>
    public string Text()
    {
        string ofRun = run is { } own
            ? PrometheusText.Of(own.Metrics.Read(), ("command", own.Command))
            : PrometheusText.Of([new Sample(Metric.BuildInfo, 1, version)]);
        return site is null ? ofRun : ofRun + PrometheusText.Of(SiteMetrics.Of(site));
    }
}
