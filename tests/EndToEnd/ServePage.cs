using System.Diagnostics;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using SealerRecover.Tests.Metrics;

namespace EndToEnd;

/// <summary>serve beside real runs, as a browser asks it.</summary>
public sealed class ServePage(ParentCaches caches, Databases databases) : IDisposable
{
    private const string Token = "0123456789abcdef0123456789abcdef";

    private readonly Workbench _bench = new(caches);
    private readonly HttpClient _browser = new() { Timeout = TimeSpan.FromMinutes(2) };

    public void Dispose()
    {
        _browser.Dispose();
        _bench.Dispose();
    }

    [Fact]
    public async Task A_run_is_watched_until_it_is_done_and_nobody_gets_in_who_may_not()
    {
        Directory.CreateDirectory(_bench.Temp);
        _bench.Environment["SEALER_RECOVER_HTTP_TOKEN"] = Token;
        (Executable serving, Uri address) = await ServeAsync($"--sealing-temp={_bench.Temp}");
        using Executable server = serving;
        using StreamReader events = new(await _browser.GetStreamAsync(new Uri(address, "api/events"), TestContext.Current.CancellationToken));
        (string name, JsonObject state) = await NextAsync(events);
        Assert.Equal("site", name);
        Assert.Empty(state["sectors"]!.AsArray());

        Ended ended = await _bench.RunAsync(0, _bench.Recover(Workbench.Sample("2KiB"), "1", "2", "8"));
        Assert.True(ended.Code == 0, ended.ToString());
        List<string> names = [];
        Dictionary<int, string> stages = [];
        while (state["run"]!["ended"] is null || stages.Count < 3 || stages.Values.Any(stage => stage != "done"))
        {
            (name, state) = await NextAsync(events);
            names.Add(name);
            foreach (JsonNode? sector in state["sectors"]!.AsArray())
            {
                stages[(int)sector!["sector"]!["number"]!] = (string)sector["stage"]!;
            }
        }

        Assert.Contains("change", names);
        Assert.Equal(("recover", 0, 1d), ((string?)state["run"]!["command"], (int)state["run"]!["exit_code"]!, (double)state["run"]!["fraction"]!));
        JsonNode detail = JsonNode.Parse(await _browser.GetStringAsync(new Uri(address, "api/sectors/f01000/8"), TestContext.Current.CancellationToken))!;
        Assert.Contains(detail["steps"]!.AsArray(), step => (string?)step!["name"] == "layer_2" && (double)step["fraction"]! == 1);
        Assert.Contains(detail["facts"]!.AsArray(), fact => (string?)fact!["name"] == "sealed_cid");
        Assert.Contains("<!doctype html>", await _browser.GetStringAsync(address, TestContext.Current.CancellationToken), StringComparison.OrdinalIgnoreCase);
        Assert.Contains("sealer_recover_", await _browser.GetStringAsync(new Uri(address, "metrics"), TestContext.Current.CancellationToken), StringComparison.Ordinal);

        Assert.Equal(401, await StatusAsync(new Uri(address, "api/actions/pause"), post: true));
        Assert.Equal(403, await StatusAsync(new Uri(address, "api/actions/pause"), post: true, token: Token));
        Assert.Equal(421, await StatusAsync(new Uri(address, "api/site"), host: "elsewhere.example"));
        Assert.Equal(401, await StatusAsync(new Uri(address, "api/site"), forwarded: true));
        Assert.Equal(200, await StatusAsync(new Uri(address, "api/site"), forwarded: true, token: Token));

        // Somebody still listens.
        long begun = Stopwatch.GetTimestamp();
        server.Terminate();
        ended = await server.EndAsync(TestContext.Current.CancellationToken);
        Assert.True(ended.Code == 130, ended.ToString());
        Assert.True(Stopwatch.GetElapsedTime(begun) < TimeSpan.FromSeconds(8), "it stops within a second or two, and later on a loaded machine");
        Assert.DoesNotContain(Token, ended.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_run_that_was_killed_is_said_to_be_gone_and_a_second_server_has_no_place()
    {
        List<string> arguments = [.. _bench.Recover(Workbench.Sample("8MiB"), "1", "--json")];
        await _bench.StopAsync(arguments, "\"sector_started\"", run =>
        {
            SpinWait.SpinUntil(() => run.HasEnded || File.Exists(Path.Combine(_bench.Temp, ".sealer-recover.site.json")), TimeSpan.FromMinutes(2));
            run.Kill();
        }, () =>
        {
            Directory.Delete(_bench.Result, recursive: true);
            Directory.Delete(_bench.Temp, recursive: true);
        });

        (Executable serving, Uri address) = await ServeAsync($"--sealing-temp={_bench.Temp}");
        using Executable server = serving;
        JsonNode state = await StateAsync(address);
        Assert.Contains(state["concerns"]!.AsArray(), concern => (string?)concern!["kind"] == "run_gone");
        Assert.False((bool)state["machines"]![0]!["alive"]!);

        // Who has no token set up acts nowhere.
        Assert.Equal(403, await StatusAsync(new Uri(address, "api/actions/pause"), post: true, token: Token));

        Ended second = await _bench.RunAsync("serve", $"--sealing-temp={_bench.Temp}", $"--http=127.0.0.1:{address.Port}");
        Assert.True(second.Code == 12, second.ToString());
        Assert.DoesNotContain("Hosting", second.Error, StringComparison.Ordinal);
        Ended nothing = await _bench.RunAsync("serve", $"--sealing-temp={_bench.Temp}/not-there", "--http=127.0.0.1:0");
        Assert.True(nothing.Code == 2, nothing.ToString());
    }

    [Fact]
    public async Task A_fleet_is_acted_on_and_watched_until_it_is_drained()
    {
        _bench.Environment["SEALER_RECOVER_FLEET_DB"] = await databases.CreateEmptyAsync();
        _bench.Environment["SEALER_RECOVER_HTTP_TOKEN"] = Token;
        await _bench.RunAsync(0, ["fleet", "init"]);
        await _bench.RunAsync(0, ["fleet", "submit", $"--metadata={Workbench.Sample("2KiB")}", "1", "2"]);
        using OtlpReceiver receiver = new();
        _bench.Environment["OTEL_EXPORTER_OTLP_ENDPOINT"] = $"http://127.0.0.1:{receiver.Port}";
        _bench.Environment["OTEL_METRIC_EXPORT_INTERVAL"] = "1000";
        (Executable serving, Uri address) = await ServeAsync();
        using Executable server = serving;
        const string Both = """{"sectors":[{"miner":"f01000","number":1},{"miner":"f01000","number":2}],"priority":7}""";
        Assert.Equal(401, await StatusAsync(new Uri(address, "api/actions/pause"), post: true));
        Assert.Equal(2, await ActAsync(address, "pause", Both));
        Assert.Equal(2, await ActAsync(address, "prefer", Both));
        JsonNode state = await StateAsync(address);
        Assert.True((bool)state["is_fleet"]!);
        Assert.All(state["sectors"]!.AsArray(), sector => Assert.Equal((true, 7, "queued"), ((bool)sector!["paused"]!, (int)sector["priority"]!, (string)sector["stage"]!)));

        // The worker serves the same fleet.
        (Executable working, Uri own) = await StartAsync("fleet", "work", $"--sealing-result={_bench.Result}", $"--sealing-temp={_bench.Temp}", "--silent-after=5", "--give-back-after=6");
        using Executable worker = working;
        Assert.Equal(2, await ActAsync(own, "resume", Both));
        using StreamReader events = new(await _browser.GetStreamAsync(new Uri(own, "api/events"), TestContext.Current.CancellationToken));
        Dictionary<int, string> stages = [];
        while (stages.Count < 2 || stages.Values.Any(stage => stage != "done"))
        {
            foreach (JsonNode? sector in (await NextAsync(events)).Data["sectors"]!.AsArray())
            {
                stages[(int)sector!["sector"]!["number"]!] = (string)sector["stage"]!;
                Assert.NotEqual("failed", (string?)sector["stage"]);
            }
        }

        string metrics = await _browser.GetStringAsync(new Uri(own, "metrics"), TestContext.Current.CancellationToken);
        foreach (string line in (string[])["sealer_recover_running{command=\"fleet\"} 1\n", "sealer_recover_site_sectors{state=\"done\"} 2\n", "sealer_recover_site_up 1\n", "sealer_recover_site_machine_gone{machine="])
        {
            Assert.Contains(line, metrics, StringComparison.Ordinal);
        }

        Assert.Contains("sealer_recover_hashes_total{command=\"fleet\",phase=\"label\",kernel=", metrics, StringComparison.Ordinal);
        foreach (string scrape in Promtool.IsThere ? (string[])[metrics, await _browser.GetStringAsync(new Uri(address, "metrics"), TestContext.Current.CancellationToken)] : [])
        {
            Assert.Equal((0, ""), Promtool.Run(scrape, "check", "metrics"));
        }

        // serve sends the fleet by OTLP, the worker its run.
        for (int i = 0; !receiver.All.Any(IsDone) || !receiver.All.Any(IsOfWorker); i++)
        {
            Assert.True(i < 1200, "nothing came in two minutes");
            await Task.Delay(100, TestContext.Current.CancellationToken);
        }

        Assert.Equal(1, await ActAsync(address, "drain", "{}"));
        Ended ended = await worker.EndAsync(TestContext.Current.CancellationToken);
        Assert.True(ended.Code == 0, ended.ToString());
        Assert.DoesNotContain(PostgresServer.Password, ended.ToString(), StringComparison.Ordinal);
        new ExpectedFiles("2KiB").AssertInstalled(_bench.Result, [1, 2]);

        static bool IsDone(Received received) => received.Points.Any(point =>
            point is { Metric: "sealer_recover_site_sectors", Value: 2 } && point.Labels["state"] == "done" && point.Labels["command"] == "serve");

        static bool IsOfWorker(Received received) => received.Points.Any(point => point is { Metric: "sealer_recover_layers_total", Value: > 0 } && point.Labels["command"] == "fleet");
    }

    private async Task<int> ActAsync(Uri address, string action, string body)
    {
        using HttpRequestMessage request = new(HttpMethod.Post, new Uri(address, $"api/actions/{action}"));
        request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Token);
        using HttpResponseMessage response = await _browser.SendAsync(request, TestContext.Current.CancellationToken);
        string text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(response.IsSuccessStatusCode, text);
        return (int)JsonNode.Parse(text)!["changed"]!;
    }

    private async Task<JsonNode> StateAsync(Uri address) =>
        JsonNode.Parse(await _browser.GetStringAsync(new Uri(address, "api/site"), TestContext.Current.CancellationToken))!;

    private Task<(Executable Server, Uri Address)> ServeAsync(params string[] arguments) => StartAsync(["serve", .. arguments]);

    private async Task<(Executable Server, Uri Address)> StartAsync(params string[] arguments)
    {
        TaskCompletionSource<Uri> served = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Executable server = _bench.Start([.. arguments, "--http=127.0.0.1:0", "--json"], line =>
        {
            if (JsonNode.Parse(line) is { } told && (string?)told["event"] == "serving")
            {
                served.TrySetResult(new Uri((string)told["url"]!));
            }
        });
        return (server, await served.Task.WaitAsync(TimeSpan.FromMinutes(2), TestContext.Current.CancellationToken));
    }

    private async Task<int> StatusAsync(Uri address, bool post = false, string? token = null, string? host = null, bool forwarded = false)
    {
        using HttpRequestMessage request = new(post ? HttpMethod.Post : HttpMethod.Get, address);
        request.Content = post ? new StringContent("{}", Encoding.UTF8, "application/json") : null;
        request.Headers.Host = host;
        request.Headers.Authorization = token is null ? null : new AuthenticationHeaderValue("Bearer", token);
        if (forwarded)
        {
            request.Headers.Add("X-Forwarded-For", "10.0.0.9");
        }

        using HttpResponseMessage response = await _browser.SendAsync(request, TestContext.Current.CancellationToken);
        return (int)response.StatusCode;
    }

    private static async Task<(string Name, JsonObject Data)> NextAsync(StreamReader events)
    {
        string name = "";
        while (await events.ReadLineAsync(TestContext.Current.CancellationToken) is { } line)
        {
            if (line.StartsWith("event: ", StringComparison.Ordinal))
            {
                name = line[7..];
            }
            else if (line.StartsWith("data: ", StringComparison.Ordinal))
            {
                return (name, JsonNode.Parse(line[6..])!.AsObject());
            }
        }

        throw new InvalidOperationException("the stream ended");
    }
}
