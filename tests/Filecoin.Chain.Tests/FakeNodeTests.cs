using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Filecoin.Primitives;
using Xunit;

namespace SealerRecover.Tests.Chain;

/// <summary>The fake node against what is known of real ones, asked with a bare HTTP client.</summary>
public sealed class FakeNodeTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("""{"jsonrpc":"2.0","method":"Filecoin.ChainHead","params":[]}""", 200, "")]
    [InlineData("""{"jsonrpc":"2.0","id":7,"method":"Filecoin.ChainHead","params":[1]}""", 500, "wrong param count (method 'Filecoin.ChainHead'): 1 != 0")]
    [InlineData("""{"jsonrpc":"2.0","id":7,"method":"Filecoin.Nothing","params":[]}""", 500, "-32601")]
    [InlineData("""{"jsonrpc":"2.0","id":7,"method":"ChainHead","params":[]}""", 500, "-32601")]
    [InlineData("""{"jsonrpc":"2.0","id":7,"method":"Filecoin.StateNetworkName","params":[]}""", 200, "\"result\":\"localnet\"")]
    [InlineData("""{"jsonrpc":"2.0","id":7,"method":"Filecoin.StateGetRandomnessFromTickets","params":[5,9,"QwDoBw==",null]}""", 200, "zero length array")]
    [InlineData("""{"jsonrpc":"2.0","id":7,"method":"Filecoin.ChainGetTipSetByHeight","params":[99999,null]}""", 200, "height greater than start point, req: 99999, head: 20000")]
    [InlineData("""{"jsonrpc":"2.0","id":7,"method":"Filecoin.StateMinerInfo","params":["f077",null]}""", 200, "actor not found")]
    public async Task Envelope_and_errors_are_those_of_lotus(string request, int status, string contains)
    {
        await using FakeNode node = await FakeNode.StartAsync(new FakeChain());
        (HttpStatusCode got, string body) = await PostAsync(node, request);
        Assert.Equal(status, (int)got);
        Assert.Contains(contains, body, StringComparison.Ordinal);
        Assert.Equal(contains.Length == 0, body.Length == 0);
    }

    [Fact]
    public async Task A_bad_token_is_401_with_an_empty_body_and_none_reads()
    {
        await using FakeNode node = await FakeNode.StartAsync(new FakeChain(), token: "good");
        const string Request = """{"jsonrpc":"2.0","id":7,"method":"Filecoin.StateNetworkName","params":[]}""";
        Assert.Equal((HttpStatusCode.Unauthorized, ""), await PostAsync(node, Request, "Bearer bad"));
        Assert.Equal((HttpStatusCode.Unauthorized, ""), await PostAsync(node, Request, "good"));
        Assert.Equal(HttpStatusCode.OK, (await PostAsync(node, Request, "Bearer good")).Status);
        Assert.Equal(HttpStatusCode.OK, (await PostAsync(node, Request)).Status);
        node.RequireToken = true;
        Assert.Equal((HttpStatusCode.Unauthorized, ""), await PostAsync(node, Request));
    }

    [Theory]
    [InlineData("ByHeight", 100, 99)]
    [InlineData("ByHeight", 101, 99)]
    [InlineData("ByHeight", 102, 102)]
    [InlineData("AfterHeight", 100, 102)]
    [InlineData("AfterHeight", 99, 99)]
    public async Task Null_rounds_give_the_tipset_before_or_after(string which, long asked, long got)
    {
        FakeChain chain = new();
        chain.NullRounds.UnionWith([100, 101]);
        await using FakeNode node = await FakeNode.StartAsync(chain);
        JsonNode? tipset = await ResultAsync(node, $"ChainGetTipSet{which}", $"[{asked},null]");
        Assert.Equal(got, tipset?["Height"]?.GetValue<long>());
        Assert.Equal(
            chain.AtOrBefore(got - 1).Blocks.Select(block => block.Cid),
            tipset!["Blocks"]![0]!["Parents"]!.AsArray().Select(parent => parent!["/"]!.GetValue<string>()));
    }

    [Theory]
    [InlineData(13_000, false, false)]
    [InlineData(13_001, true, false)]
    [InlineData(15_000, true, false)]
    [InlineData(15_001, false, true)]
    public async Task State_at_a_tipset_is_that_before_its_messages(long epoch, bool preCommitted, bool proven)
    {
        FakeChain chain = new();
        chain.AddMiner(1000, SectorSize.KiB2).Add(Lost.Proven(2));
        await using FakeNode node = await FakeNode.StartAsync(chain);
        JsonNode? tipset = await ResultAsync(node, "ChainGetTipSetByHeight", $"[{epoch},null]");
        string parameters = $"[\"f01000\",2,{tipset!["Cids"]!.ToJsonString()}]";
        Assert.Equal(preCommitted, await ResultAsync(node, "StateSectorPreCommitInfo", parameters) is not null);
        Assert.Equal(proven, await ResultAsync(node, "StateSectorGetInfo", parameters) is not null);

        node.StateKeptFrom = epoch + 1;
        (_, string body) = await PostAsync(node, $$"""{"jsonrpc":"2.0","id":1,"method":"Filecoin.StateSectorGetInfo","params":{{parameters}}}""");
        Assert.Contains("failed to load state tree", body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Faults_end_after_their_number_of_times()
    {
        await using FakeNode node = await FakeNode.StartAsync(new FakeChain());
        node.Inject("StateNetworkName", Fault.Status(503), times: 2);
        node.Inject("*", Fault.Status(502), times: 1);
        const string Request = """{"jsonrpc":"2.0","id":7,"method":"Filecoin.StateNetworkName","params":[]}""";
        List<int> statuses = [];
        for (int i = 0; i < 4; i++)
        {
            statuses.Add((int)(await PostAsync(node, Request)).Status);
        }

        Assert.Equal([503, 503, 502, 200], statuses);
        Assert.Equal(4, node.Count("StateNetworkName"));
    }

    private static async Task<JsonNode?> ResultAsync(FakeNode node, string method, string parameters)
    {
        (_, string body) = await PostAsync(node, $$"""{"jsonrpc":"2.0","id":1,"method":"Filecoin.{{method}}","params":{{parameters}}}""");
        JsonNode answer = JsonNode.Parse(body)!;
        Assert.Null(answer["error"]);
        return answer["result"];
    }

    private static async Task<(HttpStatusCode Status, string Body)> PostAsync(FakeNode node, string json, string? authorization = null)
    {
        using HttpClient http = new();
        using HttpRequestMessage request = new(HttpMethod.Post, node.Url + "/rpc/v1") { Content = new StringContent(json, Encoding.UTF8, "application/json") };
        if (authorization is not null)
        {
            request.Headers.TryAddWithoutValidation("Authorization", authorization);
        }

        using HttpResponseMessage response = await http.SendAsync(request, Cancellation);
        return (response.StatusCode, await response.Content.ReadAsStringAsync(Cancellation));
    }
}
