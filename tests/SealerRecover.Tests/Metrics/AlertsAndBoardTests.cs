using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using SealerRecover.Recovery.Metrics;
using Xunit;

namespace SealerRecover.Tests.Metrics;

/// <summary>What is offered beside the program, and the page, speak of metrics that there are.</summary>
public sealed partial class AlertsAndBoardTests : IDisposable
{
    /// <summary>Labels that Prometheus and the file add to every sample.</summary>
    private static readonly string[] Everywhere = ["command", "file", "instance"];

    /// <summary>Metrics of node_exporter itself.</summary>
    private static readonly string[] Others = ["node_filesystem_avail_bytes", "node_filesystem_size_bytes"];

    private static readonly string Contrib = Path.Combine(VectorFiles.RepositoryRoot, "contrib");

    private readonly string _folder = Directory.CreateTempSubdirectory("sealer-recover-metrics-").FullName;

    /// <summary>Queries of the board, by the title of their panel.</summary>
    private static (string Title, string Query)[] Board =>
    [
        .. JsonNode.Parse(File.ReadAllText(Path.Combine(Contrib, "grafana.json")))!["panels"]!.AsArray()
            .SelectMany(panel => panel!["targets"]!.AsArray().Select(target => ((string)panel["title"]!, (string)target!["expr"]!))),
    ];

    private static string[] Alerts => [.. Expression().Matches(File.ReadAllText(Path.Combine(Contrib, "alerts.yml"))).Select(rule => rule.Groups["query"].Value)];

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Every_query_names_metrics_and_labels_that_there_are()
    {
        (string Title, string Query)[] all = [.. Board, .. Alerts.Select(query => ("alert", query))];
        Assert.Equal(7, Alerts.Length);
        Assert.True(Board.Length > 20, "the board has queries");
        foreach ((string title, string query) in all)
        {
            Match[] named = Named().Matches(query).ToArray();
            Assert.True(named.Length > 0, $"{title}: {query}");
            foreach (Match one in named.Where(one => !Others.Contains(one.Groups["name"].Value)))
            {
                Metric? metric = Metric.All.SingleOrDefault(known => known.Name == one.Groups["name"].Value);
                Assert.True(metric is not null, $"{title}: {one.Groups["name"].Value} is no metric");
                Assert.All(Label().Matches(one.Groups["labels"].Value), label =>
                    Assert.True(metric.Labels.Concat(Everywhere).Contains(label.Groups["name"].Value), $"{title}: {label.Groups["name"].Value} is no label of {metric.Name}"));
            }
        }
    }

    [Fact]
    public void A_query_of_something_else_would_be_found() =>
        Assert.Equal(["sealer_recover_sectorz", "node_load1"], Named().Matches("sum(rate(sealer_recover_sectorz{a=\"b\"}[5m])) / on (instance) node_load1").Select(one => one.Groups["name"].Value));

    [Theory]
    [InlineData("metrics.md", true)]
    [InlineData("metrics_CN.md", false)]
    public void The_page_has_a_row_for_every_metric_in_order_and_for_nothing_else(string page, bool says)
    {
        Match[] rows = Row().Matches(File.ReadAllText(Path.Combine(VectorFiles.RepositoryRoot, "docs", page))).ToArray();
        Assert.Equal(
            Metric.All.Select(metric => (metric.Name, metric.Kind.ToString().ToLowerInvariant(), string.Join(", ", metric.Labels.Select(label => $"`{label}`")), says ? metric.Help : "")),
            rows.Select(row => (row.Groups["name"].Value, row.Groups["kind"].Value, row.Groups["labels"].Value, says ? row.Groups["help"].Value : "")));
        Assert.All(rows, row => Assert.NotEmpty(row.Groups["help"].Value.Trim()));
    }

    [Fact]
    public void The_page_names_no_metric_that_is_not_there()
    {
        HashSet<string> known = [.. Metric.All.Select(metric => metric.Name)];
        foreach (string page in new[] { "metrics.md", "metrics_CN.md" })
        {
            Assert.All(Named().Matches(File.ReadAllText(Path.Combine(VectorFiles.RepositoryRoot, "docs", page))).Where(one => one.Value.StartsWith("sealer_recover_", StringComparison.Ordinal)), one => Assert.Contains(one.Groups["name"].Value, known));
        }
    }

    [Fact]
    public void Every_state_of_a_sector_is_on_the_page()
    {
        foreach (string page in new[] { "metrics.md", "metrics_CN.md" })
        {
            string text = File.ReadAllText(Path.Combine(VectorFiles.RepositoryRoot, "docs", page));
            Assert.All(Enum.GetValues<SectorStage>(), stage => Assert.Contains($"`{stage.ToString().ToLowerInvariant()}`", text, StringComparison.Ordinal));
        }
    }

    [Fact]
    public void Alerts_come_when_they_should_and_only_then()
    {
        Promtool.Need();
        (int checkedWell, string found) = Promtool.Run("", "check", "rules", Path.Combine(Contrib, "alerts.yml"));
        Assert.True(checkedWell == 0, found);
        (int tested, string said) = Promtool.Run("", "test", "rules", Path.Combine(Contrib, "alerts_test.yml"));
        Assert.True(tested == 0, said);
    }

    [Fact]
    public void Queries_of_the_board_are_well_formed()
    {
        Promtool.Need();
        IEnumerable<string> rules = Board.Select((panel, i) =>
            $"      - record: board:query:{i}\n        expr: '{panel.Query.Replace("$__rate_interval", "5m", StringComparison.Ordinal)}'\n");
        string file = Path.Combine(_folder, "board.yml");
        File.WriteAllText(file, $"groups:\n  - name: board\n    rules:\n{string.Concat(rules)}");
        (int code, string said) = Promtool.Run("", "check", "rules", file);
        Assert.True(code == 0, said);
    }

    [GeneratedRegex(@"^ +expr: (?<query>.+)$", RegexOptions.Multiline)]
    private static partial Regex Expression();

    [GeneratedRegex(@"\b(?<name>(?:sealer_recover|node)_\w*[a-z0-9])(?:\{(?<labels>[^}]*)\})?")]
    private static partial Regex Named();

    [GeneratedRegex(@"(?<name>\w+)=~?""")]
    private static partial Regex Label();

    [GeneratedRegex(@"^\| `(?<name>sealer_recover_\w+)` \| (?<kind>\w+) \| (?<labels>[^|]*) \| (?<help>.*) \|$", RegexOptions.Multiline)]
    private static partial Regex Row();
}
