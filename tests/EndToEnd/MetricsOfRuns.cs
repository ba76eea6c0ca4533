using System.Globalization;
using System.Text.Json.Nodes;

namespace EndToEnd;

/// <summary>What --metrics-file holds behind real runs: the numbers are those of what was done.</summary>
public sealed class MetricsOfRuns(ParentCaches caches) : IDisposable
{
    /// <summary>Nodes of a layer and layers of a sector of 2KiB.</summary>
    private const int Nodes = 64, Layers = 2;

    private readonly Workbench _bench = new(caches);

    private string Target => Path.Combine(_bench.Home, "run.prom");

    public void Dispose() => _bench.Dispose();

    [Fact]
    public async Task A_recovery_counts_its_layers_nodes_and_a_mismatch_and_verify_times_what_it_reads()
    {
        string metadata = _bench.Metadata("2KiB", file => file["SectorInfos"]![1]!["Ticket"] = Convert.ToBase64String(new byte[32]));
        Ended ended = await _bench.RunAsync(_bench.Recover(metadata, "--sectors=1-3", $"--metrics-file={Target}"));
        Assert.True(ended.Code == 8, ended.ToString());
        Assert.Equal((8, 0), (Value("run_exit_code"), Value("running")));
        Assert.Equal((2, 1, 0), (Value("sectors", "state=\"done\""), Value("sectors", "state=\"failed\""), Value("sectors", "state=\"queued\"")));
        Assert.Equal((1, 0), (Value("sector_failures_total", "reason=\"commitment_mismatch\""), Value("sector_failures_total", "reason=\"storage\"")));
        Assert.Equal((3 * Layers, 3 * Layers * Nodes), (Value("layers_total"), Value("phase_nodes_total", "phase=\"label\"")));
        Assert.Equal(3 * Layers * Nodes, Sum("hashes_total", "phase=\"label\""));
        Assert.Equal(3 * Nodes, Sum("hashes_total", "phase=\"trees\""));
        string folder = $"folder=\"{_bench.Temp}\"";
        Assert.InRange(Value("disk_free_bytes", folder), 1, Value("disk_size_bytes", folder));
        Assert.True(Value("phase_bytes_total", "phase=\"install\"") >= 2 * 2048, "two replicas were installed");
        Assert.InRange(Value("last_progress_timestamp_seconds"), Value("run_start_timestamp_seconds"), Value("run_end_timestamp_seconds"));

        ended = await _bench.RunAsync("verify", $"--metadata={Workbench.Sample("2KiB")}", $"--storage={_bench.Result}", "1", "2", "3", $"--metrics-file={Target}", "--json");
        Assert.True(ended.Code == 10, ended.ToString());
        Assert.Equal((2, 1), (Value("checked_sectors", "result=\"good\""), Value("checked_sectors", "result=\"damaged\"")));
        JsonNode path = ended.Lines.Single(line => (string?)line["event"] == "latency")["storage_paths"]![0]!;
        Assert.Equal(_bench.Result, (string?)path["storage_path"]);
        string label = $"storage_path=\"{_bench.Result}\"";
        Assert.Equal((double)path["p99_seconds"]!, Value("read_p99_seconds", label), 1e-6);
        Assert.Equal((double)path["reads"]!, Value("timed_reads", label));
        Assert.DoesNotContain("command=\"recover\"", File.ReadAllText(Target), StringComparison.Ordinal);
    }

    /// <summary>All values of a metric with that label, whatever the others are.</summary>
    private double Sum(string metric, string label) => File.ReadLines(Target)
        .Where(line => line.StartsWith($"sealer_recover_{metric}{{", StringComparison.Ordinal) && line.Contains($",{label},", StringComparison.Ordinal))
        .Sum(line => double.Parse(line[(line.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture));

    /// <summary>The one value of a metric with that label.</summary>
    private double Value(string metric, string? label = null)
    {
        string begin = $"sealer_recover_{metric}{{";
        string line = Assert.Single(
            File.ReadLines(Target), line => line.StartsWith(begin, StringComparison.Ordinal) && (label is null || line.Contains($",{label}}}", StringComparison.Ordinal)));
        return double.Parse(line[(line.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture);
    }
}
