using SealerRecover.Commands;
using SealerRecover.Hosting;
using SealerRecover.Recovery.Metrics;
using SealerRecover.Tests.Commands;
using Xunit;

namespace SealerRecover.Tests.Metrics;

/// <summary>Metrics by OTLP, as OpenTelemetry's variables say, to a receiver that is there, and to one that is not.</summary>
public sealed class OtlpTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("sealer-recover-otlp-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task What_the_file_says_is_received_under_the_same_names()
    {
        using OtlpReceiver receiver = new();
        string file = Path.Combine(_folder, "survey.prom");
        Ran ran = await SurveyAsync(
            [$"--metrics-file={file}"],
            ("OTEL_EXPORTER_OTLP_ENDPOINT", $"http://127.0.0.1:{receiver.Port}"),
            ("OTEL_EXPORTER_OTLP_HEADERS", "x-key=abc"),
            ("OTEL_RESOURCE_ATTRIBUTES", "site=north"));
        Assert.True(ran.Code == 10, ran.Output + ran.Error);
        Received last = receiver.All[^1];
        Assert.Equal(("/v1/metrics", "application/x-protobuf", "abc"), (last.Path, last.ContentType, last.Key));
        Assert.Equal(("north", "sealer-recover", ProgramVersion.Text), (last.Resource["site"], last.Resource["service.name"], last.Resource["service.version"]));
        Assert.NotEmpty(last.Resource["service.instance.id"]);
        Assert.Equal(MetricMeter.MeterName, last.Scope);
        Assert.Equal((10, 0, 4), (last.Value("run_exit_code"), last.Value("running"), last.Value("checked_sectors", "result", "damaged")));
        Assert.All(last.Points, point =>
        {
            Metric metric = Metric.All.Single(known => known.Name == point.Metric);
            Assert.Equal(metric.Kind == MetricKind.Counter, point.IsCounter);
            Assert.Equal(["command", .. metric.Labels], point.Labels.Keys);
            Assert.Equal(metric.Name.Contains("_seconds", StringComparison.Ordinal) ? "s" : metric.Name.Contains("_bytes", StringComparison.Ordinal) ? "By" : "", point.Unit);
        });
        string[] lines = [.. File.ReadLines(file).Where(line => line[0] != '#' && !line.Contains("_io_", StringComparison.Ordinal))];
        Assert.Equal(lines.Length, last.Points.Count(point => !point.Metric.Contains("_io_", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("OTEL_SDK_DISABLED", "true")]
    [InlineData("OTEL_METRICS_EXPORTER", "none")]
    public async Task What_is_switched_off_is_not_sent(string variable, string value)
    {
        using OtlpReceiver receiver = new();
        Ran ran = await SurveyAsync([], ("OTEL_EXPORTER_OTLP_ENDPOINT", $"http://127.0.0.1:{receiver.Port}"), (variable, value));
        Assert.Equal(10, ran.Code);
        Assert.Empty(receiver.All);
    }

    [Fact]
    public async Task The_endpoint_for_metrics_alone_counts_as_it_is_and_a_service_has_the_name_it_is_given()
    {
        using OtlpReceiver receiver = new();
        Ran ran = await SurveyAsync(
            [],
            ("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", $"http://127.0.0.1:{receiver.Port}/mine"),
            ("OTEL_SERVICE_NAME", "north"),
            ("OTEL_RESOURCE_ATTRIBUTES", "service.instance.id=seven"));
        Assert.Equal(10, ran.Code);
        Assert.Equal(("/mine", "north", "seven"), (receiver.All[^1].Path, receiver.All[^1].Resource["service.name"], receiver.All[^1].Resource["service.instance.id"]));
    }

    [Fact]
    public async Task What_ends_is_sent_no_more_and_counters_go_on()
    {
        using OtlpReceiver receiver = new();
        bool isOpen = true;
        ConsoleHost host = new()
        {
            Environment = new Dictionary<string, string>
            {
                ["OTEL_EXPORTER_OTLP_ENDPOINT"] = $"http://127.0.0.1:{receiver.Port}",
                ["OTEL_METRIC_EXPORT_INTERVAL"] = "100",
            },
            Output = TextWriter.Null,
            Error = TextWriter.Null,
            WorkingFolder = "/",
        };
        using (OtlpExport.Begin(host, () => isOpen ? [new Sample(Metric.Layers, 1), new Sample(Metric.FaultEnd, 5, "f01000", "7")] : [new Sample(Metric.Layers, 3)], "recover", _ => { }))
        {
            // What is sent first may be of some instruments only: the others are being listened to still.
            await UntilAsync(() => receiver.All.Any(received => received.Points.Any(point => point.Metric == Metric.FaultEnd.Name && point.Value == 5)));
            isOpen = false;
            int before = receiver.All.Length;
            await UntilAsync(() => receiver.All.Skip(before).Any(received => received.Points.Any(point => point.Metric == Metric.Layers.Name && point.Value == 3)));
        }

        Assert.Equal(3, receiver.All[^1].Value("layers_total"));
        Assert.DoesNotContain(receiver.All[^1].Points, point => point.Metric == Metric.FaultEnd.Name);
    }

    [Theory]
    [InlineData("http/protobuf")]
    [InlineData("grpc")]
    public async Task A_receiver_that_is_not_there_is_told_of_once_and_the_command_ends_as_it_would(string protocol)
    {
        Ran ran = await SurveyAsync(
            [], ("OTEL_EXPORTER_OTLP_ENDPOINT", $"http://127.0.0.1:{OtlpReceiver.FreePort()}"), ("OTEL_EXPORTER_OTLP_PROTOCOL", protocol), ("OTEL_METRIC_EXPORT_INTERVAL", "20"));
        Assert.Equal(10, ran.Code);
        string warning = Assert.Single(ran.Error.Split('\n'), line => line.Contains("OTLP", StringComparison.Ordinal));
        Assert.StartsWith("warning: metrics could not be sent by OTLP (", warning, StringComparison.Ordinal);
        Assert.EndsWith("); the work goes on", warning, StringComparison.Ordinal);
        TestContext.Current.SendDiagnosticMessage(warning);
    }

    private static async Task UntilAsync(Func<bool> isSo)
    {
        for (int i = 0; !isSo(); i++)
        {
            Assert.True(i < 1200, "nothing came in two minutes");
            await Task.Delay(100, TestContext.Current.CancellationToken);
        }
    }

    private Task<Ran> SurveyAsync(string[] more, params (string Name, string Value)[] variables) => InProcess.RunAsync(
        variables.Append(("HOME", "/home/sp")).ToDictionary(variable => variable.Item1, variable => variable.Item2),
        "/nowhere/config.toml",
        ["survey", "--miner=f01000", $"--storage={_folder}", "--sector-size=2KiB", "5-7", "9", .. more]);
}
