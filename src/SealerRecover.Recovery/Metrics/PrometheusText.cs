using System.Globalization;
using System.Text;

namespace SealerRecover.Recovery.Metrics;

/// <summary>Prometheus' text format for metrics, exposition format 0.0.4.</summary>
public static class PrometheusText
{
    /// <summary>Writes samples: those of one metric together, behind what it is.</summary>
    /// <param name="samples">As <see cref="RunMetrics.Read"/> tells them.</param>
    /// <param name="common">Names and values of labels that every sample gets.</param>
    public static string Of(IEnumerable<Sample> samples, params ReadOnlySpan<(string Name, string Value)> common)
    {
        ArgumentNullException.ThrowIfNull(samples);
        StringBuilder text = new();
        foreach (IGrouping<Metric, Sample> group in samples.GroupBy(sample => sample.Of))
        {
            text.Append(CultureInfo.InvariantCulture, $"# HELP {group.Key.Name} {Escaped(group.Key.Help)}\n");
            text.Append(CultureInfo.InvariantCulture, $"# TYPE {group.Key.Name} {(group.Key.Kind == MetricKind.Counter ? "counter" : "gauge")}\n");
            foreach (Sample sample in group)
            {
                (string Name, string Value)[] labels = [.. common, .. group.Key.Labels.Zip(sample.LabelValues)];
                string braced = labels.Length == 0 ? "" : $"{{{string.Join(',', labels.Select(label => $"{label.Name}=\"{Quoted(label.Value)}\""))}}}";
                text.Append(CultureInfo.InvariantCulture, $"{group.Key.Name}{braced} {sample.Value:R}\n");
            }
        }

        return text.ToString();
    }

    private static string Escaped(string text) => text.Replace("\\", @"\\", StringComparison.Ordinal).Replace("\n", @"\n", StringComparison.Ordinal);

    private static string Quoted(string text) => Escaped(text).Replace("\"", "\\\"", StringComparison.Ordinal);
}
