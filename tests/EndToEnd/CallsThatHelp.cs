using System.Globalization;

namespace EndToEnd;

/// <summary>A node is asked for what is missing and it can tell: not for what a source has told, not again for what it has refused for good.</summary>
public sealed class CallsThatHelp(ParentCaches caches, Databases databases)
{
    [Theory]
    [InlineData("module disabled, enable with Events.EnableActorEventsAPI", 1)]
    [InlineData("Method not found", -32601)]
    [InlineData("missing permission to invoke 'Filecoin.GetActorEventsRaw' (need 'read')", -32003)]
    public async Task A_node_that_has_refused_events_is_not_asked_for_them_for_every_sector(string words, int code)
    {
        await using ForgettingChain forgetting = await ForgettingChain.StartAsync(caches, databases);
        forgetting.AddMany(40);
        forgetting.Node.KeepHeadersOnly();
        forgetting.Node.Inject("GetActorEventsRaw", Fault.Error(words, code));

        Ended ended = await forgetting.Bench.RunAsync("export", "--miner=f01000", "1-40", "--concurrency=1");

        Assert.True(ended.Code == 6, ended.ToString());
        Assert.Equal(1, forgetting.Node.Count("GetActorEventsRaw"));
        Assert.Contains(words, ended.Output + ended.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_Curio_has_told_of_three_hundred_sectors_is_not_asked_of_the_node()
    {
        await using ForgettingChain forgetting = await ForgettingChain.StartAsync(caches, databases);
        await ExportAsync(forgetting, 300);
    }

    [Fact]
    public async Task Nor_of_five_thousand()
    {
        Assert.SkipUnless(VectorFiles.LongTests, "takes minutes; set SEALER_RECOVER_LONG_TESTS=1");
        await using ForgettingChain forgetting = await ForgettingChain.StartAsync(caches, databases);
        await ExportAsync(forgetting, 5_000);
    }

    /// <summary>A quarter each CC, with deals, onboarded directly and snapped; only Curio still knows how they were sealed.</summary>
    private static async Task ExportAsync(ForgettingChain forgetting, int count)
    {
        FakeSector[] sectors = forgetting.AddMany(count);
        (await forgetting.CurioAsync(sectors)).SetVariables(forgetting.Bench.Environment);
        FakeNode node = forgetting.Node;
        node.KeepHeadersOnly();
        node.Inject("GetActorEventsRaw", Fault.Error("module disabled, enable with Events.EnableActorEventsAPI"));

        Ended ended = await forgetting.Bench.RunAsync("export", "--miner=f01000", string.Create(CultureInfo.InvariantCulture, $"1-{count}"));

        Assert.True(ended.Code == 0, ended.ToString());
        Assert.Equal(count, (await forgetting.WrittenAsync()).Count);
        string calls = string.Join(", ", node.Requests.GroupBy(request => request.Method).Select(group => $"{group.Count()} {group.Key}"));
        TestContext.Current.SendDiagnosticMessage(calls);
        string[] useless = ["ChainGetMessagesInTipset", "GetActorEventsRaw", "StateSearchMsg", "StateListMessages", "StateMarketStorageDeal", "StateGetClaims"];
        Assert.Equal((0, calls), (useless.Sum(node.Count), calls));

        // When snapped sectors were updated only their messages could tell, until enough of them turned out to be gone.
        Assert.InRange(node.Count("ChainGetMessage"), 1, 40);
        Assert.True(node.Requests.Count < 9 * count, calls);
    }
}
