using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using SealerRecover.Rendering;
using SealerRecover.Tests.Pages;
using Xunit;

namespace SealerRecover.Tests.Rendering;

public class JsonViewTests
{
    [Fact]
    public void Standard_output_is_one_object_a_line_and_ends_with_the_report()
    {
        (JsonObject[] lines, string error) = Play();
        Assert.All(lines, line => Assert.Matches("^2026-01-0[0-9]T[0-9:]{8}\\.[0-9]{3}Z$", (string?)line["time"]));
        Assert.Equal(
            ["note", "sector_found", "plan", "progress", "sector_started", "progress", "run", "note", "sector_ended", "sector_ended", "report"],
            lines.Select(line => (string?)line["event"]).Aggregate(new List<string?>(), (kinds, kind) =>
            {
                if (kinds.LastOrDefault() != kind || kind == "sector_ended")
                {
                    kinds.Add(kind);
                }

                return kinds;
            }));
        Assert.Contains("hint: Use --force to move it aside.", error, StringComparison.Ordinal);
    }

    [Fact]
    public void The_run_as_a_whole_says_when_it_is_done_and_who_is_late()
    {
        JsonObject run = Play().Lines.Single(line => (string?)line["event"] == "run");
        Assert.Equal((0, 2, 0.3456, 18_000.0), ((int?)run["ended"], (int?)run["sectors"], (double?)run["fraction"], (double?)run["seconds_left"]));
        Assert.Equal("2026-01-02T08:04:45.000Z", (string?)run["done_about"]);
        Assert.Equal(3UL, (ulong?)Assert.Single(run["late"]!.AsArray())!["number"]);
    }

    [Fact]
    public void The_report_holds_code_sectors_failures_and_advice()
    {
        JsonObject report = Play().Lines[^1];
        Assert.Equal(11, (int?)report["exit_code"]);
        Assert.Equal("target_exists", (string?)report["exit_name"]);
        Assert.Equal(52.0, (double?)report["seconds"]);
        JsonArray sectors = report["sectors"]!.AsArray();
        Assert.Equal("installed", (string?)sectors[0]!["result"]);
        Assert.Equal((string?)sectors[0]!["sealed_cid"], (string?)sectors[0]!["comm_r"]);
        Assert.Equal(2UL, (ulong?)sectors[0]!["sector"]!["number"]);
        Assert.Equal("f01000", (string?)sectors[0]!["sector"]!["miner"]);
        Assert.Equal(2, sectors[0]!["files"]!.AsArray().Count);
        Assert.Equal("failed", (string?)sectors[1]!["result"]);
        Assert.Equal(11, (int?)sectors[1]!["failure"]!["exit_code"]);
        Assert.Null(sectors[1]!["failure"]!["trace"]);
        Assert.Equal("lotus-miner storage redeclare --all", (string?)report["next"]![0]!["commands"]![0]);
        Assert.Equal("2026-01-03T00:00:00.000Z", (string?)report["next"]![0]!["before"]);
    }

    [Fact]
    public void The_plan_says_how_cores_are_divided_and_why()
    {
        JsonObject plan = Play().Lines.Single(line => (string?)line["event"] == "plan");
        JsonNode cores = plan["cores"]!;
        Assert.Equal((8, 2, 2, 1, 2, 4), ((int?)cores["cores"], (int?)cores["sectors_at_once"], (int?)cores["label_threads"],
            (int?)cores["sectors_together"], (int?)cores["look_ahead_threads"], (int?)cores["free_cores"]));
        Assert.Equal("[[7,5],[6,4]]", new JsonArray(cores["label_cpus"]!.DeepClone(), cores["look_ahead_cpus"]!.DeepClone()).ToJsonString());
        Assert.Contains("2 of 3 sectors at once because of memory", (string?)plan["cores_in_words"], StringComparison.Ordinal);
    }

    [Fact]
    public void Progress_comes_once_a_second_with_rate_and_time_left()
    {
        JsonObject[] progress = [.. Play().Lines.Where(line => (string?)line["event"] == "progress" && line["sector"] is not null)];
        Assert.Equal(41, progress.Length);
        JsonObject last = progress[^1];
        Assert.Equal("label", (string?)last["phase"]);
        Assert.Equal("nodes", (string?)last["unit"]);
        Assert.Equal(40_000_000, (long?)last["done"]);
        Assert.Equal(1_000_000.0, (double)last["rate"]!, 1000.0);
        double left = ((9.0 * (1L << 30)) - 40_000_000) / 1_000_000;
        Assert.Equal(left, (double)last["seconds_left"]!, left / 100);
    }

    [Fact]
    public void Found_sectors_carry_times_of_their_epochs()
    {
        JsonObject found = Play().Lines.First(line => (string?)line["event"] == "sector_found");
        Assert.Equal(8, (int?)found["seal_proof"]);
        Assert.Equal("proven", (string?)found["state"]);
        Assert.Equal("2026-01-01T01:00:00.000Z", (string?)found["deadline_opens"]);
        Assert.Equal("2026-02-12T00:00:00.000Z", (string?)found["fault_terminates"]);
    }

    [Fact]
    public void A_line_tells_first_what_it_is_and_when_also_within_the_report()
    {
        (JsonObject[] lines, _) = Play();
        Assert.Equal(
            """{"event":"note","time":"2026-01-02T03:04:05.000Z","text":"f01000 has sectors of 32GiB on network mainnet"}""", lines[0].ToJsonString());
        Assert.Equal(
            """{"event":"sector_started","time":"2026-01-02T03:04:05.000Z","sector":{"miner":"f01000","number":2},"resumed":true}""",
            lines.Single(line => (string?)line["event"] == "sector_started").ToJsonString());
        const string failed = """{"event":"sector_ended","time":"2026-01-02T03:04:56.000Z","sector":{"miner":"f01000","number":3},"result":"failed","sealed_cid":"*","files":[],"seconds":12,"failure":{"exit_code":11,"exit_name":"target_exists","message":"f01000 sector 3: /sector/sealed/s-t01000-3 has other content","hint":"Use --force to move it aside."}}""";
        Assert.Equal(failed.Replace("\"sealed_cid\":\"*\",", "", StringComparison.Ordinal), lines[^2].ToJsonString());
        Assert.Equal(
            failed.Replace("*", Examples.Commitments.CommR.ToString(), StringComparison.Ordinal).Replace("04:56", "04:57", StringComparison.Ordinal),
            lines[^1]["sectors"]![1]!.ToJsonString());
    }

    [Fact]
    public void Every_event_and_field_is_in_both_command_references()
    {
        string[] references = [.. CommandPage.References];
        Type[] types = [.. typeof(JsonLines).Assembly.GetTypes().Where(type =>
            type.Namespace == typeof(JsonLines).Namespace && type.Name.StartsWith("Json", StringComparison.Ordinal)
            && type is { IsClass: true, IsAbstract: false } && type.GetMethod("<Clone>$") is not null)];
        Assert.Equal(79, types.Length);
        foreach (string field in types.SelectMany(type => type.GetProperties()).Where(property => property.Name != "EqualityContract")
            .Select(property => JsonNamingPolicy.SnakeCaseLower.ConvertName(property.Name))
            .Concat(typeof(JsonLine).GetCustomAttributes<JsonDerivedTypeAttribute>().Select(line => (string)line.TypeDiscriminator!)).Distinct())
        {
            Assert.All(references, text => Assert.Contains($"`{field}`", text, StringComparison.Ordinal));
        }
    }

    private static (JsonObject[] Lines, string Error) Play()
    {
        FixedTime time = new();
        StringWriter output = new();
        StringWriter error = new();
        Examples.Play(new JsonView(output, error, time, verbose: false), time);
        string[] lines = output.ToString().Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries);
        return ([.. lines.Select(line => JsonNode.Parse(line)!.AsObject())], error.ToString());
    }
}
