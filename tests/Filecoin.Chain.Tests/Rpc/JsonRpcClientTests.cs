using System.Diagnostics;
using Filecoin.Chain.Messages;
using Filecoin.Chain.Nodes;
using Filecoin.Chain.Rpc;
using Filecoin.Chain.Wire;
using Filecoin.Primitives;
using Microsoft.Extensions.Logging;
using Xunit;

namespace SealerRecover.Tests.Chain;

public sealed class JsonRpcClientTests
{
    private static readonly FakeChain Chain = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>Faults, and what the one sentence about each must say.</summary>
    public static TheoryData<string, string, string> Broken => new()
    {
        { "html", "web page", "Fault" },
        { "garbage", "not JSON", "Fault" },
        { "reset", "broke off", "Transient" },
        { "truncated", "broke off", "Transient" },
        { "endless", "more than 1000000 bytes", "Fault" },
        { "401", "HTTP 401", "Fault" },
        { "403", "HTTP 403", "Fault" },
        { "404", "no JSON-RPC API", "Fault" },
        { "500", "HTTP 500", "Fault" },
        { "503", "not available now (HTTP 503)", "Transient" },
        { "429", "limits the rate", "Transient" },
        { "redirect", "redirects", "Fault" },
        { "empty", "answered with nothing", "Fault" },
        { "array", "not JSON-RPC", "Fault" },
        { "object", "not JSON-RPC", "Fault" },
        { "other id", "another request", "Fault" },
        { "string id", "another request", "Fault" },
        { "twice", "not JSON", "Fault" },
        { "deep", "not JSON", "Fault" },
        { "bad error", "not JSON-RPC", "Fault" },
        { "null", "answered null", "Fault" },
        { "number", "not of the documented form", "Fault" },
        { "permission", "grants too little", "Fault" },
        { "limit", "limits the rate", "Transient" },
        { "hang", "did not answer within 2 s, twice", "Twice" },
    };

    [Theory]
    [MemberData(nameof(Broken))]
    public async Task Each_way_of_failing_is_one_sentence_naming_endpoint_and_method(string fault, string says, string kind)
    {
        await using FakeNode node = await FakeNode.StartAsync(Chain, token: "SECRETTOKEN");
        node.Inject("StateNetworkName", Make(fault));
        KeptLog log = new();
        JsonRpcOptions options = Asking.Impatient with
        {
            MaxResponseBytes = 1_000_000,
            RequestTimeout = fault == "hang" ? TimeSpan.FromSeconds(2) : TimeSpan.FromSeconds(20),
        };
        using JsonRpcClient client = Asking.Client(node.ApiInfo, options, log);

        ChainCallException error = await Assert.ThrowsAsync<ChainCallException>(() => new FullNode(client).StateNetworkNameAsync(Cancellation));

        Assert.Equal(FailureKind.NodeUnreachable, error.Kind);
        Assert.Contains(says, error.Message, StringComparison.Ordinal);
        Assert.Contains($"127.0.0.1:{node.Port}", error.Message, StringComparison.Ordinal);
        Assert.Contains("StateNetworkName", error.Message, StringComparison.Ordinal);
        Assert.NotEmpty(error.Hint.ToString());
        Assert.DoesNotContain(error.Message, char.IsControl);
        Assert.DoesNotContain("SECRETTOKEN", error.Message + error.Hint.ToString() + log.All, StringComparison.Ordinal);
        Assert.Equal(kind switch { "Transient" => options.MaxRounds, "Twice" => 2, _ => 1 }, node.Requests.Count);
    }

    [Theory]
    [InlineData(404, -32601, RpcErrorKind.MethodMissing)]
    [InlineData(405, -32601, RpcErrorKind.MethodMissing)]
    [InlineData(500, -32603, RpcErrorKind.Unknown)]
    [InlineData(501, -32601, RpcErrorKind.MethodMissing)]
    public async Task The_body_of_an_error_is_read_first_whatever_its_HTTP_status(int status, int code, RpcErrorKind kind)
    {
        await using FakeNode node = await FakeNode.StartAsync(Chain);
        node.Inject("StateNetworkName", Fault.Status(
            status, $"{{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{{\"code\":{code},\"message\":\"no such thing\"}}}}"));
        using JsonRpcClient client = Asking.Client(node.ApiInfo, Asking.Impatient, new KeptLog());

        ChainCallException error = await Assert.ThrowsAsync<ChainCallException>(() => new FullNode(client).StateNetworkNameAsync(Cancellation));

        Assert.Equal(kind, error.Error?.Kind);
        Assert.Equal("no such thing", error.Error?.Message);
    }

    [Fact]
    public async Task Unknown_words_about_the_past_go_to_the_next_endpoint_and_end_as_pruned_with_the_words()
    {
        await using FakeNode odd = await FakeNode.StartAsync(Chain);
        await using FakeNode good = await FakeNode.StartAsync(Chain);
        odd.Inject("ChainGetTipSetByHeight", Fault.Error("the disk on fire", -32603));
        using JsonRpcClient both = Asking.Client($"{odd.ApiInfo},{good.ApiInfo}");
        Assert.Equal(9, (await new FullNode(both).ChainGetTipSetByHeightAsync(9, Cancellation)).Height);
        Assert.Equal(1, odd.Count("ChainGetTipSetByHeight"));

        using JsonRpcClient alone = Asking.Client(odd.ApiInfo);
        ChainCallException error = await Assert.ThrowsAsync<ChainCallException>(() => new FullNode(alone).ChainGetTipSetByHeightAsync(9, Cancellation));
        Assert.Equal(FailureKind.StatePruned, error.Kind);
        Assert.Contains("\"the disk on fire\"", error.Message, StringComparison.Ordinal);
        Assert.False(error.IsAnswer);
    }

    [Fact]
    public async Task Unknown_words_about_the_head_go_to_the_next_endpoint_too_but_are_no_pruned_state()
    {
        await using FakeNode odd = await FakeNode.StartAsync(Chain);
        odd.Inject("StateNetworkName", Fault.Error("the disk on fire"));
        string nowhere = Asking.Nowhere();
        using JsonRpcClient client = Asking.Client($"{odd.ApiInfo},{nowhere}");
        ChainCallException error = await Assert.ThrowsAsync<ChainCallException>(() => new FullNode(client).StateNetworkNameAsync(Cancellation));
        Assert.Equal(FailureKind.NodeUnreachable, error.Kind);
        Assert.Contains("the disk on fire", error.Message, StringComparison.Ordinal);

        // The endpoint that is silent was tried once: what the other said is an answer.
        Assert.Contains("refused the connection", error.Message, StringComparison.Ordinal);
        Assert.Equal(1, odd.Count("StateNetworkName"));
    }

    [Theory]
    [InlineData("method 'Filecoin.GetActorEventsRaw' not found", -32601)]
    [InlineData("module disabled, enable with Events.EnableActorEventsAPI", 1)]
    [InlineData("missing permission to invoke 'GetActorEventsRaw' (need 'read')", 1)]
    public async Task What_an_endpoint_refuses_for_good_is_not_asked_of_it_again(string words, int code)
    {
        await using FakeNode refusing = await FakeNode.StartAsync(Chain);
        await using FakeNode silent = await FakeNode.StartAsync(Chain);
        refusing.Inject("GetActorEventsRaw", Fault.Error(words, code));
        silent.Inject("GetActorEventsRaw", Fault.Result("null"));
        using JsonRpcClient both = Asking.Client($"{refusing.ApiInfo},{silent.ApiInfo}");
        using JsonRpcClient alone = Asking.Client(refusing.ApiInfo);
        ActorEventFilter filter = SectorEvent.Filter(new ActorId(1000), 5, 5, SectorEvent.Activated, 1);
        for (int i = 0; i < 3; i++)
        {
            Assert.Empty(await new FullNode(both).GetActorEventsRawAsync(filter, Cancellation));
            ChainCallException error = await Assert.ThrowsAsync<ChainCallException>(() => new FullNode(alone).GetActorEventsRawAsync(filter, Cancellation));
            Assert.Contains(words, error.Message, StringComparison.Ordinal);
        }

        Assert.Equal(2, refusing.Count("GetActorEventsRaw"));
        Assert.Equal(3, silent.Count("GetActorEventsRaw"));
    }

    [Theory]
    [InlineData(429)]
    [InlineData(502)]
    [InlineData(503)]
    [InlineData(504)]
    public async Task What_may_pass_is_asked_again(int status)
    {
        await using FakeNode node = await FakeNode.StartAsync(Chain);
        node.Inject("*", Fault.Status(status), times: 2);
        KeptLog log = new();
        using JsonRpcClient client = Asking.Client(node.ApiInfo, logger: log);
        Assert.Equal("localnet", await new FullNode(client).StateNetworkNameAsync(Cancellation));
        Assert.Equal(3, node.Requests.Count);
        Assert.Equal(2, log.Lines.Count(line => line.Level == LogLevel.Debug && line.Text.Contains("again in", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Retry_after_is_honoured_up_to_a_limit()
    {
        await using FakeNode node = await FakeNode.StartAsync(Chain);
        node.Inject("*", Fault.Status(429, retryAfter: TimeSpan.FromSeconds(1)), times: 1);
        node.Inject("*", Fault.Status(429, retryAfter: TimeSpan.FromDays(1)), times: 1);
        using JsonRpcClient client = Asking.Client(node.ApiInfo, Asking.Impatient with { MaxRetryInterval = TimeSpan.FromSeconds(1.2) });
        long started = Stopwatch.GetTimestamp();
        Assert.Equal("localnet", await new FullNode(client).StateNetworkNameAsync(Cancellation));
        Assert.InRange(Stopwatch.GetElapsedTime(started).TotalSeconds, 2.1, TimeSpan.FromDays(1).TotalSeconds / 2);
    }

    [Fact]
    public async Task A_dead_endpoint_gives_way_to_the_next_and_is_not_asked_first_again()
    {
        await using FakeNode good = await FakeNode.StartAsync(Chain);
        await using FakeNode bad = await FakeNode.StartAsync(Chain);
        bad.Inject("*", Fault.Status(503));
        using JsonRpcClient client = Asking.Client($"{Asking.Nowhere()},{bad.ApiInfo},{good.ApiInfo}");
        FullNode node = new(client);
        Assert.Equal("localnet", await node.StateNetworkNameAsync(Cancellation));
        Assert.Equal("localnet", await node.StateNetworkNameAsync(Cancellation));
        Assert.Single(bad.Requests);
        Assert.Equal(2, good.Requests.Count);
    }

    [Fact]
    public async Task When_none_answers_the_sentence_names_each()
    {
        await using FakeNode page = await FakeNode.StartAsync(Chain);
        page.Inject("*", Fault.Html);
        string nowhere = Asking.Nowhere();
        using JsonRpcClient client = Asking.Client($"{nowhere},{page.ApiInfo}");
        ChainCallException error = await Assert.ThrowsAsync<ChainCallException>(() => new FullNode(client).StateNetworkNameAsync(Cancellation));
        Assert.Contains("refused the connection", error.Message, StringComparison.Ordinal);
        Assert.Contains("web page", error.Message, StringComparison.Ordinal);
        Assert.Contains($"127.0.0.1:{page.Port}", error.Message, StringComparison.Ordinal);
        Assert.Single(page.Requests);
    }

    [Fact]
    public async Task An_answer_of_the_chain_is_not_asked_for_elsewhere()
    {
        await using FakeNode first = await FakeNode.StartAsync(Chain);
        await using FakeNode second = await FakeNode.StartAsync(Chain);
        using JsonRpcClient client = Asking.Client(first, second);
        ChainCallException error = await Assert.ThrowsAsync<ChainCallException>(
            () => new FullNode(client).StateMinerInfoAsync(new ActorId(99), TipSetKey.Head, Cancellation));
        Assert.Equal(FailureKind.NotOnChain, error.Kind);
        Assert.True(error.IsAnswer);
        Assert.Single(first.Requests);
        Assert.Empty(second.Requests);
    }

    [Fact]
    public async Task Pruned_state_and_missing_methods_let_the_next_endpoint_try()
    {
        await using FakeNode pruned = await FakeNode.StartAsync(Chain);
        await using FakeNode gateway = await FakeNode.StartAsync(Chain);
        await using FakeNode archive = await FakeNode.StartAsync(Chain);
        pruned.Inject("StateMinerInfo", Fault.Error("load state tree: ipld: could not find bafy2bzace"));
        gateway.MissingMethods.Add("StateMinerInfo");
        archive.Inject("StateMinerInfo", Fault.Result("""{"SectorSize":2048}"""));
        using JsonRpcClient client = Asking.Client(pruned, gateway, archive);
        Assert.Equal(2048, (await new FullNode(client).StateMinerInfoAsync(new ActorId(1), TipSetKey.Head, Cancellation)).SectorSize);

        using JsonRpcClient without = Asking.Client(gateway, pruned);
        ChainCallException error = await Assert.ThrowsAsync<ChainCallException>(
            () => new FullNode(without).StateMinerInfoAsync(new ActorId(1), TipSetKey.Head, Cancellation));
        Assert.Equal(FailureKind.StatePruned, error.Kind);
        Assert.Contains("archive", error.Hint.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("good-token", true)]
    [InlineData("bad-token", false)]
    public async Task The_token_decides_and_a_refused_one_is_explained(string token, bool accepted)
    {
        await using FakeNode node = await FakeNode.StartAsync(Chain, token: "good-token");
        using JsonRpcClient client = Asking.Client($"{token}:{node.Url}");
        Task<string> call = new FullNode(client).StateNetworkNameAsync(Cancellation);
        if (accepted)
        {
            Assert.Equal("localnet", await call);
        }
        else
        {
            ChainCallException error = await Assert.ThrowsAsync<ChainCallException>(() => call);
            Assert.Contains("refused the token", error.Message, StringComparison.Ordinal);
            Assert.Contains("lotus auth api-info", error.Hint.ToString(), StringComparison.Ordinal);
        }

        Assert.Equal($"Bearer {token}", Assert.Single(node.Requests).Authorization);
    }

    [Fact]
    public async Task Without_a_token_a_node_that_wants_one_says_so()
    {
        await using FakeNode node = await FakeNode.StartAsync(Chain, token: "x");
        node.RequireToken = true;
        using JsonRpcClient client = Asking.Client(node.Url);
        ChainCallException error = await Assert.ThrowsAsync<ChainCallException>(() => new FullNode(client).StateNetworkNameAsync(Cancellation));
        Assert.Contains("wants a token and none was given", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Requests_and_answers_are_logged_at_debug_without_the_token_even_if_the_node_repeats_it()
    {
        await using FakeNode node = await FakeNode.StartAsync(Chain, token: "SECRETTOKEN");
        node.Inject("StateNetworkName", Fault.Error("bad token SECRETTOKEN\u001b[2J"), times: 1);
        KeptLog log = new();
        using JsonRpcClient client = Asking.Client(node.ApiInfo, logger: log);
        ChainCallException error = await Assert.ThrowsAsync<ChainCallException>(() => new FullNode(client).StateNetworkNameAsync(Cancellation));
        Assert.DoesNotContain("SECRETTOKEN", log.All + error.Message, StringComparison.Ordinal);
        Assert.Contains("\"method\":\"Filecoin.StateNetworkName\"", log.All, StringComparison.Ordinal);
        Assert.Contains("bad token ***", log.All, StringComparison.Ordinal);
        Assert.Contains(log.Lines, line => line.Level == LogLevel.Debug && line.Text.StartsWith("-> ", StringComparison.Ordinal));
        Assert.Contains(log.Lines, line => line.Level == LogLevel.Debug && line.Text.StartsWith("<- ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Cancelling_ends_a_hanging_call_long_before_its_time_is_over()
    {
        await using FakeNode node = await FakeNode.StartAsync(Chain);
        node.Inject("*", Fault.Hang);
        using JsonRpcClient client = Asking.Client(node);
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        Task<string> call = new FullNode(client).StateNetworkNameAsync(stop.Token);
        await Task.Delay(50, Cancellation);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call.WaitAsync(Asking.Impatient.RequestTimeout / 2, Cancellation));
    }

    [Fact]
    public async Task A_host_that_does_not_exist_is_said_to()
    {
        using JsonRpcClient client = Asking.Client("http://node.invalid:1234", Asking.Impatient with { MaxRounds = 1 });
        ChainCallException error = await Assert.ThrowsAsync<ChainCallException>(() => new FullNode(client).StateNetworkNameAsync(Cancellation));
        Assert.StartsWith("http://node.invalid:1234/rpc/v1 ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_https_address_of_a_plain_node_fails_the_handshake()
    {
        await using FakeNode node = await FakeNode.StartAsync(Chain);
        using JsonRpcClient client = Asking.Client($"https://127.0.0.1:{node.Port}");
        ChainCallException error = await Assert.ThrowsAsync<ChainCallException>(() => new FullNode(client).StateNetworkNameAsync(Cancellation));
        Assert.Contains("TLS handshake", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_slow_answer_is_waited_for()
    {
        await using FakeNode node = await FakeNode.StartAsync(Chain);
        node.Inject("*", Fault.Delay(TimeSpan.FromSeconds(0.5)), times: 1);
        using JsonRpcClient client = Asking.Client(node);
        Assert.Equal("localnet", await new FullNode(client).StateNetworkNameAsync(Cancellation));
        Assert.Single(node.Requests);
    }

    [Fact]
    public async Task A_wrong_number_of_parameters_is_an_answer_with_the_nodes_words()
    {
        await using FakeNode node = await FakeNode.StartAsync(Chain);
        using JsonRpcClient client = Asking.Client(node);
        ChainCallException error = await Assert.ThrowsAsync<ChainCallException>(() => client.CallAsync(
            "ChainHead", json => json.WriteNumberValue(1), ChainJson.Default.TipSet, Cancellation));
        Assert.Contains("wrong param count (method 'Filecoin.ChainHead'): 1 != 0", error.Message, StringComparison.Ordinal);
    }

    private static Fault Make(string name) => name switch
    {
        "html" => Fault.Html,
        "garbage" => Fault.Garbage,
        "reset" => Fault.Reset,
        "truncated" => Fault.Truncated,
        "endless" => Fault.Endless,
        "hang" => Fault.Hang,
        "401" or "403" or "404" or "429" or "500" or "503" => Fault.Status(int.Parse(name, System.Globalization.CultureInfo.InvariantCulture), "oops"),
        "redirect" => Fault.Redirect("http://elsewhere.invalid/"),
        "empty" => Fault.Body(""),
        "array" => Fault.Body("[]"),
        "object" => Fault.Body("""{"id":1,"result":"x"}"""),
        "other id" => Fault.Body("""{"jsonrpc":"2.0","id":-5,"result":"x"}"""),
        "string id" => Fault.Body("""{"jsonrpc":"2.0","id":"1","result":"x"}"""),
        "twice" => Fault.Body("""{"jsonrpc":"2.0","id":1,"result":"x","result":"y"}"""),
        "deep" => Fault.Result(new string('[', 100_000) + new string(']', 100_000)),
        "bad error" => Fault.Body("""{"jsonrpc":"2.0","id":1,"error":{"code":1e400,"message":7}}"""),
        "null" => Fault.Result("null"),
        "number" => Fault.Result("17"),
        "permission" => Fault.Error("missing permission to invoke 'StateNetworkName' (need 'read')"),
        "limit" => Fault.Error("slow down", -32005),
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, null),
    };
}
