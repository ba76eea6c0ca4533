using System.Diagnostics;
using System.Text.Json;
using Filecoin.Primitives;
using SealerRecover.Recovery.Metrics;
using SealerRecover.Recovery.Site;
using Xunit;

namespace SealerRecover.Server.Tests;

public sealed class EventsTests
{
    [Fact]
    public async Task All_is_told_first_and_then_what_changed()
    {
        FakeSite site = new();
        await using Served served = await Served.StartAsync(site);
        using StreamReader events = await served.ListenAsync();
        (string name, string data) = await Served.NextAsync(events);
        Assert.Equal("site", name);
        Assert.Equal(2, State(data).Sectors.Length);

        site.Change(state => state with { At = state.At.AddMinutes(1) });
        site.Change(state => state with { Sectors = [state.Sectors[0], FakeSite.Sector(2, SectorStage.Done), FakeSite.Sector(3, SectorStage.Queued)] });
        (name, data) = await Served.NextAsync(events);
        Assert.Equal("change", name);
        Assert.Equal([2ul, 3ul], State(data).Sectors.Select(sector => sector.Sector.Number));
        Assert.Equal(0.5, State(data).Run.Fraction);

        site.Change(state => state with { Run = state.Run with { Fraction = 0.75 } });
        (name, data) = await Served.NextAsync(events);
        Assert.Equal("change", name);
        Assert.Empty(State(data).Sectors);
        Assert.Equal(0.75, State(data).Run.Fraction);

        site.Change(state => state with { Sectors = [state.Sectors[2]] });
        (name, data) = await Served.NextAsync(events);
        Assert.Equal("site", name);
        Assert.Single(State(data).Sectors);

        site.Trouble = new OperatorException(FailureKind.NodeUnreachable, "the database is away", "wait");
        Assert.Equal(("trouble", """{"text":"the database is away","hint":"wait"}"""), await Served.NextAsync(events));
        site.Trouble = null;
        Assert.Equal("site", (await Served.NextAsync(events)).Name);
    }

    [Fact]
    public void Nothing_is_told_where_only_time_went_on()
    {
        SiteState state = new FakeSite().Read();
        Assert.Null(SiteEvents.Between(state, state with { At = state.At.AddSeconds(1) }));
        Assert.Equal("site", SiteEvents.Between(state, state with { Sectors = [state.Sectors[1], state.Sectors[0]] })!.Name);
        Assert.Equal("change", SiteEvents.Between(state, state with { Concerns = [] })!.Name);
    }

    [Fact]
    public async Task Somebody_who_listens_does_not_keep_the_server_from_stopping()
    {
        Served served = await Served.StartAsync(new FakeSite());
        using StreamReader events = await served.ListenAsync();
        await Served.NextAsync(events);
        long begun = Stopwatch.GetTimestamp();
        await served.DisposeAsync();

        // A second or two by contract; a loaded machine is given more.
        Assert.True(Stopwatch.GetElapsedTime(begun) < TimeSpan.FromSeconds(8));
    }

    private static SiteState State(string data) => JsonSerializer.Deserialize(data, SiteJson.Default.SiteState)!;
}
