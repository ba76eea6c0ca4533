using System.Diagnostics.Metrics;

namespace SealerRecover.Recovery.Metrics;

/// <summary>
/// The metrics of <see cref="Metric.All"/> as instruments of .NET's meters, for whoever listens to <see cref="MeterName"/>: a gauge or a counter
/// each, observed as the samples stand when a listener asks, under the same names and with the same labels.
/// </summary>
public sealed class MetricMeter : IDisposable
{
    /// <summary>The meter's name.</summary>
    public const string MeterName = "sealer-recover";

    /// <summary>A listener asks one instrument after the other: what was read so lately is of the same moment.</summary>
    private static readonly TimeSpan OneMoment = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly Meter _meter;
    private readonly Func<IReadOnlyList<Sample>> _read;
    private readonly TimeProvider _time;
    private readonly KeyValuePair<string, object?>[] _common;
    private ILookup<Metric, Sample> _known = Array.Empty<Sample>().ToLookup(sample => sample.Of);
    private long? _knownAt;

    /// <summary>Begins.</summary>
    /// <param name="version">What was built.</param>
    /// <param name="read">The samples; from any thread.</param>
    /// <param name="time">The clock.</param>
    /// <param name="common">Names and values of labels that every sample gets.</param>
    public MetricMeter(string version, Func<IReadOnlyList<Sample>> read, TimeProvider time, params ReadOnlySpan<(string Name, string Value)> common)
    {
        (_read, _time) = (read, time);
        _common = new KeyValuePair<string, object?>[common.Length];
        for (int i = 0; i < common.Length; i++)
        {
            _common[i] = new(common[i].Name, common[i].Value);
        }

        _meter = new Meter(MeterName, version);
        foreach (Metric metric in Metric.All)
        {
            _ = metric.Kind == MetricKind.Counter
                ? (object)_meter.CreateObservableCounter(metric.Name, () => Observe(metric), UnitOf(metric), metric.Help)
                : _meter.CreateObservableGauge(metric.Name, () => Observe(metric), UnitOf(metric), metric.Help);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _meter.Dispose();

    /// <summary>The unit as UCUM writes it, which names end in.</summary>
    private static string? UnitOf(Metric metric) =>
        metric.Name.Contains("_seconds", StringComparison.Ordinal) ? "s"
        : metric.Name.Contains("_bytes", StringComparison.Ordinal) ? "By"
        : metric.Name.EndsWith("_ratio", StringComparison.Ordinal) ? "1"
        : null;

    private IEnumerable<Measurement<double>> Observe(Metric metric)
    {
        Sample[] samples;
        lock (_gate)
        {
            if (_knownAt is not { } at || _time.GetElapsedTime(at) > OneMoment)
            {
                _known = _read().ToLookup(sample => sample.Of);
                _knownAt = _time.GetTimestamp();
            }

            samples = [.. _known[metric]];
        }

        return samples.Select(sample => new Measurement<double>(
            sample.Value,
            [.. _common, .. metric.Labels.Zip(sample.LabelValues, (name, value) => KeyValuePair.Create(name, (object?)value))]));
    }
}
