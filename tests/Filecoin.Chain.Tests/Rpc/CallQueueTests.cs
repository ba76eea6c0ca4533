using System.Diagnostics;
using Filecoin.Chain.Nodes;
using Filecoin.Chain.Rpc;
using Filecoin.Chain.Wire;
using Filecoin.Primitives;
using Xunit;

namespace SealerRecover.Tests.Chain;

/// <summary>Many calls at once to one endpoint.</summary>
public sealed class CallQueueTests
{
    private const int Many = 200;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>Answers to a batch that are none.</summary>
    public static TheoryData<string> NoBatches => ["error", "empty", "html", "garbage", "foreign", "twice", "truncated", "404", "500"];

    [Fact]
    public async Task Calls_that_come_while_others_are_under_way_share_requests_and_each_gets_its_own_answer()
    {
        await using Lost lost = await StartAsync();
        await AskAllAsync(lost);
        Assert.Equal(Many, lost.Node.Count("StateSectorGetInfo"));
        Assert.True(lost.Node.BatchCount > 0);
        Assert.InRange(lost.Node.RoundTrips, 5, 20);
    }

    [Fact]
    public async Task One_call_after_the_other_is_sent_alone()
    {
        await using Lost lost = await StartAsync();
        for (ulong number = 0; number < 5; number++)
        {
            await lost.FullNode.StateSectorGetInfoAsync(Sector(number), TipSetKey.Head, Cancellation);
        }

        Assert.Equal((5, 0), (lost.Node.RoundTrips, lost.Node.BatchCount));
    }

    [Fact]
    public async Task An_endpoint_that_refuses_a_batch_is_remembered_and_asked_one_by_one()
    {
        await using Lost lost = await StartAsync();
        lost.Node.RefusesBatches = true;
        await AskAllAsync(lost);
        int refused = lost.Node.BatchCount;
        Assert.InRange(refused, 1, 4);
        await AskAllAsync(lost);
        Assert.Equal(refused, lost.Node.BatchCount);
        Assert.Equal((2 * Many) + refused, lost.Node.RoundTrips);
    }

    [Theory]
    [MemberData(nameof(NoBatches))]
    public async Task Whatever_a_batch_is_answered_with_each_call_gets_its_own_answer(string answer)
    {
        await using Lost lost = await StartAsync();
        lost.Node.Inject(FakeServer.BatchFaults, answer switch
        {
            "error" => Fault.Error("no batches here", -32600),
            "empty" => Fault.Body("[]"),
            "html" => Fault.Html,
            "garbage" => Fault.Garbage,
            "foreign" => Fault.Body("""[{"jsonrpc":"2.0","id":-1,"result":null},{"jsonrpc":"2.0","id":-2,"result":null}]"""),
            "twice" => Fault.Body($"[{string.Join(',', Enumerable.Repeat("""{"jsonrpc":"2.0","id":6,"result":null}""", 50))}]"),
            "truncated" => Fault.Truncated,
            "404" => Fault.Status(404),
            _ => Fault.Status(500, "oops"),
        }, times: answer == "truncated" ? 2 : int.MaxValue);
        await AskAllAsync(lost);
    }

    [Fact]
    public async Task What_is_refused_in_a_batch_is_that_calls_failure_alone()
    {
        await using Lost lost = await StartAsync();
        Task<SectorOnChainInfo?>[] calls = [.. Enumerable.Range(0, Many).Select(i => lost.FullNode.StateSectorGetInfoAsync(
            new SectorId(new ActorId(i % 2 == 0 ? Lost.Miner : 99), (ulong)i), TipSetKey.Head, Cancellation))];
        await Task.WhenAny(Task.WhenAll(calls), Task.Delay(Timeout.Infinite, Cancellation));
        Assert.True(lost.Node.BatchCount > 0);
        for (int i = 0; i < Many; i++)
        {
            if (i % 2 == 0)
            {
                Assert.Equal((ulong)i, (await calls[i])!.SectorNumber);
            }
            else
            {
                Assert.True((await Assert.ThrowsAsync<ChainCallException>(() => calls[i])).IsAnswer);
            }
        }
    }

    [Fact]
    public async Task All_calls_wait_together_for_an_endpoint_that_asks_them_to()
    {
        await using Lost lost = await StartAsync();
        lost.Node.Inject("*", Fault.Status(429, retryAfter: TimeSpan.FromSeconds(1)), times: 4);
        using JsonRpcClient client = Asking.Client(lost.Node.ApiInfo, Asking.Impatient with { MaxRetryInterval = TimeSpan.FromSeconds(5) });
        long started = Stopwatch.GetTimestamp();
        await AskAllAsync(new FullNode(client));

        // Those that were under way are refused; nobody else tries before the second is over.
        Assert.InRange(Stopwatch.GetElapsedTime(started).TotalSeconds, 0.9, double.MaxValue);
        Assert.InRange(lost.Node.RoundTrips, 9, 24);
    }

    [Fact]
    public async Task A_date_in_retry_after_is_waited_for()
    {
        await using Lost lost = await StartAsync();
        DateTimeOffset until = DateTimeOffset.UtcNow.AddSeconds(3);
        lost.Node.Inject("*", Fault.StatusUntil(503, until), times: 1);
        using JsonRpcClient client = Asking.Client(lost.Node.ApiInfo, Asking.Impatient with { MaxRetryInterval = TimeSpan.FromSeconds(20) });
        Assert.Equal("localnet", await new FullNode(client).StateNetworkNameAsync(Cancellation));

        // The header has whole seconds.
        Assert.True(DateTimeOffset.UtcNow >= until.AddSeconds(-1));
    }

    [Fact]
    public async Task An_endpoint_that_asks_for_a_pause_gets_it_while_another_answers()
    {
        await using Lost lost = await StartAsync();
        await using FakeNode busy = await FakeNode.StartAsync(lost.Chain);
        busy.Inject("*", Fault.Status(429, retryAfter: TimeSpan.FromSeconds(600)));
        using JsonRpcClient client = Asking.Client($"{busy.ApiInfo},{lost.Node.ApiInfo}", Asking.Impatient with { MaxRetryInterval = TimeSpan.FromSeconds(600) });
        await AskAllAsync(new FullNode(client));
        Assert.InRange(busy.RoundTrips, 1, 4);
    }

    [Fact]
    public async Task A_limit_that_is_not_lifted_ends_in_a_sentence_that_says_what_to_do()
    {
        await using Lost lost = await StartAsync();
        lost.Node.Inject("*", Fault.Status(429));
        ChainCallException error = await Assert.ThrowsAsync<ChainCallException>(() => lost.FullNode.StateNetworkNameAsync(Cancellation));
        Assert.Contains("limits the rate", error.Message, StringComparison.Ordinal);
        Assert.Contains(Setting.Concurrency, error.Hint.Named);
    }

    [Fact]
    public async Task Cancelling_ends_calls_that_wait_for_their_turn_at_once()
    {
        await using Lost lost = await StartAsync();
        lost.Node.Inject("*", Fault.Hang);
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        Task[] calls = [.. Enumerable.Range(0, Many).Select(i => lost.FullNode.StateSectorGetInfoAsync(Sector((ulong)i), TipSetKey.Head, stop.Token))];
        await stop.CancelAsync();
        foreach (Task call in calls)
        {
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        }
    }

    private static SectorId Sector(ulong number) => new(new ActorId(Lost.Miner), number);

    private static Task AskAllAsync(Lost lost) => AskAllAsync(lost.FullNode);

    private static async Task AskAllAsync(FullNode node)
    {
        SectorOnChainInfo?[] told = await Task.WhenAll(
            Enumerable.Range(0, Many).Select(i => node.StateSectorGetInfoAsync(Sector((ulong)i), TipSetKey.Head, Cancellation)));
        Assert.All(told.Index(), entry => Assert.Equal((ulong)entry.Index, entry.Item!.SectorNumber));
    }

    private static async Task<Lost> StartAsync()
    {
        Lost lost = await Lost.StartAsync();
        lost.Node.Latency = TimeSpan.FromMilliseconds(20);
        for (ulong number = 0; number < Many; number++)
        {
            lost.FakeMiner.Add(Lost.Proven(number));
        }

        return lost;
    }
}
