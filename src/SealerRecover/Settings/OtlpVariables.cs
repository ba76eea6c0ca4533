using SealerRecover.Recovery.Metrics;

namespace SealerRecover.Settings;

/// <summary>What OpenTelemetry's variables say, which its libraries read: whether metrics are sent by OTLP, and what is said for what they leave open.</summary>
internal static class OtlpVariables
{
    private const string Endpoint = "OTEL_EXPORTER_OTLP_ENDPOINT";
    private const string MetricsEndpoint = "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT";
    private const string Protocol = "OTEL_EXPORTER_OTLP_PROTOCOL";
    private const string Service = "OTEL_SERVICE_NAME";
    private const string Attributes = "OTEL_RESOURCE_ATTRIBUTES";
    private const string Instance = "service.instance.id";

    /// <summary>The variables with a meaning, for help and documentation.</summary>
    public static IReadOnlyList<(string Name, string Meaning)> Documented { get; } =
    [
        (Endpoint, "where metrics go by OTLP, as http://10.0.0.5:4318; docs/metrics.md says which other variables of OpenTelemetry count"),
    ];

    /// <summary>Whether they ask for it: an endpoint is named, and nothing switches it off.</summary>
    public static bool AskForIt(IReadOnlyDictionary<string, string> environment) =>
        (Value(environment, Endpoint) ?? Value(environment, MetricsEndpoint)) is not null
        && !string.Equals(Value(environment, "OTEL_SDK_DISABLED"), "true", StringComparison.OrdinalIgnoreCase)
        && Value(environment, "OTEL_METRICS_EXPORTER") is null or "otlp";

    /// <summary>All of them, with a name for the service and for this one of it, and the protocol that OpenTelemetry's specification prefers.</summary>
    /// <param name="environment">Names and values.</param>
    /// <param name="machine">This machine's name.</param>
    public static Dictionary<string, string?> For(IReadOnlyDictionary<string, string> environment, string machine)
    {
        Dictionary<string, string?> all = environment
            .Where(variable => variable.Key.StartsWith("OTEL_", StringComparison.Ordinal))
            .ToDictionary(variable => variable.Key, variable => (string?)variable.Value);
        string attributes = Value(environment, Attributes) ?? "";
        all.TryAdd(Protocol, "http/protobuf");
        if (Value(environment, Service) is null && !attributes.Contains("service.name=", StringComparison.Ordinal))
        {
            all[Service] = MetricMeter.MeterName;
        }

        if (!attributes.Contains(Instance, StringComparison.Ordinal))
        {
            all[Attributes] = $"{attributes}{(attributes.Length > 0 ? "," : "")}{Instance}={Uri.EscapeDataString(machine)}";
        }

        return all;
    }

    private static string? Value(IReadOnlyDictionary<string, string> environment, string name) =>
        environment.TryGetValue(name, out string? value) && value.Length > 0 ? value : null;
}
