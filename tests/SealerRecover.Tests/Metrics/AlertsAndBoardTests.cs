using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Filecoin.Primitives;
using SealerRecover.Recovery.Metrics;
using SealerRecover.Recovery.Resources;
using SealerRecover.Recovery.Site;
using Xunit;

namespace SealerRecover.Tests.Metrics;

/// <summary>What is offered beside the program, and the page, speak of metrics that there are.</summary>
public sealed partial class AlertsAndBoardTests : IDisposable
{
    /// <summary>Labels that Prometheus and the file add to every sample.</summary>
    private static readonly string[] Everywhere = ["command", "file", "instance"];

    private static readonly string Contrib = Path.Combine(VectorFiles.RepositoryRoot, "contrib");

    private readonly string _folder = Directory.CreateTempSubdirectory("sealer-recover-metrics-").FullName;

    private static JsonObject BoardFile => JsonNode.Parse(File.ReadAllText(Path.Combine(Contrib, "grafana.json")))!.AsObject();

    private static JsonObject[] Panels => [.. BoardFile["panels"]!.AsArray().Select(panel => panel!.AsObject())];

    /// <summary>Queries of the board, by the title of their panel.</summary>
    private static (string Title, string Query)[] Board =>
    [
        .. Panels.Where(panel => (string)panel["type"]! != "row")
            .SelectMany(panel => panel["targets"]!.AsArray().Select(target => ((string)panel["title"]!, (string)target!["expr"]!))),
    ];

    private static string[] Alerts => [.. Expression().Matches(File.ReadAllText(Path.Combine(Contrib, "alerts.yml"))).Select(rule => rule.Groups["query"].Value)];

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Every_query_names_metrics_and_labels_that_there_are()
    {
        (string Title, string Query)[] all = [.. Board, .. Alerts.Select(query => ("alert", query))];
        Assert.Equal(13, Alerts.Length);
        Assert.True(Board.Length > 40, "the board has queries");
        foreach ((string title, string query) in all)
        {
            Match[] named = Named().Matches(query).ToArray();
            Assert.True(named.Length > 0, $"{title}: {query}");
            foreach (Match one in named)
            {
                Metric? metric = Metric.All.SingleOrDefault(known => known.Name == one.Groups["name"].Value);
                Assert.True(metric is not null, $"{title}: {one.Groups["name"].Value} is no metric");
                Assert.All(Label().Matches(one.Groups["labels"].Value), label =>
                    Assert.True(metric.Labels.Concat(Everywhere).Contains(label.Groups["name"].Value), $"{title}: {label.Groups["name"].Value} is no label of {metric.Name}"));
            }
        }
    }

    [Fact]
    public void Every_alert_is_tested_that_it_comes_and_that_it_does_not()
    {
        string tests = File.ReadAllText(Path.Combine(Contrib, "alerts_test.yml"));
        string[] names = [.. AlertName().Matches(File.ReadAllText(Path.Combine(Contrib, "alerts.yml"))).Select(alert => alert.Groups["name"].Value)];
        Assert.Equal(Alerts.Length, names.Length);
        Assert.All(names, name =>
        {
            Assert.Matches($@"alertname: {name}\s+exp_alerts:", tests);
            Assert.Matches($@"alertname: {name}(\}}|\s+-|\s*$)", tests);
        });
    }

    [Fact]
    public void The_board_is_one_that_Grafana_takes()
    {
        JsonObject board = BoardFile;
        Assert.InRange((int)board["schemaVersion"]!, 36, 41);
        Assert.NotEmpty((string)board["uid"]!);
        Assert.Null(board["id"]);
        string[] variables = [.. board["templating"]!["list"]!.AsArray().Select(variable => (string)variable!["name"]!)];
        Assert.Equal("datasource", (string)board["templating"]!["list"]![0]!["type"]!);
        Assert.Equal(Panels.Length, Panels.Select(panel => (int)panel["id"]!).Distinct().Count());
        HashSet<(int, int)> taken = [];
        foreach (JsonObject panel in Panels)
        {
            string title = (string)panel["title"]!;
            Assert.Contains((string)panel["type"]!, (string[])["row", "gauge", "stat", "table", "timeseries", "bargauge"]);
            (int x, int y, int w, int h) = ((int)panel["gridPos"]!["x"]!, (int)panel["gridPos"]!["y"]!, (int)panel["gridPos"]!["w"]!, (int)panel["gridPos"]!["h"]!);
            Assert.True(x >= 0 && x + w <= 24, $"{title} is wider than the board");
            Assert.All(Enumerable.Range(0, w * h), i => Assert.True(taken.Add((x + (i % w), y + (i / w))), $"{title} lies on another"));
            if ((string)panel["type"]! == "row")
            {
                continue;
            }

            JsonArray targets = panel["targets"]!.AsArray();
            Assert.NotEmpty(targets);
            Assert.Equal(targets.Count, targets.Select(target => (string)target!["refId"]!).Distinct().Count());
            Assert.All(targets.Append(panel), part => Assert.Equal(("prometheus", "${source}"), ((string)part!["datasource"]!["type"]!, (string)part["datasource"]!["uid"]!)));
            Assert.All(targets, target => Assert.All(
                Variable().Matches((string)target!["expr"]!), used => Assert.Contains(used.Groups["name"].Value, (string[])[.. variables, "__rate_interval"])));
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
    public void A_scrape_of_a_run_and_a_fleet_is_what_Prometheus_takes()
    {
        RunMetrics run = new("1.2.3", DateTimeOffset.UnixEpoch);
        run.Beside(new MachineReadings(_folder).Read);
        string scrape = new SiteScrape("1.2.3", (run, "fleet"), new Watched()).Text();
        Assert.Contains("sealer_recover_disk_free_bytes{", scrape, StringComparison.Ordinal);
        Assert.Contains("sealer_recover_site_machine_gone{machine=\"north \\\"1\\\":/temp\"} 1\n", scrape, StringComparison.Ordinal);
        Promtool.Need();
        Assert.Equal((0, ""), Promtool.Run(scrape, "check", "metrics"));
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

    [GeneratedRegex(@"^ +- alert: (?<name>\w+)$", RegexOptions.Multiline)]
    private static partial Regex AlertName();

    [GeneratedRegex(@"\$\{?(?<name>\w+)")]
    private static partial Regex Variable();

    [GeneratedRegex(@"^ +expr: (?<query>.+)$", RegexOptions.Multiline)]
    private static partial Regex Expression();

    [GeneratedRegex(@"\b(?<name>(?:sealer_recover|node)_\w*[a-z0-9])(?:\{(?<labels>[^}]*)\})?")]
    private static partial Regex Named();

    [GeneratedRegex(@"(?<name>\w+)=~?""")]
    private static partial Regex Label();

    [GeneratedRegex(@"^\| `(?<name>sealer_recover_\w+)` \| (?<kind>\w+) \| (?<labels>[^|]*) \| (?<help>.*) \|$", RegexOptions.Multiline)]
    private static partial Regex Row();

    private sealed class Watched : ISite
    {
        public ISiteActions? Actions => null;

        public SiteState Read() => new()
        {
            At = DateTimeOffset.UnixEpoch,
            Source = "fleet",
            IsFleet = true,
            Version = "1.2.3",
            Run = new SiteRun { Fraction = 0.5, LostPerDay = "1" },
            Sectors = [new SiteSector { Sector = new SectorId(new Filecoin.Primitives.ActorId(1000), 7), Stage = SectorStage.Failed, ExitCode = 8, FaultEnd = DateTimeOffset.UnixEpoch.AddDays(1) }],
            Machines = [new SiteMachine { Name = "north \"1\":/temp", Alive = false, HeardSecondsAgo = 5, Disk = 10, DiskAvailable = 1, Memory = 10, MemoryAvailable = 5, Busy = 0.1, LabelRate = 1, LabelRateExpected = 2 }],
        };

        public SiteSectorDetail? Sector(SectorId sector) => null;
    }
}
