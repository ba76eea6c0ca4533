using System.Diagnostics.Tracing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using SealerRecover.Hosting;
using SealerRecover.Recovery.Metrics;
using SealerRecover.Settings;

namespace SealerRecover.Commands;

/// <summary>
/// Sends metrics by OTLP, where OpenTelemetry's variables say, at the interval that they say and once more at the end. A receiver that is not there
/// is told of once and costs nobody the work. Only where <see cref="OtlpVariables.AskForIt"/> is anything of OpenTelemetry loaded.
/// </summary>
internal sealed class OtlpExport : IDisposable
{
    /// <summary>How long the end of a run waits for the last sending.</summary>
    private static readonly TimeSpan GoodBye = TimeSpan.FromSeconds(5);

    private readonly MetricMeter _meter;
    private readonly Complaints _complaints;
    private readonly OpenTelemetrySdk _sdk;

    private OtlpExport(MetricMeter meter, Complaints complaints, OpenTelemetrySdk sdk) => (_meter, _complaints, _sdk) = (meter, complaints, sdk);

    /// <summary>Begins.</summary>
    /// <param name="host">With the variables.</param>
    /// <param name="read">The metrics; from any thread.</param>
    /// <param name="command">The command at work, which every sample names.</param>
    /// <param name="warn">Told in a line of what could not be sent.</param>
    public static OtlpExport Begin(ConsoleHost host, Func<IReadOnlyList<Sample>> read, string command, Action<string> warn)
    {
        Complaints complaints = new(warn);
        MetricMeter meter = new(ProgramVersion.Text, read, host.Time, ("command", command));
        OpenTelemetrySdk sdk = OpenTelemetrySdk.Create(telemetry =>
        {
            telemetry.Services.AddSingleton<IConfiguration>(
                new ConfigurationBuilder().AddInMemoryCollection(OtlpVariables.For(host.Environment, System.Environment.MachineName)).Build());
            telemetry
                .ConfigureResource(resource => resource.AddAttributes([KeyValuePair.Create("service.version", (object)ProgramVersion.Text)]))
                .WithMetrics(metrics => metrics
                    .AddMeter(MetricMeter.MeterName)
                    .AddView(_ => new MetricStreamConfiguration { CardinalityLimit = 2 * Recovery.Metrics.Metric.MostSectors }))
                .UseOtlpExporter();
        });
        return new OtlpExport(meter, complaints, sdk);
    }

    /// <summary>Sends once more and ends.</summary>
    public void Dispose()
    {
        _sdk.MeterProvider.Shutdown((int)GoodBye.TotalMilliseconds);
        _sdk.Dispose();
        _meter.Dispose();
        _complaints.Dispose();
    }

    /// <summary>What the exporter says of its failures, the first of them.</summary>
    private sealed class Complaints : EventListener
    {
        private const string Source = "OpenTelemetry-Exporter-OpenTelemetryProtocol";

        private readonly Action<string> _warn;
        private int _said;

        public Complaints(Action<string> warn)
        {
            _warn = warn;
            foreach (EventSource source in EventSource.GetSources())
            {
                OnEventSourceCreated(source);
            }
        }

        protected override void OnEventSourceCreated(EventSource eventSource)
        {
            // The base constructor comes here before there is anybody to tell.
            if (eventSource.Name == Source && _warn is not null)
            {
                EnableEvents(eventSource, EventLevel.Warning);
            }
        }

        protected override void OnEventWritten(EventWrittenEventArgs eventData)
        {
            if (Interlocked.Exchange(ref _said, 1) == 0)
            {
                string why = eventData.Payload is { Count: > 0 } said ? $"{said[^1]}".Split('\n')[0].Trim() : $"{eventData.EventName}";
                _warn($"warning: metrics could not be sent by OTLP ({why}); the work goes on");
            }
        }
    }
}
