using System.Text.Json;
using Filecoin.Primitives;
using SealerRecover.Recovery.Site;
using Xunit;

namespace SealerRecover.Server.Tests;

public sealed class AnswersTests
{
    [Fact]
    public async Task The_state_is_told_in_snake_case_and_read_back()
    {
        FakeSite site = new();
        await using Served served = await Served.StartAsync(site);
        (int status, string text) = await served.AskAsync("/api/site");
        Assert.Equal(200, status);
        Assert.Contains("""{"sector":{"miner":"f01000","number":1},"stage":"labelling",""", text, StringComparison.Ordinal);
        Assert.Contains("\"level\":\"urgent\"", text, StringComparison.Ordinal);
        Assert.DoesNotContain("null", text, StringComparison.Ordinal);
        SiteState read = JsonSerializer.Deserialize(text, SiteJson.Default.SiteState)!;
        Assert.Equal(site.Read().Sectors.AsEnumerable(), read.Sectors);
    }

    [Fact]
    public async Task A_sector_is_told_or_is_not_there()
    {
        await using Served served = await Served.StartAsync(new FakeSite());
        Assert.Contains("\"diagnosis\":\"none\"", (await served.AskAsync("/api/sectors/f01000/2")).Text, StringComparison.Ordinal);
        Assert.Equal(404, (await served.AskAsync("/api/sectors/f01000/3")).Status);
        Assert.Equal(404, (await served.AskAsync("/api/sectors/f01001/2")).Status);
        Assert.Equal(404, (await served.AskAsync("/api/sectors/x/-2")).Status);
    }

    [Fact]
    public async Task Actions_do_what_they_say_and_refuse_what_they_cannot_read()
    {
        FakeSite site = new();
        await using Served served = await Served.StartAsync(site);
        const string Two = """[{"miner":"f01000","number":1},{"miner":"f01000","number":2}]""";
        Assert.Equal("""{"changed":2}""", (await served.AskAsync("/api/actions/cancel", $$"""{"sectors":{{Two}}}""", Served.Token)).Text);
        Assert.Equal(200, (await served.AskAsync("/api/actions/prefer", $$"""{"sectors":{{Two}},"priority":7}""", Served.Token)).Status);
        Assert.Equal(200, (await served.AskAsync("/api/actions/resume", "{}", Served.Token)).Status);
        Assert.Equal(200, (await served.AskAsync("/api/actions/retry", """{"sectors":[]}""", Served.Token)).Status);
        Assert.Equal(200, (await served.AskAsync("/api/actions/drain", """{"machine":"b"}""", Served.Token)).Status);
        Assert.Equal(["cancel 1,2", "prefer 7 1,2", "resume", "retry", "drain b"], site.Done);

        Assert.Equal(400, (await served.AskAsync("/api/actions/cancel", "{}", Served.Token)).Status);
        Assert.Equal(400, (await served.AskAsync("/api/actions/prefer", $$"""{"sectors":{{Two}},"priority":-1}""", Served.Token)).Status);
        Assert.Equal(400, (await served.AskAsync("/api/actions/pause", "null", Served.Token)).Status);
        Assert.Equal(400, (await served.AskAsync("/api/actions/pause", """{"sectors":[7]}""", Served.Token)).Status);
        Assert.Equal(400, (await served.AskAsync("/api/actions/pause", "{", Served.Token)).Status);
        Assert.Equal(404, (await served.AskAsync("/api/actions/explode", "{}", Served.Token)).Status);
        Assert.Equal(413, (await served.AskAsync("/api/actions/pause", $$"""{"machine":"{{new string('x', 2 << 20)}}"}""", Served.Token)).Status);
        Assert.Equal(405, (await served.AskAsync("/api/actions/pause", token: Served.Token)).Status);
        Assert.Equal(5, site.Done.Count);
    }

    [Fact]
    public async Task A_site_that_cannot_be_read_is_said_to_be_so()
    {
        FakeSite site = new() { Trouble = new OperatorException(FailureKind.NodeUnreachable, "the database is away", $"look at {Setting.TempFolder}") };
        await using Served served = await Served.StartAsync(site);
        Assert.Equal((503, """{"text":"the database is away","hint":"look at TempFolder"}"""), await served.AskAsync("/api/site"));
        Assert.Equal(503, (await served.AskAsync("/api/actions/pause", "{}", Served.Token)).Status);
    }

    [Fact]
    public async Task Metrics_are_Prometheus_text_and_the_page_is_there()
    {
        await using Served served = await Served.StartAsync(new FakeSite());
        Assert.Equal((200, "a_metric 1\n"), await served.AskAsync("/metrics"));
        Assert.Equal((200, "a_metric 1\n"), await served.AskAsync("/debug/metrics"));
        (int status, string page) = await served.AskAsync("/");
        Assert.Equal(200, status);
        Assert.Contains("<html", page, StringComparison.Ordinal);
        Assert.Equal(404, (await served.AskAsync("/page/../SiteServer.cs")).Status);
    }

    [Fact]
    public async Task Readers_at_once_cost_the_site_one_reading()
    {
        FakeSite site = new();
        await using Served served = await Served.StartAsync(site, time: new StoppedTime());
        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => served.AskAsync("/api/site")));
        Assert.Equal(1, site.Reads);
    }

    private sealed class StoppedTime : TimeProvider
    {
        public override long GetTimestamp() => 1;
    }
}
