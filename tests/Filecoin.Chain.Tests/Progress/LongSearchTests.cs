using Filecoin.Chain.Lookup;
using Filecoin.Chain.Progress;
using Filecoin.Chain.Sources;
using Filecoin.Primitives;
using Xunit;

namespace SealerRecover.Tests.Chain;

/// <summary>What a lookup tells while it sends a node through the chain, and that it says nothing else.</summary>
public sealed class LongSearchTests
{
    private readonly MovedTime _time = new();
    private readonly KeptReports _reports = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Sectors_that_share_a_search_for_their_pre_commits_are_told_as_one()
    {
        await using Lost lost = await StartAsync();
        lost.Node.Inject("StateListMessages", Fault.Delay(TimeSpan.FromMilliseconds(60)));
        FakeSector[] sectors = [.. Enumerable.Range(2, 4).Select(number => Lost.Proven((ulong)number) with { PreCommitEpoch = 9_000 })];

        IReadOnlyList<SectorLookupResult> results = await FindAsync(lost, sectors, TimeSpan.FromMilliseconds(500));

        Assert.All(results, result => Assert.Equal(lost.Chain.Ticket(1000, 12_000 + (long)result.Sector.Number), result.Facts?.Ticket.Value));
        LookupSearch[] told = [.. _reports.Searches.Where(search => search.Kind == SearchKind.PreCommitMessages)];
        Assert.NotEmpty(told);
        SectorId speaks = told[0].Sector;
        Assert.Equal(3, told.Where(search => search.Sector == speaks).Max(search => search.Others));
        Assert.Equal(told.OrderBy(search => search.Elapsed), told);

        // Epochs 14999 down to 0, in blocks that begin at multiples of 720.
        Assert.All(told, search =>
        {
            Assert.Equal(21, search.Most);
            Assert.InRange(search.Done, 0, 8);
            Assert.Equal(search.Done == 0 ? 14_999 : ((21 - search.Done) * 720) - 1, search.Epoch);
        });
        Assert.True(told[^1].IsOver);
        Assert.Single(told, search => search.IsOver);
        Assert.Contains(told, search => search.Done > 0);
        Assert.Equal(0, _time.Timers);
    }

    [Fact]
    public async Task Halving_the_states_between_is_told()
    {
        await using Lost lost = await Lost.StartAsync();
        lost.Node.Inject("StateSectorGetInfo", Fault.Delay(TimeSpan.FromMilliseconds(40)));
        FakeSector sector = Holding.Snapped() with { ExtendedAt = 19_000 };

        IReadOnlyList<SectorLookupResult> results = await FindAsync(lost, [sector], TimeSpan.FromSeconds(1));

        Assert.Equal(sector.Update!.Epoch, results[0].Facts?.Update?.Epoch);
        LookupSearch[] told = [.. _reports.Searches.Where(search => search.Kind == SearchKind.UpdateStates)];
        Assert.NotEmpty(told);
        Assert.All(told, search =>
        {
            // 4000 epochs lie between, and one question more is whether it was extended.
            Assert.Equal(13, search.Most);
            Assert.InRange(search.Done, 0, 12);
            Assert.InRange(search.Epoch, Lost.Activation, 19_000);
        });
        Assert.Equal(0, _time.Timers);
    }

    [Fact]
    public async Task While_the_clock_stands_nothing_is_told()
    {
        await using Lost lost = await StartAsync();
        FakeSector[] sectors = [Lost.Proven(2) with { PreCommitEpoch = 9_000 }];
        Assert.Null((await FindAsync(lost, sectors, TimeSpan.Zero)).Single().Failure);
        Assert.Empty(_reports.All);
        Assert.Equal(0, _time.Timers);
    }

    private static async Task<Lost> StartAsync()
    {
        // No state tells of pre-commits, and events are not kept, so only messages do.
        Lost lost = await Lost.StartAsync();
        lost.Node.MissingMethods.Add("StateSectorPreCommitInfo");
        return lost;
    }

    /// <summary>Looks sectors up, the clock going on by so much every few milliseconds.</summary>
    private async Task<IReadOnlyList<SectorLookupResult>> FindAsync(Lost lost, IReadOnlyList<FakeSector> sectors, TimeSpan step)
    {
        foreach (FakeSector sector in sectors)
        {
            lost.FakeMiner.Add(sector);
        }

        SectorLookup lookup = await SectorLookup.OpenAsync(
            lost.FullNode, OtherSources.None, Address.FromActorId(new ActorId(Lost.Miner)), _time, _reports, Cancellation);
        Task<IReadOnlyList<SectorLookupResult>> finding = lookup.FindAllAsync(sectors.Select(sector => sector.Number), 8, Cancellation);
        while (!finding.IsCompleted)
        {
            await Task.Delay(10, Cancellation);
            _time.Move(step);
        }

        return await finding;
    }
}
