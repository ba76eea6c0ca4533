using Xunit;

namespace SealerRecover.Server.Tests;

public sealed class GuardTests
{
    private const string Pause = """{"sectors":[{"miner":"f01000","number":1}]}""";

    [Theory]
    [InlineData("localhost", 200)]
    [InlineData("LOCALHOST:8700", 200)]
    [InlineData("127.0.0.1:8700", 200)]
    [InlineData("[::1]:8700", 200)]
    [InlineData("sealer.example", 200)]
    [InlineData("elsewhere.example", 421)]
    [InlineData("localhost.elsewhere.example", 421)]
    [InlineData("127.0.0.1.elsewhere.example", 421)]
    public async Task A_name_that_is_not_the_server_s_is_not_answered(string host, int status)
    {
        await using Served served = await Served.StartAsync(new FakeSite());
        Assert.Equal(status, (await served.AskAsync("/api/site", host: host)).Status);
        Assert.Equal(status, (await served.AskAsync("/", host: host)).Status);
    }

    [Fact]
    public async Task Nobody_acts_without_the_token()
    {
        FakeSite site = new();
        await using Served served = await Served.StartAsync(site);
        Assert.Equal(401, (await served.AskAsync("/api/actions/pause", Pause)).Status);
        Assert.Equal(401, (await served.AskAsync("/api/actions/pause", Pause, "another-token-that-is-long")).Status);
        Assert.Equal(401, (await served.AskAsync("/API/Actions/pause", Pause)).Status);
        Assert.Equal(401, (await served.AskAsync("/api/actions/pause?token=" + Served.Token, Pause)).Status);
        Assert.Empty(site.Done);
        Assert.Equal((200, """{"changed":1}"""), await served.AskAsync("/api/actions/pause", Pause, Served.Token));
        Assert.Equal(["pause 1"], site.Done);
    }

    [Fact]
    public async Task Nobody_acts_where_there_is_no_token_or_no_fleet()
    {
        FakeSite fleet = new();
        await using Served open = await Served.StartAsync(fleet, token: null);
        (int status, string text) = await open.AskAsync("/api/actions/pause", Pause, Served.Token);
        Assert.Equal(403, status);
        Assert.Equal("""{"text":"nobody may act here","hint":"start the server with a token","code":"nobody_acts"}""", text);
        Assert.Empty(fleet.Done);
        Assert.Contains("\"actions\":false", (await open.AskAsync("/api/about")).Text, StringComparison.Ordinal);

        await using Served watched = await Served.StartAsync(new FakeSite { IsWatchedOnly = true });
        Assert.Equal(403, (await watched.AskAsync("/api/actions/pause", Pause, Served.Token)).Status);
    }

    [Theory]
    [InlineData("/api/site")]
    [InlineData("/api/events")]
    [InlineData("/api/sectors/f01000/1")]
    [InlineData("/metrics")]
    [InlineData("/debug/metrics")]
    public async Task What_a_proxy_forwards_comes_from_elsewhere_and_needs_the_token_to_read(string path)
    {
        await using Served served = await Served.StartAsync(new FakeSite());
        Assert.Equal(401, (await served.AskAsync(path, header: ("X-Forwarded-For", "10.0.0.9"))).Status);
        if (path != "/api/events")
        {
            Assert.Equal(200, (await served.AskAsync(path, token: Served.Token, header: ("X-Forwarded-For", "10.0.0.9"))).Status);
            Assert.Equal(200, (await served.AskAsync(path)).Status);
        }

        Assert.Contains("\"token_needed\":true", (await served.AskAsync("/api/about", header: ("Forwarded", "for=10.0.0.9"))).Text, StringComparison.Ordinal);
        Assert.Equal(200, (await served.AskAsync("/", header: ("X-Forwarded-For", "10.0.0.9"))).Status);
        await using Served open = await Served.StartAsync(new FakeSite(), token: null);
        Assert.Equal(403, (await open.AskAsync(path, header: ("X-Forwarded-For", "10.0.0.9"))).Status);
    }

    [Theory]
    [InlineData("/metrics/")]
    [InlineData("/Metrics")]
    [InlineData("/debug/metrics/")]
    [InlineData("/api/site/")]
    [InlineData("/api/sites/../site")]
    [InlineData("/api/%73ite")]
    [InlineData("/API/SITE")]
    [InlineData("/api/sectors/f01000/1/")]
    public async Task A_path_that_is_spelt_otherwise_opens_nothing(string path)
    {
        await using Served served = await Served.StartAsync(new FakeSite());
        Assert.Equal(401, (await served.AskAsync(path, header: ("X-Forwarded-For", "10.0.0.9"))).Status);
        Assert.Equal(200, (await served.AskAsync(path)).Status);
        Assert.Equal(401, (await served.AskAsync("/api/actions/pause/", Pause)).Status);
        Assert.Equal(401, (await served.AskAsync("/api/about", Pause)).Status);
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/page/index.html")]
    [InlineData("/page/nothing")]
    [InlineData("/api/about")]
    [InlineData("/api/nothing")]
    public async Task Every_answer_tells_browsers_what_the_page_may_do(string path)
    {
        await using Served served = await Served.StartAsync(new FakeSite());
        using HttpResponseMessage response = await served.Client.GetAsync(new Uri(path, UriKind.Relative), TestContext.Current.CancellationToken);
        string policy = Assert.Single(response.Headers.GetValues("Content-Security-Policy"));
        Assert.StartsWith("default-src 'none'; script-src 'self';", policy, StringComparison.Ordinal);
        Assert.Contains("frame-ancestors 'none'", policy, StringComparison.Ordinal);
        Assert.Equal("nosniff", Assert.Single(response.Headers.GetValues("X-Content-Type-Options")));
        Assert.Equal("no-referrer", Assert.Single(response.Headers.GetValues("Referrer-Policy")));
        Assert.Equal("same-origin", Assert.Single(response.Headers.GetValues("Cross-Origin-Opener-Policy")));
        Assert.Equal("same-origin", Assert.Single(response.Headers.GetValues("Cross-Origin-Resource-Policy")));
        Assert.Equal(path.StartsWith("/api", StringComparison.Ordinal) ? "no-store" : "no-cache", response.Headers.CacheControl!.ToString());
        Assert.False(response.Headers.Contains("Set-Cookie"));
        Assert.False(response.Headers.Contains("Access-Control-Allow-Origin"));
    }
}
