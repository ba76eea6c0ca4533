using Filecoin.Chain.Nodes;
using Filecoin.Chain.Rpc;
using Filecoin.Chain.Transport;
using Filecoin.Chain.Wire;
using Filecoin.Primitives;
using Xunit;

namespace SealerRecover.Tests.Chain;

/// <summary>What is told of a node that asks to wait, or does not answer.</summary>
public sealed class NodeWaitsTests
{
    private readonly KeptReports _reports = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public void A_pause_is_told_once_for_all_that_were_refused_together_and_again_if_it_is_longer()
    {
        MovedTime time = new();
        EndpointPause pause = new(time, TimeSpan.FromSeconds(0.5), TimeSpan.FromSeconds(30));
        DateTimeOffset sent = time.GetUtcNow();
        Assert.Equal(Seconds(10), pause.Refused(sent, Seconds(10)));
        time.Move(Seconds(0.1));
        Assert.Null(pause.Refused(sent, Seconds(10)));
        Assert.Null(pause.Refused(sent, Seconds(5)));

        time.Move(Seconds(11));
        Assert.Null(pause.Refused(time.GetUtcNow(), Seconds(10)));
        time.Move(Seconds(11));
        Assert.Equal(Seconds(30), pause.Refused(time.GetUtcNow(), Seconds(3600)));
        time.Move(Seconds(31));
        Assert.Equal(Seconds(30), pause.Refused(time.GetUtcNow(), Seconds(3600)));
    }

    [Fact]
    public void Pauses_that_grow_by_themselves_are_told_from_two_seconds_on()
    {
        MovedTime time = new();
        EndpointPause pause = new(time, TimeSpan.FromSeconds(0.5), TimeSpan.FromSeconds(30));
        List<double?> told = [];
        for (int i = 0; i < 5; i++)
        {
            told.Add(pause.Refused(time.GetUtcNow(), null)?.TotalSeconds);
            time.Move(pause.Left);
        }

        // After half a second and one, less than two have been waited for in all.
        Assert.Equal([null, null, 2, 4, 8], told);

        pause.Answered();
        time.Move(Seconds(60));
        Assert.Null(pause.Refused(time.GetUtcNow(), null));
    }

    [Fact]
    public async Task Hundreds_of_calls_to_an_endpoint_that_asks_for_a_pause_tell_it_once()
    {
        await using Lost lost = await Lost.StartAsync();
        lost.Node.Inject("*", Fault.Status(429, retryAfter: TimeSpan.FromSeconds(2)), times: 4);
        using JsonRpcClient client = Client(lost.Node.ApiInfo, Asking.Impatient with { MaxRetryInterval = TimeSpan.FromSeconds(5) });
        await AskAsync(client, 100);
        EndpointPaused told = Assert.IsType<EndpointPaused>(Assert.Single(_reports.All));
        Assert.Equal((Seconds(2), "limits the rate of requests (HTTP 429)"), (told.Wait, told.Why));
        Assert.Same(client.Endpoints[0], told.Endpoint);
    }

    [Fact]
    public async Task Calls_that_are_repeated_tell_it_once_with_what_each_endpoint_did_and_how_often()
    {
        await using Lost lost = await Lost.StartAsync();
        lost.Node.Inject("*", Fault.Status(502), times: 8);
        string nowhere = Asking.Nowhere();
        using JsonRpcClient client = Client($"{nowhere},{lost.Node.ApiInfo}", Asking.Impatient with { MaxRounds = 12 });
        await AskAsync(client, 20);
        CallRepeated told = Assert.IsType<CallRepeated>(Assert.Single(_reports.All));
        Assert.Contains("refused the connection; http://127.0.0.1:", told.Why, StringComparison.Ordinal);
        Assert.EndsWith("is not available now (HTTP 502)", told.Why, StringComparison.Ordinal);
        Assert.Equal(11, told.Tries);
        Assert.InRange(told.Wait, TimeSpan.Zero, Asking.Impatient.MaxRetryInterval);
        Assert.DoesNotContain("token", told.Why, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Silence_is_put_up_with_once_more()
    {
        await using Lost lost = await Lost.StartAsync();
        lost.Node.Inject("*", Fault.Hang, times: 1);
        using JsonRpcClient client = Client(lost.Node.ApiInfo, Asking.Impatient with { RequestTimeout = TimeSpan.FromSeconds(1) });
        await AskAsync(client, 1);
        CallRepeated told = Assert.IsType<CallRepeated>(Assert.Single(_reports.All));
        Assert.Equal(1, told.Tries);
        Assert.EndsWith("did not answer within 1 s", told.Why, StringComparison.Ordinal);
    }

    private static TimeSpan Seconds(double seconds) => TimeSpan.FromSeconds(seconds);

    private static async Task AskAsync(JsonRpcClient client, int calls)
    {
        FullNode node = new(client);
        await Task.WhenAll(Enumerable.Range(0, calls).Select(i =>
            node.StateSectorGetInfoAsync(new SectorId(new ActorId(Lost.Miner), (ulong)i), TipSetKey.Head, Cancellation)));
    }

    private JsonRpcClient Client(string apiInfo, JsonRpcOptions options) =>
        new(ApiInfo.Parse(apiInfo), options, new KeptLog(), TimeProvider.System, _reports);
}
